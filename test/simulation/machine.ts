import type { Clock } from '../../src/reconcile/ports.ts';
import type { Random } from './random.ts';

/** One process: what it waits for is dropped when it dies. Work without a life belongs to the servers. */
export type Life = { alive: boolean; readonly name: string };

type Job = { readonly life: Life | undefined; readonly run: () => void };
type Sleeper = { readonly at: number; readonly life: Life; readonly wake: () => void };

/** More work than this without time passing means that something chases its own tail. */
const mostJobs = 20_000;

/**
 * Time and order of a simulated world. Every request and every answer waits here as a job; the machine lets one happen at a time, in an
 * order that the seed decides, so that any two of them may overtake one another and a crash may come between any two. Some jobs take a
 * millisecond, and a sleeper may wake one too early, as timers do.
 */
export class Machine {
  #now: number;
  readonly #random: Random;
  #jobs: Job[] = [];
  #sleepers: Sleeper[] = [];
  #sinceTimePassed = 0;

  constructor(start: number, random: Random) {
    this.#now = start;
    this.#random = random;
  }

  get now(): number {
    return this.#now;
  }

  clockOf(life: Life): Clock {
    return {
      now: () => this.#now,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const early = ms > 1 && this.#random.below(4) === 0 ? 1 : 0;
          const sleeper = { at: this.#now + ms - early, life, wake: resolve };
          this.#sleepers.push(sleeper);
          const forget = (): void => {
            this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
            resolve();
          };
          signal.addEventListener('abort', forget, { once: true });
        }),
    };
  }

  /** Waits for its turn. Never resolves where the life ended meanwhile. */
  turn(life: Life): Promise<void> {
    return new Promise((resolve) => this.#jobs.push({ life, run: resolve }));
  }

  later(run: () => void, life?: Life): void {
    this.#jobs.push({ life, run });
  }

  end(life: Life): void {
    life.alive = false;
    this.#jobs = this.#jobs.filter((job) => job.life !== life);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.life !== life);
  }

  /** Lets jobs happen until none is left, or `most` happened. Throws where there is no end. */
  async work(most = Number.POSITIVE_INFINITY): Promise<void> {
    await drained();
    for (let done = 0; this.#jobs.length > 0 && done < most; done += 1) {
      const [job] = this.#jobs.splice(this.#random.below(this.#jobs.length), 1);
      this.#sinceTimePassed += 1;
      if (this.#sinceTimePassed > mostJobs) throw new Error(`still at work after ${mostJobs} turns in which no time passed`);
      if (job?.life?.alive === false) continue;
      if (this.#random.below(4) === 0) this.#now += 1;
      job?.run();
      await drained();
    }
  }

  /** Lets time pass, stopping wherever somebody wakes. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await this.work();
      const next = this.#sleepers.reduce<number>((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
      const until = Math.min(next, end);
      if (until > this.#now) this.#sinceTimePassed = 0;
      this.#now = Math.max(this.#now, until);
      if (next > end) return;
      const due = this.#sleepers.filter(({ at }) => at <= this.#now);
      this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
      due.forEach(({ wake }) => wake());
    }
  }
}

/** Everything that follows from what was resolved has happened: no model port waits for anything but its turn. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
