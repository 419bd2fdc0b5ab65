import { Failure } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';
import type { Credential } from '../kernel/secret.ts';
import type { Budgets } from './budgets.ts';
import type { Challenge } from './challenge.ts';
import { parseChallenges } from './challenge.ts';
import { basicAuthorization, fingerprintOf, keyOf } from './credentials.ts';
import type { Answer, Question } from './question.ts';
import { sentence } from './question.ts';
import { remember } from './remember.ts';
import type { Ended } from './retry.ts';
import type { Tokens } from './tokens.ts';
import { createTokens } from './tokens.ts';
import type { Transport } from './transport.ts';

export type Asking = {
  /**
   * Sends a request and logs in where the registry asks for it. Answers of any status come back; throws `Failure` where none came, and where
   * the registry's patience with this credential is used up. A refused credential is renewed once.
   */
  ask(question: Question): Promise<Answer>;
  /** The same, logged in as the caller says: for the APIs of providers that log in otherwise than registries. */
  askAs(question: Question, authorization: string | undefined): Promise<Answer>;
};

/** `tokenHosts`: hosts of token servers of other parties that may be asked, and see a registry's credential. */
export type AskingOptions = {
  readonly transport: Transport;
  readonly budgets: Budgets;
  readonly now: () => Millis;
  readonly tokenHosts: readonly string[];
};

const maxBasic = 10_000;

export function createAsking(options: AskingOptions): Asking {
  const { transport, budgets } = options;
  const tokens = createTokens({ transport, now: options.now, tokenHosts: new Set(options.tokenHosts) });
  // Who was let in with Basic; they send it at once from then on.
  const basic = new Map<string, true>();

  async function knownAuthorization(question: Question): Promise<string | undefined> {
    if (question.credential !== undefined && basic.has(keyOf(question))) return basicAuthorization(question.credential);
    const token = await tokens.known(question);
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  async function logIn(question: Question): Promise<Answer> {
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

  async function askOnce(question: Question, send: (question: Question) => Promise<Answer> = logIn): Promise<Answer> {
    await budgets.admit(question);
    try {
      const answer = await send(question);
      budgets.note(question, answer);
      return answer;
    } catch (thrown) {
      budgets.noteFailure(question, thrown);
      throw thrown;
    }
  }

  async function ask(question: Question): Promise<Answer> {
    const ended: Ended = await askOnce(question).then(
      (answer) => ({ answer }),
      (thrown: unknown) => ({ thrown }),
    );
    const renewed = isRefused(ended) ? await renewedOf(question) : undefined;
    if (renewed !== undefined) return askOnce(renewed);
    if ('answer' in ended) return ended.answer;
    throw ended.thrown;
  }

  return { ask, askAs: async (question, authorization) => askOnce(question, () => transport.send(question, authorization)) };
}

/** The registry or its token server does not take the credential; an old one of ECR is a 403. */
function isRefused(ended: Ended): boolean {
  if ('answer' in ended) return ended.answer.status === 401 || ended.answer.status === 403;
  return ended.thrown instanceof Failure && (ended.thrown.code === 'unauthorized' || ended.thrown.code === 'forbidden');
}

/** The same question with the credential that counts by now; undefined where it is still the one that was refused. */
async function renewedOf(question: Question): Promise<Question | undefined> {
  const { renew, ...rest } = question;
  const credential: Credential | undefined = await renew?.();
  if (credential === undefined || fingerprintOf(credential) === fingerprintOf(question.credential)) return undefined;
  return { ...rest, credential };
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
