import { describeDuration } from '../kernel/duration.ts';
import type { Millis, Time } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';
import type { Quota } from './quota.ts';

/** What is left of a registry's patience with one credential. `until`: what costs waits until then. */
export type Budget = { readonly remaining?: number; readonly until?: Time; readonly because: string };

/** What is known of one host and credential: when it may be asked at all, and what it said is left. */
export type Ledger = {
  readonly stopUntil?: Millis;
  readonly refusals: number;
  readonly quota?: Quota & { readonly at: Millis };
};

export const noLedger: Ledger = { refusals: 0 };

// A header must not be able to switch a registry off for a day.
const longestStopMs = 3600e3;
const firstStopMs = 5000;
const longestGuessMs = 15 * 60e3;

/** After a 429. Where the registry does not say when to come back, the wait doubles with each refusal in a row. */
export function refusedOnce(ledger: Ledger, now: Millis, afterMs: number | undefined): Ledger {
  const guess = Math.min(longestGuessMs, firstStopMs * 2 ** ledger.refusals);
  const stopUntil = now + Math.min(longestStopMs, afterMs ?? guess);
  return { ...ledger, refusals: ledger.refusals + 1, stopUntil: Math.max(stopUntil, ledger.stopUntil ?? 0) };
}

/** After an answer that was none, with what it said is left. */
export function answered(ledger: Ledger, now: Millis, quota: Quota | undefined): Ledger {
  const { stopUntil, quota: before } = ledger;
  const stopped = stopUntil !== undefined && stopUntil > now;
  const held = quota === undefined ? before : { ...quota, at: now };
  return { refusals: stopped ? ledger.refusals : 0, ...(stopped ? { stopUntil } : {}), ...(held === undefined ? {} : { quota: held }) };
}

/** The tenth of a quota that is left to those who pull with the same credential or address. */
function reserveOf({ limit }: Quota): number {
  return limit === undefined ? 0 : Math.floor(limit / 10);
}

/**
 * When what counts against the quota may be asked again; undefined where it may now. A quota that says no moment fills evenly over its window.
 */
function shortUntil(quota: Ledger['quota'], now: Millis): Millis | undefined {
  if (quota === undefined) return undefined;
  const missing = reserveOf(quota) + 1 - quota.remaining;
  if (missing <= 0) return undefined;
  const { limit = 1, windowMs = 60_000, resetAt } = quota;
  const until = Math.min(resetAt ?? quota.at + (missing * windowMs) / Math.max(1, limit), quota.at + longestStopMs);
  return until > now ? until : undefined;
}

/** When a request may begin: `stop` concerns every one, `short` only those that count against the quota. Undefined: now. */
export function admission(ledger: Ledger, now: Millis): { readonly until: Millis; readonly kind: 'stop' | 'short' } | undefined {
  const { stopUntil } = ledger;
  if (stopUntil !== undefined && stopUntil > now) return { until: stopUntil, kind: 'stop' };
  const until = shortUntil(ledger.quota, now);
  return until === undefined ? undefined : { until, kind: 'short' };
}

/** The budget in words; undefined where the registry has said nothing. */
export function describeBudget(host: string, ledger: Ledger, now: Millis): Budget | undefined {
  const held = admission(ledger, now);
  const { quota } = ledger;
  if (held === undefined && quota === undefined) return undefined;
  return {
    because: [
      held?.kind === 'stop' ? `${host} asked us to wait` : host,
      ...leftOf(quota),
      ...(held?.kind === 'short' ? ['which is short'] : []),
    ].join(', '),
    ...(quota === undefined ? {} : { remaining: quota.remaining }),
    ...(held === undefined ? {} : { until: timeOf(held.until) }),
  };
}

function leftOf(quota: Quota | undefined): readonly string[] {
  if (quota === undefined) return [];
  const { remaining, limit, windowMs } = quota;
  const of = limit === undefined ? '' : ` of ${limit}`;
  return [`${remaining}${of} requests are left${windowMs === undefined ? '' : ` in ${describeDuration(windowMs)}`}`];
}
