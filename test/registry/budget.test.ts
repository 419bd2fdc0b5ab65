import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/registry/budget.ts';
import { admission, answered, describeBudget, noLedger, refusedOnce } from '../../src/registry/budget.ts';

const now = Date.parse('2026-01-31T12:00:00Z');
const hub = (remaining: number): Ledger => answered(noLedger, now, { remaining, limit: 100, windowMs: 21_600_000 });
const untilOf = (ledger: Ledger, at = now) => {
  const held = admission(ledger, at);
  return held === undefined ? 'now' : `${held.kind} ${(held.until - at) / 1000}s`;
};

describe('a registry may be asked', () => {
  it.each<[string, Ledger, string]>([
    ['where it said nothing', noLedger, 'now'],
    ['where much is left', hub(98), 'now'],
    ['where as much is left as is for others, and one', hub(11), 'now'],
    ['when the first one above the reserve has filled again', hub(10), 'short 216s'],
    ['an hour later at most', hub(0), 'short 2376s'],
    ['when the quota is full again, where it says when', answered(noLedger, now, { remaining: 0, resetAt: now + 30_000 }), 'short 30s'],
    ['in a minute where it says nothing more', answered(noLedger, now, { remaining: 0 }), 'short 60s'],
    ['when it said, after a refusal', refusedOnce(noLedger, now, 90_000), 'stop 90s'],
    ['an hour after a refusal at most', refusedOnce(noLedger, now, 86_400_000), 'stop 3600s'],
    ['soon after a first refusal that says nothing', refusedOnce(noLedger, now, undefined), 'stop 5s'],
    ['later after the second in a row', refusedOnce(refusedOnce(noLedger, now, undefined), now, undefined), 'stop 10s'],
    ['never earlier than it said before', refusedOnce(refusedOnce(noLedger, now, 90_000), now, 1000), 'stop 90s'],
  ])('%s', (_, ledger, expected) => {
    expect(untilOf(ledger)).toBe(expected);
  });

  it('at once after the time is over, and refusals are forgotten with an answer then', () => {
    const twice = refusedOnce(refusedOnce(noLedger, now, undefined), now, undefined);
    expect(untilOf(twice, now + 10_000)).toBe('now');
    expect(answered(twice, now + 9999, undefined)).toMatchObject({ refusals: 2, stopUntil: now + 10_000 });
    expect(answered(twice, now + 10_000, undefined)).toEqual({ refusals: 0 });
  });

  it('after no more than an hour, whatever it says', () => {
    const number = fc.integer({ min: 0, max: 2 ** 31 });
    fc.assert(
      fc.property(fc.record({ remaining: number, limit: number, windowMs: number, resetAt: number }), number, (quota, afterMs) => {
        const ledger = refusedOnce(answered(noLedger, now, quota), now, afterMs);
        const held = admission(ledger, now);
        expect((held?.until ?? now) - now).toBeLessThanOrEqual(3_600_000);
        expect(untilOf(ledger, now + 3_600_000)).toBe('now');
      }),
    );
  });
});

describe('a budget says', () => {
  it.each<[string, Ledger, object | undefined]>([
    ['nothing', noLedger, undefined],
    ['what is left', hub(98), { remaining: 98, because: 'hub.example, 98 of 100 requests are left in 6h' }],
    [
      'that it is short, and until when',
      hub(10),
      { remaining: 10, until: '2026-01-31T12:03:36.000Z', because: 'hub.example, 10 of 100 requests are left in 6h, which is short' },
    ],
    [
      'that it was refused',
      refusedOnce(hub(0), now, 60_000),
      { remaining: 0, until: '2026-01-31T12:01:00.000Z', because: 'hub.example asked us to wait, 0 of 100 requests are left in 6h' },
    ],
    ['that it was refused, without numbers', refusedOnce(noLedger, now, 60_000), { because: 'hub.example asked us to wait' }],
  ])('%s', (_, ledger, expected) => {
    const said = describeBudget('hub.example', ledger, now);
    if (expected === undefined) expect(said).toBeUndefined();
    else expect(said).toMatchObject(expected);
  });
});
