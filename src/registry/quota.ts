import type { Millis } from '../kernel/time.ts';
import type { Answer } from './question.ts';
import { headerOf } from './question.ts';

/** What a registry says is left of a quota: requests, the window in which it fills again in ms, and when it is full again. */
export type Quota = { readonly remaining: number; readonly limit?: number; readonly windowMs?: number; readonly resetAt?: Millis };

/**
 * The quota that an answer tells. Docker Hub says `ratelimit-remaining: 98;w=21600` (seconds), the drafts of RateLimit header fields
 * `RateLimit-Remaining` with `RateLimit-Reset` in seconds or `RateLimit: "name";r=98;t=30`, GitHub `x-ratelimit-reset` as a moment.
 */
export function readQuota(answer: Answer, now: Millis): Quota | undefined {
  const combined = parametersOf(headerOf(answer, 'ratelimit'));
  const policy = parametersOf(headerOf(answer, 'ratelimit-policy'));
  const left = valueOf(answer, 'remaining');
  const most = valueOf(answer, 'limit');
  const remaining = left.value ?? combined.get('r');
  if (remaining === undefined) return undefined;
  const windowS = left.parameters.get('w') ?? most.parameters.get('w') ?? policy.get('w');
  return {
    remaining,
    ...defined('limit', most.value ?? policy.get('q')),
    ...defined('windowMs', windowS === undefined ? undefined : windowS * 1000),
    ...defined('resetAt', resetOf(answer, combined.get('t'), now)),
  };
}

function defined<Key extends string>(key: Key, value: number | undefined): { readonly [Name in Key]?: number } {
  // The key is the one name of the type, which a computed key does not show.
  return (value === undefined ? {} : { [key]: value }) as { readonly [Name in Key]?: number };
}

function valueOf(answer: Answer, what: 'remaining' | 'limit') {
  const text = headerOf(answer, `ratelimit-${what}`) ?? headerOf(answer, `x-ratelimit-${what}`);
  const value = Number.parseInt(text ?? '', 10);
  return { value: value >= 0 ? value : undefined, parameters: parametersOf(text) };
}

/** `98;w=21600`: the numbers behind names. */
function parametersOf(text: string | undefined): ReadonlyMap<string, number> {
  const found = (text ?? '').matchAll(/;\s*([a-z]+)\s*=\s*(\d{1,10})(?=\s*(?:[;,]|$))/gi);
  return new Map(Array.from(found, ([, name = '', value]) => [name.toLowerCase(), Number(value)]));
}

// What is larger is a moment in seconds since 1970, not a number of seconds from now.
const longestS = 10 * 365 * 86_400;

function resetOf(answer: Answer, inSeconds: number | undefined, now: Millis): Millis | undefined {
  if (inSeconds !== undefined) return now + inSeconds * 1000;
  const text = headerOf(answer, 'ratelimit-reset') ?? headerOf(answer, 'x-ratelimit-reset');
  const seconds = Number.parseInt(text ?? '', 10);
  if (!(seconds >= 0)) return undefined;
  return seconds > longestS ? seconds * 1000 : now + seconds * 1000;
}
