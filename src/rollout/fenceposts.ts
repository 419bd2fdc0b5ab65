/** A count of pods: an absolute number, or text that is a percentage whether or not it ends in `%` (Argo Rollouts v1.9). */
export type CountOrPercent = number | string;

export type Fenceposts = { readonly surge: number; readonly unavailable: number };

/** Whole pods of a count; NaN for text that is no percentage. */
export function resolveCount(count: CountOrPercent, replicas: number, round: (value: number) => number): number {
  if (typeof count === 'number') return count;
  const percent = /^[+-]?\d+%?$/.test(count) ? Number.parseInt(count, 10) : Number.NaN;
  return round((percent * replicas) / 100);
}

/**
 * How many pods may exist above, and be missing below, `replicas`. Surge rounds up, unavailable rounds down; where both come to 0
 * one may be missing, or the rollout could never move. Where one of them is no count, both are 0. Defaults are 25 %.
 */
export function fenceposts(replicas: number, maxSurge: CountOrPercent = '25%', maxUnavailable: CountOrPercent = '25%'): Fenceposts {
  const surge = resolveCount(maxSurge, replicas, Math.ceil);
  const unavailable = resolveCount(maxUnavailable, replicas, Math.floor);
  if (Number.isNaN(surge + unavailable)) return { surge: 0, unavailable: 0 };
  return { surge, unavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas) };
}
