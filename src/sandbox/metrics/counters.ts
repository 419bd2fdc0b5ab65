import type { Point, Series } from './promql/value.ts';

/** A pod that receives requests. `app` and `hash` are its labels; `errorRatio` belongs to its image. */
export type Target = {
  readonly namespace: string;
  readonly pod: string;
  readonly app: string;
  readonly hash: string;
  readonly errorRatio: number;
};

type Counter = { readonly labels: Readonly<Record<string, string>>; readonly points: Point[]; total: number; endedAt?: number };
type Counted = { readonly good: Counter; readonly bad: Counter; owed: number };

const codes = { good: '200', bad: '500' } as const;

/** The counters `http_requests_total` of pods, kept in memory for `keptMs`. Both codes exist from the first moment, so that no error is 0 and not nothing. */
export class Counters {
  readonly #keptMs: number;
  readonly #random: () => number;
  readonly #pods = new Map<string, Counted>();

  constructor(keptMs: number, random: () => number) {
    this.#keptMs = keptMs;
    this.#random = random;
  }

  /** Writes one point per counter: each target got so many requests since the last point. Pods that are no target any more have ended. */
  advance(requests: ReadonlyMap<Target, number>, at: number): void {
    const seen = new Set<string>();
    for (const [target, count] of requests) {
      const key = `${target.namespace}/${target.pod}`;
      seen.add(key);
      this.#grow(this.#pods.get(key) ?? this.#begin(key, target), { count, ratio: target.errorRatio }, at);
    }
    for (const [key, { good, bad }] of this.#pods) {
      if (!seen.has(key)) for (const counter of [good, bad]) counter.endedAt ??= at;
      if ((good.endedAt ?? at) < at - this.#keptMs) this.#pods.delete(key);
    }
  }

  series(): readonly Series[] {
    return Array.from(this.#pods.values()).flatMap(({ good, bad }) => [good, bad]);
  }

  #begin(key: string, { namespace, pod, app, hash }: Target): Counted {
    const counter = (code: string): Counter => ({
      labels: { __name__: 'http_requests_total', namespace, pod, app, ...(hash === '' ? {} : { rollouts_pod_template_hash: hash }), code },
      points: [],
      total: 0,
    });
    // A random share of the first error, so that pods do not all fail at the same tick.
    const counted = { good: counter(codes.good), bad: counter(codes.bad), owed: this.#random() };
    this.#pods.set(key, counted);
    return counted;
  }

  /** Errors come as soon as the ratio owes one, so that a short window already shows the ratio. */
  #grow(counted: Counted, { count, ratio }: { readonly count: number; readonly ratio: number }, at: number): void {
    // The first point is where the counter starts; a rate needs two.
    const fresh = counted.good.points.length === 0;
    counted.owed += fresh ? 0 : count * ratio;
    const errors = Math.min(Math.floor(counted.owed), fresh ? 0 : count);
    counted.owed -= errors;
    this.#write(counted.bad, errors, at);
    this.#write(counted.good, fresh ? 0 : count - errors, at);
  }

  #write(counter: Counter, more: number, at: number): void {
    delete counter.endedAt;
    counter.total += more;
    counter.points.push({ at, value: counter.total });
    const old = counter.points.findIndex((point) => point.at > at - this.#keptMs);
    if (old > 0) counter.points.splice(0, old);
  }
}
