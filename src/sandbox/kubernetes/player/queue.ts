/**
 * Works on each key one at a time, and again when it was asked for meanwhile; different keys run side by side. A failed one is tried
 * again after a short pause, until the signal aborts.
 */
export function createQueue(work: (key: string) => Promise<void>, signal: AbortSignal): (key: string) => void {
  const running = new Set<string>();
  const again = new Set<string>();
  const run = async (key: string): Promise<void> => {
    running.add(key);
    do {
      again.delete(key);
      await work(key).catch(() => retry(key));
    } while (again.has(key) && !signal.aborted);
    running.delete(key);
  };
  const add = (key: string): void => {
    if (running.has(key)) again.add(key);
    else if (!signal.aborted) void run(key);
  };
  const retry = (key: string): void => void setTimeout(() => add(key), 20).unref();
  return add;
}
