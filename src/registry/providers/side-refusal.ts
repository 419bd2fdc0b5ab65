import { Failure } from '../../kernel/failure.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Answer, Question } from '../question.ts';
import { headerOf, sentence } from '../question.ts';
import { refusalOf } from '../refusal.ts';

/**
 * The failure that an answer other than 200 of a provider's API stands for. Beside `Retry-After` there are GitHub's `x-ratelimit-reset` (GitHub
 * REST, "Rate limits": with a 403 or 429 and nothing remaining) and Docker Hub's `x-retry-after`: seconds of the epoch.
 */
export function sideRefusal(question: Question, answer: Answer, now: Millis): Failure {
  const spent = headerOf(answer, 'x-ratelimit-remaining') === '0' && [403, 429].includes(answer.status);
  const seconds = Number(
    headerOf(answer, answer.status === 429 ? 'x-retry-after' : 'none') ?? (spent ? headerOf(answer, 'x-ratelimit-reset') : NaN),
  );
  if (Number.isNaN(seconds) || headerOf(answer, 'retry-after') !== undefined) return refusalOf(question, answer, now);
  const until = Math.min(now + 24 * 3600e3, Math.max(now, seconds * 1000));
  const detail = `the quota of this API is spent until ${new Date(until).toISOString()}`;
  return new Failure('rate-limited', sentence(question, String(answer.status), detail), { retry: { afterMs: until - now } });
}
