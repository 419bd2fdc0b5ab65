import { parseGoDuration } from '../kernel/duration.ts';
import type { Metric } from '../resources/analysis.ts';

type Count = number | string | undefined;

/** A whole number that may be written as text (after an argument was put in); 0 where it is none, as Kubernetes' IntOrString reads it. */
export function wholeNumber(value: Count): number {
  if (typeof value === 'number') return value;
  return value !== undefined && /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

/** Milliseconds of an interval or a delay: Go durations, and a bare number (not text) as seconds. Undefined where it is neither. */
export function spanMs(value: Count): number | undefined {
  return typeof value === 'string' ? parseGoDuration(value) : value === undefined ? undefined : value * 1000;
}

export function isGiven(value: Count): boolean {
  return value !== undefined && value !== '';
}

/** How many measurements decide: 1 without an interval, undefined (endless) with an interval and no count. */
export function effectiveCount(metric: Pick<Metric, 'count' | 'interval'>): number | undefined {
  const count = wholeNumber(metric.count);
  if (count !== 0) return count;
  return isGiven(metric.interval) ? undefined : 1;
}

/** Argo Rollouts v1.9's default: the fifth error in a row is one too many. */
export function errorLimit(metric: Metric): number {
  return metric.consecutiveErrorLimit === undefined ? 4 : wholeNumber(metric.consecutiveErrorLimit);
}
