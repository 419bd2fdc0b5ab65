import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';
import type { Clock, Log } from './ports.ts';

/** What one run of a key answers: when to come back, if time alone can change the outcome. */
export type Outcome = { readonly againAt?: Millis };

export type QueueOptions = {
  readonly name: string;
  readonly work: (key: string, signal: AbortSignal) => Promise<Outcome>;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** After a failed run: first wait and longest wait, in ms; doubled in between, with jitter. */
  readonly backOff?: { readonly firstMs: number; readonly longestMs: number };
  readonly onRun?: (key: string, ms: number, outcome: 'ok' | 'failed') => void;
};

/** Keys that wait to be worked on. A key runs at most once at a time; added while it runs, it runs once more afterwards. */
export interface Queue {
  add(key: string): void;
  /** Adds the key at a moment; the earliest moment that was asked for counts. */
  addAt(key: string, at: Millis): void;
  depth(): number;
  /** When the key runs again by time alone; undefined where it waits for something else. */
  dueAt(key: string): Millis | undefined;
  /** No run begins any more; resolves when those under way have ended. Their signal aborts at once. */
  stop(): Promise<void>;
}

/**
 * The work queues of the service, by what their keys name: Applications whose subscription changed, branches, Applications to sync,
 * Rollouts, AnalysisRuns.
 */
export type Queues = Readonly<Record<'subscriptions' | 'updates' | 'syncs' | 'rollouts' | 'runs', Queue>>;

/** Who asks for a longer wait is asked again all the same. */
const longestAskedMs = 60 * 60_000;

type Timer = { readonly at: Millis; readonly cancel: AbortController };

/** A queue whose runs are limited in number and whose failed keys come back with growing delay (or when the other side asked). */
export function createQueue(options: QueueOptions): Queue {
  return new KeyedQueue(options);
}

class KeyedQueue implements Queue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, Timer>();
  readonly #failures = new Map<string, number>();
  readonly #stopping = new AbortController();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#start();
  }

  addAt(key: string, at: Millis): void {
    const known = this.#timers.get(key);
    if (this.#stopping.signal.aborted || (known !== undefined && known.at <= at)) return;
    known?.cancel.abort();
    const timer: Timer = { at, cancel: new AbortController() };
    this.#timers.set(key, timer);
    const signal = AbortSignal.any([timer.cancel.signal, this.#stopping.signal]);
    void this.#options.clock.sleep(Math.max(0, at - this.#options.clock.now()), signal).then(() => {
      if (signal.aborted) return;
      this.#timers.delete(key);
      this.add(key);
    });
  }

  depth(): number {
    return this.#waiting.size;
  }

  dueAt(key: string): Millis | undefined {
    return this.#timers.get(key)?.at;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waiting.clear();
    await Promise.all(this.#running.values());
  }

  #start(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    const { clock, work, onRun } = this.#options;
    const began = clock.now();
    try {
      const outcome = await work(key, this.#stopping.signal);
      this.#failures.delete(key);
      onRun?.(key, clock.now() - began, 'ok');
      if (outcome.againAt !== undefined) this.addAt(key, outcome.againAt);
    } catch (thrown) {
      onRun?.(key, clock.now() - began, 'failed');
      this.#comeBack(key, thrown);
    } finally {
      this.#running.delete(key);
      if (this.#again.delete(key)) this.add(key);
      else this.#start();
    }
  }

  #comeBack(key: string, thrown: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const { clock, log, name, random } = this.#options;
    const { firstMs, longestMs } = this.#options.backOff ?? { firstMs: 200, longestMs: 60_000 };
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const asked = thrown instanceof Failure ? thrown.retry?.afterMs : undefined;
    const own = Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.75 + random() / 2);
    const delay = asked === undefined ? own : Math.min(Math.max(asked, firstMs), longestAskedMs);
    const code = thrown instanceof Failure ? thrown.code : 'unexpected';
    const stack = thrown instanceof Error && !(thrown instanceof Failure) ? { stack: thrown.stack } : {};
    log.warn({ queue: name, key, code, because: sentenceOf(thrown), againInMs: Math.round(delay), ...stack }, 'reconcile failed');
    this.addAt(key, clock.now() + delay);
  }
}
