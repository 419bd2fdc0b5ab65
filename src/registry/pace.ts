/** Lets requests begin at an even pace. */
export type Pace = { turn(signal: AbortSignal): Promise<void> };

/** At most `perSecond` turns in a second, evenly: the first at once. `turn` rejects with the signal's reason where it aborts first. */
export function createPace(perSecond: number, now: () => number = () => performance.now()): Pace {
  let next = 0;
  return {
    async turn(signal) {
      const at = Math.max(next, now());
      next = at + 1000 / perSecond;
      await waitFor(at - now(), signal);
    },
  };
}

/** Resolves after `ms`; rejects with the signal's reason where it aborts first. */
export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
