import { oneLine } from '../kernel/escape.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { FailureCode } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';

/** An answer of the API server: the code, its JSON body, and when to come back where it said so. */
export type ApiAnswer = { readonly code: number; readonly body: unknown; readonly retryAfterMs?: number };

const codes: Readonly<Record<number, FailureCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  408: 'timed-out',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  429: 'rate-limited',
  504: 'timed-out',
};

/** What an answer of 300 or more means as a failed attempt; `what` says what was tried (`list pods`). */
export function failureOfAnswer(answer: ApiAnswer, what: string): Failure {
  const code = codes[answer.code] ?? (answer.code >= 500 ? 'server-error' : 'rejected');
  const message = `cannot ${what}: the API server answered ${answer.code}: ${messageOf(answer.body)}`;
  return new Failure(code, message, answer.retryAfterMs === undefined ? {} : { retry: { afterMs: answer.retryAfterMs } });
}

const timeouts = ['TimeoutError', 'HeadersTimeoutError', 'BodyTimeoutError', 'ConnectTimeoutError'];

/** What a request that got no answer means. */
export function failureOfThrown(thrown: unknown, what: string, cancelled: boolean): Failure {
  if (thrown instanceof Failure) return thrown;
  const name = thrown instanceof Error ? thrown.name : '';
  if (cancelled) return new Failure('cancelled', `${what} was cancelled`, { cause: thrown });
  if (timeouts.includes(name)) return new Failure('timed-out', `cannot ${what}: the API server did not answer in time`, { cause: thrown });
  return new Failure('unreachable', `cannot ${what}: ${sentenceOf(firstOf(thrown))}`, { cause: thrown });
}

/** A name with several addresses fails once for each of them, and the error around these says nothing. */
function firstOf(thrown: unknown): unknown {
  return thrown instanceof AggregateError && thrown.message === '' ? (thrown.errors[0] ?? thrown) : thrown;
}

/** The sentence of a metav1.Status, or what can be said without one. */
export function messageOf(body: unknown): string {
  if (isBody(body) && typeof body['message'] === 'string') return body['message'];
  const said = typeof body === 'string' ? plainText(body) : '';
  return said === '' ? 'no message' : said;
}

/** The words of a page, on one line of at most 200 characters: proxies answer errors in HTML. */
function plainText(page: string): string {
  const words = page
    .slice(0, 20_000)
    .replace(/<(style|script|head)\b.*?<\/\1>/gis, ' ')
    .replace(/<[^<>]*>/g, ' ');
  return oneLine(words.replace(/\s+/g, ' '));
}

/** `details` of a metav1.Status. */
export function detailsOf(body: unknown): Body {
  return isBody(body) && isBody(body['details']) ? body['details'] : {};
}
