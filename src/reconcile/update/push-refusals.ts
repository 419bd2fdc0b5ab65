import type { Millis } from '../../kernel/time.ts';
import type { Clock, Log } from '../ports.ts';

/**
 * Pushes that a remote refused, by what they would have written. Who protects a branch does not change that within a poll: the same push
 * is tried again after one poll, then after two, four and so on; another push is tried at once.
 */
export interface PushRefusals {
  /** What the remote said to a push that is not tried again yet; undefined where it may be tried. */
  standing(push: string): string | undefined;
  note(push: string, because: string): void;
  accepted(push: string): void;
  /** A login was changed: everything may be tried. */
  clear(): void;
}

const longestMs = 30 * 60_000;
const mostKept = 10_000;

type Refusal = { readonly because: string; readonly times: number; readonly until: Millis };

/** `firstMs` is the first wait; each further one is twice as long, half an hour at most (or `firstMs`, where that is longer). */
export function createPushRefusals(
  { clock, log }: { readonly clock: Pick<Clock, 'now'>; readonly log: Pick<Log, 'warn'> },
  firstMs: number,
): PushRefusals {
  const held = new Map<string, Refusal>();
  return {
    standing(push) {
      const known = held.get(push);
      return known !== undefined && known.until > clock.now() ? known.because : undefined;
    },
    note(push, because) {
      const times = (held.get(push)?.times ?? 0) + 1;
      const wait = Math.max(firstMs, Math.min(longestMs, firstMs * 2 ** (times - 1)));
      // Set again, so that the first key is the one that was refused the longest time ago.
      held.delete(push);
      held.set(push, { because, times, until: clock.now() + wait });
      const [oldest] = held.keys();
      if (held.size > mostKept && oldest !== undefined) held.delete(oldest);
      log.warn({ push, because, times, againInMs: wait }, 'push refused');
    },
    accepted: (push) => void held.delete(push),
    clear: () => held.clear(),
  };
}
