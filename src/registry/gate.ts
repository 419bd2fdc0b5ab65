/** Lets at most `width` through at a time, in order. */
export type Gate = { enter(signal: AbortSignal): Promise<() => void>; isEmpty(): boolean };

/**
 * A gate of `width` places. `enter` resolves with the function that gives the place back, and rejects with the signal's reason where the
 * signal aborts first.
 */
export function createGate(width: number): Gate {
  const waiting: (() => void)[] = [];
  let inside = 0;

  function leave(): void {
    const next = waiting.shift();
    // The place goes straight to the next one, so that nobody slips in between.
    if (next === undefined) inside--;
    else next();
  }

  function enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (inside < width) {
      inside++;
      return Promise.resolve(leave);
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(leave);
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(admit), 1);
        // Whoever aborts chooses the reason: it is theirs to recognise.
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(admit);
    });
  }

  return { enter: async (signal) => enter(signal), isEmpty: () => inside === 0 };
}
