import type { Retry } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';
import type { Answer } from './question.ts';
import { headerOf } from './question.ts';

const maxWaitMs = 24 * 3600e3;

/** How long `Retry-After` asks to wait, a day at most (RFC 9110, 10.2.3: seconds or an HTTP date); undefined where it is neither. */
export function parseRetryAfter(header: string | readonly string[] | undefined, now: Millis): Retry | undefined {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return { afterMs: Math.min(maxWaitMs, Math.ceil(Number(text) * 1000)) };
  const at = /^[A-Za-z]/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : { afterMs: Math.min(maxWaitMs, Math.max(0, at - now)) };
}

/**
 * How long an answer asks to wait: `Retry-After`, else Docker Hub's `x-retry-after`, else, where nothing is left, `x-ratelimit-reset` (GitHub REST,
 * "Rate limits"); both in seconds since 1970. Undefined where it does not say.
 */
export function waitAskedFor(answer: Answer, now: Millis): Retry | undefined {
  const plain = parseRetryAfter(answer.headers['retry-after'], now);
  const moment =
    headerOf(answer, 'x-retry-after') ?? (isBusy(answer) && isSpent(answer) ? headerOf(answer, 'x-ratelimit-reset') : undefined);
  if (plain !== undefined || moment === undefined || !/^\d{1,12}$/.test(moment)) return plain;
  return { afterMs: Math.min(maxWaitMs, Math.max(0, Number(moment) * 1000 - now)) };
}

/** Whether an answer refuses for the number of requests alone: a 429, and a 403 with which GitHub says the same. */
export function isBusy(answer: Answer): boolean {
  return answer.status === 429 || (answer.status === 403 && (isSpent(answer) || headerOf(answer, 'retry-after') !== undefined));
}

function isSpent(answer: Answer): boolean {
  return headerOf(answer, 'x-ratelimit-remaining') === '0';
}
