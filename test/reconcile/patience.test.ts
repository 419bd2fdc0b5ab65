import { describe, expect, it } from 'vitest';
import { withPatience } from '../../src/reconcile/patience.ts';
import { createModelClock } from './model-ports.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('an answer that others wait for', () => {
  it.each([
    ['an answer', () => Promise.resolve('1.4.3'), 'resolves', '1.4.3'],
    ['a failure', () => Promise.reject(new Error('no route')), 'rejects', 'no route'],
  ] as const)('is passed on where it comes in time: %s', async (_, work, kind, said) => {
    const clock = createModelClock(0);
    const waited = withPatience(clock, 'listing', work(), new AbortController().signal);
    await (kind === 'resolves' ? expect(waited).resolves.toBe(said) : expect(waited).rejects.toThrow(said));
  });

  it('is waited for no longer than half a minute, and goes on', async () => {
    const clock = createModelClock(0);
    const work = Promise.withResolvers<string>();
    const waited = withPatience(clock, 'listing the tags of team/web', work.promise, new AbortController().signal);
    const told = expect(waited).rejects.toMatchObject({
      code: 'timed-out',
      message: 'listing the tags of team/web takes more than 30 seconds: it goes on, and a later look decides',
    });
    await settle();
    clock.advance(30_000);
    await told;
    // Nobody hears of a failure that comes later; nothing may break by it.
    work.reject(new Error('gone'));
    await settle();
  });
});
