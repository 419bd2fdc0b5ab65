/**
 * Works on one key at a time, each again when it was asked for meanwhile. A failed one is tried again after a short pause, until
 * the signal aborts.
 */
export function createQueue(work: (key: string) => Promise<void>, signal: AbortSignal): (key: string) => void {
  const pending = new Set<string>();
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    for (let [key] = pending; key !== undefined && !signal.aborted; [key] = pending) {
      pending.delete(key);
      await work(key).catch(() => retry(key));
    }
    running = false;
  };
  const add = (key: string): void => {
    pending.add(key);
    if (!running) void run();
  };
  const retry = (key: string): void => {
    if (!signal.aborted) setTimeout(() => add(key), 20).unref();
  };
  return add;
}
