import type { Clock, ClusterPort, Log } from '../../src/reconcile/ports.ts';
import type { ModelApiServer } from '../simulation/api-server.ts';

export interface ModelClock extends Clock {
  /** Moves time on and wakes who slept until then. */
  advance(ms: number): void;
}

export function createModelClock(start: number): ModelClock {
  let now = start;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        sleepers.push({ at: now + ms, wake: resolve });
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    advance(ms) {
      now += ms;
      const due = sleepers.filter((sleeper) => sleeper.at <= now);
      sleepers = sleepers.filter((sleeper) => sleeper.at > now);
      due.forEach((sleeper) => sleeper.wake());
    },
  };
}

const nothing = () => undefined;
export const silentLog: Log = { info: nothing, warn: nothing, error: nothing, debug: nothing };

const unasked = (): never => {
  throw new Error('nobody asks for this');
};

/** A cluster whose caches are never behind the model API server; `before` is called at each act. */
export function upToDateCluster(server: () => ModelApiServer, before: () => void): ClusterPort {
  return {
    name: 'here',
    watch: unasked,
    list: (kind, at) => server().list(kind.kind, at),
    get: (ref) => server().get(ref),
    onChange: unasked,
    read: unasked,
    isNamespaced: unasked,
    dryRun: unasked,
    act(action) {
      before();
      return Promise.resolve(server().act(action));
    },
  };
}
