import type { Retry } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';

const maxWaitMs = 24 * 3600e3;

/** How long `Retry-After` asks to wait, a day at most (RFC 9110, 10.2.3: seconds or an HTTP date); undefined where it is neither. */
export function parseRetryAfter(header: string | readonly string[] | undefined, now: Millis): Retry | undefined {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return { afterMs: Math.min(maxWaitMs, Math.ceil(Number(text) * 1000)) };
  const at = /^[A-Za-z]/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : { afterMs: Math.min(maxWaitMs, Math.max(0, at - now)) };
}
