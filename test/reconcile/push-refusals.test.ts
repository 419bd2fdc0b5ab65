import { beforeEach, describe, expect, it } from 'vitest';
import type { PushRefusals } from '../../src/reconcile/update/push-refusals.ts';
import { createPushRefusals } from '../../src/reconcile/update/push-refusals.ts';
import { silentLog } from './model-ports.ts';

const minute = 60_000;
let now: number;
let refusals: PushRefusals;

beforeEach(() => {
  now = 1_000_000;
  refusals = createPushRefusals({ clock: { now: () => now }, log: silentLog }, 2 * minute);
});

/** How long a push stands refused after it was refused once more, in minutes. */
function minutesRefused(): number {
  refusals.note('shop to 1.1.0', 'main is protected');
  const since = now;
  while (refusals.standing('shop to 1.1.0') !== undefined) now += minute;
  return (now - since) / minute;
}

describe('a push that a remote refuses', () => {
  it('is tried again after waits that double, half an hour at most', () => {
    expect([1, 2, 3, 4, 5, 6].map(minutesRefused)).toEqual([2, 4, 8, 16, 30, 30]);
  });

  it('stands with what the remote said, and stands in nobody else’s way', () => {
    refusals.note('shop to 1.1.0', 'main is protected');
    expect(refusals.standing('shop to 1.1.0')).toBe('main is protected');
    expect(refusals.standing('shop to 1.2.0')).toBeUndefined();
  });

  it('begins anew after it was accepted, and after a login was changed', () => {
    expect([minutesRefused(), minutesRefused()]).toEqual([2, 4]);
    refusals.accepted('shop to 1.1.0');
    expect([minutesRefused(), minutesRefused()]).toEqual([2, 4]);
    refusals.note('shop to 1.1.0', 'main is protected');
    refusals.clear();
    expect(refusals.standing('shop to 1.1.0')).toBeUndefined();
    expect(minutesRefused()).toBe(2);
  });

  it('waits a whole poll where polls are rarer than half an hour', () => {
    refusals = createPushRefusals({ clock: { now: () => now }, log: silentLog }, 60 * minute);
    expect([minutesRefused(), minutesRefused()]).toEqual([60, 60]);
  });
});
