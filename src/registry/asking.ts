import { Failure } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';
import type { Challenge } from './challenge.ts';
import { parseChallenges } from './challenge.ts';
import { basicAuthorization, keyOf } from './credentials.ts';
import type { Answer, Question } from './question.ts';
import { sentence } from './question.ts';
import { remember } from './remember.ts';
import type { Tokens } from './tokens.ts';
import { createTokens } from './tokens.ts';
import type { Transport } from './transport.ts';

export type Asking = {
  /** Sends a request and logs in where the registry asks for it. Answers of any status come back; throws `Failure` where none came. */
  ask(question: Question): Promise<Answer>;
};

/** `tokenHosts`: hosts of token servers of other parties that may see a registry's credential. */
export type AskingOptions = { readonly transport: Transport; readonly now: () => Millis; readonly tokenHosts: readonly string[] };

const maxBasic = 10_000;

export function createAsking(options: AskingOptions): Asking {
  const { transport } = options;
  const tokens = createTokens({ transport, now: options.now, tokenHosts: new Set(options.tokenHosts) });
  // Who was let in with Basic; they send it at once from then on.
  const basic = new Map<string, true>();

  async function knownAuthorization(question: Question): Promise<string | undefined> {
    if (question.credential !== undefined && basic.has(keyOf(question))) return basicAuthorization(question.credential);
    const token = await tokens.known(question);
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  async function ask(question: Question): Promise<Answer> {
    const known = await knownAuthorization(question);
    const first = await transport.send(question, known);
    // A 401 of a host that we were redirected to asks for somebody else's credential.
    if (first.status !== 401 || first.url.host !== question.url.host) return first;
    const authorization = await authorize(question, parseChallenges(first.headers['www-authenticate']), { known, tokens });
    if (authorization === undefined || authorization === known) return first;
    const second = await transport.send(question, authorization);
    if (second.status < 300 && authorization.startsWith('Basic ')) remember(basic, keyOf(question), { value: true, limit: maxBasic });
    return second;
  }

  return { ask };
}

/** The Authorization header that answers the challenges, Bearer before Basic; undefined where a credential is asked for and there is none. */
async function authorize(
  question: Question,
  challenges: readonly Challenge[],
  from: { readonly known: string | undefined; readonly tokens: Tokens },
): Promise<string | undefined> {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  const rejected = from.known?.startsWith('Bearer ') === true ? from.known.slice('Bearer '.length) : undefined;
  if (bearer !== undefined) return `Bearer ${await from.tokens.fetch(question, bearer, rejected)}`;
  if (challenges.some(({ scheme }) => scheme === 'basic')) {
    return question.credential === undefined ? undefined : basicAuthorization(question.credential);
  }
  const offered = challenges.map(({ scheme }) => scheme).join(', ') || 'nothing';
  throw new Failure('unauthorized', sentence(question, '401', `it offers ${offered}, expected a Bearer or Basic challenge`));
}
