import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/kernel/failure.ts';
import { createQueue } from '../../src/reconcile/queue.ts';
import { createModelClock, silentLog } from './model-ports.ts';

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

function queueOf(work: (key: string, signal: AbortSignal) => Promise<{ againAt?: number }>, concurrency = 2) {
  const clock = createModelClock(1_000);
  return { clock, queue: createQueue({ name: 'test', work, concurrency, clock, random: () => 0.5, log: silentLog }) };
}

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('a keyed work queue', () => {
  it('runs a key once at a time, and once more when it was added meanwhile', async () => {
    const held = gate();
    let [running, most, runs] = [0, 0, 0];
    const { queue } = queueOf(async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await held.opened;
      running -= 1;
      return {};
    });
    queue.add('a');
    queue.add('a');
    queue.add('a');
    held.open();
    await settle();
    expect({ most, runs }).toEqual({ most: 1, runs: 2 });
  });

  it('runs no more keys at once than it may', async () => {
    const held = gate();
    let [running, most] = [0, 0];
    const { queue } = queueOf(async () => {
      running += 1;
      most = Math.max(most, running);
      await held.opened;
      running -= 1;
      return {};
    }, 2);
    ['a', 'b', 'c', 'd'].forEach((key) => queue.add(key));
    await settle();
    held.open();
    await settle();
    expect(most).toBe(2);
  });

  it('comes back after a failure with a delay that doubles, and after success at the time that was asked for', async () => {
    const runs: number[] = [];
    const { clock, queue } = queueOf(async () => {
      runs.push(clock.now() - 1_000);
      await Promise.resolve();
      if (runs.length <= 3) throw new Failure('unreachable', 'no answer');
      return { againAt: clock.now() + 50 };
    });
    queue.add('a');
    for (let step = 0; step < 8; step += 1) {
      await settle();
      clock.advance(200);
    }
    await settle();
    expect(runs.slice(0, 4)).toEqual([0, 200, 600, 1400]);
  });

  it('says when time alone runs a key again', async () => {
    const { clock, queue } = queueOf(() => Promise.resolve({ againAt: clock.now() + 50 }));
    expect(queue.dueAt('a')).toBeUndefined();
    queue.add('a');
    await settle();
    expect(queue.dueAt('a')).toBe(clock.now() + 50);
  });

  it.each([
    ['as long as the other side asked', 5_000, 5_000],
    ['a moment also where it asked for none: a loop that never rests helps nobody', 0, 200],
    ['an hour where it asked for ever', 1e15, 3_600_000],
  ])('waits %s', async (_, afterMs, waited) => {
    const runs: number[] = [];
    const { clock, queue } = queueOf(async () => {
      runs.push(clock.now() - 1_000);
      await Promise.resolve();
      if (runs.length === 1) throw new Failure('rate-limited', 'slow down', { retry: { afterMs } });
      return {};
    });
    queue.add('a');
    await settle();
    clock.advance(waited - 1);
    await settle();
    expect(runs).toEqual([0]);
    clock.advance(1);
    await settle();
    expect(runs).toEqual([0, waited]);
  });

  it('stops: the signal aborts, the run under way is awaited, nothing begins any more', async () => {
    const held = gate();
    const seen: string[] = [];
    const { queue } = queueOf(async (key, signal) => {
      await held.opened;
      seen.push(`${key} ${signal.aborted}`);
      return {};
    }, 1);
    queue.add('a');
    queue.add('b');
    const stopped = queue.stop();
    queue.add('c');
    held.open();
    await stopped;
    expect(seen).toEqual(['a true']);
  });
});
