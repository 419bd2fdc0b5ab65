import { Failure } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';
import type { Challenge } from './challenge.ts';
import { basicAuthorization, keyOf } from './credentials.ts';
import { cancelled } from './deadline.ts';
import { isDowngrade, isSameParty } from './hosts.ts';
import type { Question } from './question.ts';
import { sentence } from './question.ts';
import { refusalOf } from './refusal.ts';
import { remember } from './remember.ts';
import { parseTokenAnswer } from './token-answer.ts';
import type { Transport } from './transport.ts';

export type Tokens = {
  /** A token that served this question's repository and credential before, renewed where it is about to expire; undefined where none did. */
  known(question: Question): Promise<string | undefined>;
  /** A token for a Bearer challenge; `rejected` is the one that was just refused. */
  fetch(question: Question, challenge: Challenge, rejected: string | undefined): Promise<string>;
};

export type TokenOptions = {
  readonly transport: Transport;
  readonly now: () => Millis;
  /** Hosts of other parties that may be asked, and see a registry's credential. */
  readonly tokenHosts: ReadonlySet<string>;
};

/** What is remembered per registry host, repository and credential. */
type Held = {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: ReadonlySet<string>;
  token?: string;
  renewAt: Millis;
  pending?: Promise<string>;
};

const maxHeld = 10_000;
const tokenBytes = 1024 * 1024;

export function createTokens(options: TokenOptions): Tokens {
  const held = new Map<string, Held>();

  function renew(entry: Held, question: Question): Promise<string> {
    entry.pending ??= obtain(options, entry, question)
      .then((token) => {
        entry.token = token.text;
        // Early enough for a request that is on its way when the token ends.
        entry.renewAt = options.now() + token.lifeMs - Math.min(10_000, token.lifeMs / 5);
        return token.text;
      })
      .finally(() => delete entry.pending);
    // A token server may have moved: after a failure the next request begins with the registry's challenge again.
    entry.pending.catch(() => held.get(keyOf(question)) === entry && held.delete(keyOf(question)));
    return unlessAborted(entry.pending, question);
  }

  async function known(question: Question): Promise<string | undefined> {
    const entry = held.get(keyOf(question));
    if (entry === undefined) return undefined;
    return entry.token !== undefined && options.now() < entry.renewAt ? entry.token : renew(entry, question);
  }

  async function fetch(question: Question, challenge: Challenge, rejected: string | undefined): Promise<string> {
    const key = keyOf(question);
    const before = held.get(key);
    const scopes = scopesOf(question, challenge);
    const ready = readyToken(question, before, { scopes, rejected });
    if (ready !== undefined) return ready;
    const entry: Held = {
      realm: realmOf(question, challenge.parameters.get('realm') ?? '', options.tokenHosts),
      service: challenge.parameters.get('service'),
      // A registry may ask for one action to list tags and for another to read a manifest: one token must do for both.
      scopes: new Set([...(before?.scopes ?? []), ...scopes]),
      renewAt: 0,
    };
    remember(held, key, { value: entry, limit: maxHeld });
    return renew(entry, question);
  }

  return { known, fetch };
}

/** The token that another request has got, or is getting, where it does for this one too. */
function readyToken(
  question: Question,
  held: Held | undefined,
  wanted: { readonly scopes: readonly string[]; readonly rejected: string | undefined },
): Promise<string> | undefined {
  if (held === undefined || !wanted.scopes.every((scope) => held.scopes.has(scope))) return undefined;
  if (held.pending !== undefined) return unlessAborted(held.pending, question);
  return held.token === undefined || held.token === wanted.rejected ? undefined : Promise.resolve(held.token);
}

function scopesOf(question: Question, challenge: Challenge): readonly string[] {
  const asked = challenge.parameters.get('scope')?.split(/\s+/).filter(Boolean) ?? [];
  const before = `repository:${question.repository}:`;
  if (question.actions === undefined) return asked.length > 0 ? asked : [`${before}pull`];
  const { actions } = question;
  const covered = (scope: string): boolean =>
    scope.startsWith(before) &&
    scope
      .slice(before.length)
      .split(',')
      .every((action) => actions.includes(action));
  return [`${before}${actions.join(',')}`, ...asked.filter((scope) => !covered(scope))];
}

/**
 * The token server's address: one of the registry's own party, or one that the settings name. Anybody else's would be asked for whatever a
 * registry likes (LOOP 21).
 */
function realmOf(question: Question, realm: string, tokenHosts: ReadonlySet<string>): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined) throw new Failure('broken-answer', sentence(question, 'a challenge without the address of a token server'));
  const at = `${url.protocol}//${url.host}`;
  if (!/^https?:$/.test(url.protocol) || isDowngrade(question.url, url)) {
    throw new Failure('broken-answer', sentence(question, `a token server that must not be asked, ${at},`));
  }
  if (isSameParty(question.url, url) || tokenHosts.has(url.host)) return url;
  const advice = 'if it is the right one, name its host in registries.tokenHosts';
  throw new Failure('forbidden', sentence(question, `a token server of another party, ${at},`, advice));
}

async function obtain(options: TokenOptions, entry: Held, question: Question): Promise<{ text: string; lifeMs: number }> {
  const url = new URL(entry.realm);
  if (entry.service !== undefined) url.searchParams.set('service', entry.service);
  for (const scope of entry.scopes) url.searchParams.append('scope', scope);
  const asking = tokenQuestion(question, url);
  const answer = await options.transport.send(asking, asking.credential === undefined ? undefined : basicAuthorization(asking.credential));
  if (answer.status !== 200) throw refusalOf(asking, answer, options.now());
  const token = parseTokenAnswer(answer.body);
  if (token === undefined) throw new Failure('broken-answer', sentence(asking, 'an answer without a token'));
  return token;
}

/** The question to the token server. Its signal never aborts: several callers may wait for the one token. */
function tokenQuestion({ url: registry, repository, credential }: Question, url: URL): Question {
  return {
    method: 'GET',
    url,
    accept: 'application/json',
    repository,
    trying: `token for ${registry.host}`,
    maxBytes: tokenBytes,
    signal: new AbortController().signal,
    ...(credential === undefined ? {} : { credential }),
  };
}

function unlessAborted<Value>(pending: Promise<Value>, question: Question): Promise<Value> {
  if (question.signal.aborted) return Promise.reject(cancelled(question));
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(cancelled(question));
    question.signal.addEventListener('abort', giveUp, { once: true });
    pending.then(resolve, reject).finally(() => question.signal.removeEventListener('abort', giveUp));
  });
}
