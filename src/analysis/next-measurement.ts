import { type Millis, millisOf } from '../kernel/time.ts';
import type { Problem } from '../kernel/problem.ts';
import type { ResolvedMetric } from '../metrics/measured.ts';
import type { AnalysisRun, Measurement, Metric, MetricResult } from '../resources/analysis.ts';
import { effectiveCount, isGiven, spanMs } from './limits.ts';
import { endsRun, isCompleted } from './phases.ts';
import { planRun } from './plan.ts';
import type { SecretValues } from './substitute.ts';

const errorRetryMs = 10_000;

/** What to measure now, and when to look again; `problems` where the spec of the run cannot be measured at all. */
export type NextMeasurements = {
  readonly due: readonly ResolvedMetric[];
  readonly wakeAt?: Millis;
  readonly problems?: readonly Problem[];
};

/**
 * The metrics that are due, with their arguments put in (Argo Rollouts v1.9): the first time at the start of the run plus
 * `initialDelay`, then `interval` after the end of the last measurement, 10 seconds after one that was an Error. `secrets` are the
 * values for `secretsOf(run)`.
 */
export function nextMeasurements(run: AnalysisRun, now: Millis, secrets: SecretValues = {}): NextMeasurements {
  if (isCompleted(run.status?.phase)) return { due: [] };
  const plan = planRun(run, secrets);
  if (plan.kind === 'refused') return { due: [], problems: plan.problems };
  if (isTerminating(run)) return { due: [] };
  const startedAt = momentOf(run.status?.startedAt) ?? now;
  const timed = plan.metrics.map((metric) => ({ metric, at: measurementTime(metric, resultOf(run, metric.name), startedAt) }));
  const due = timed.filter(({ at }) => at !== undefined && at <= now).map(({ metric }) => metric);
  const later = timed.flatMap(({ at }) => (at !== undefined && at > now ? [at] : []));
  return { due, ...(later.length === 0 ? {} : { wakeAt: Math.min(...later) }) };
}

/** When a metric is measured next; undefined where never again, or not before a measurement under way is over. */
export function measurementTime(metric: Metric, result: MetricResult | undefined, startedAt: Millis): Millis | undefined {
  if (isCompleted(result?.phase)) return undefined;
  const last = result?.measurements?.at(-1);
  if (result !== undefined && last !== undefined) return timeAfter(metric, result, last);
  return isGiven(metric.initialDelay) ? after(startedAt, spanMs(metric.initialDelay)) : startedAt;
}

function timeAfter(metric: Metric, result: MetricResult, last: Measurement): Millis | undefined {
  const finishedAt = momentOf(last.finishedAt);
  if (finishedAt === undefined) return momentOf(last.resumeAt);
  if ((result.count ?? 0) >= (effectiveCount(metric) ?? Infinity)) return undefined;
  return after(finishedAt, last.phase === 'Error' ? errorRetryMs : spanMs(metric.interval));
}

function momentOf(time: string | null | undefined): Millis | undefined {
  return time === undefined || time === null ? undefined : millisOf(time);
}

function after(start: Millis, ms: number | undefined): Millis | undefined {
  return ms === undefined ? undefined : start + ms;
}

export function resultOf(run: AnalysisRun, metric: string): MetricResult | undefined {
  return run.status?.metricResults?.find(({ name }) => name === metric);
}

/** Whether nothing more is measured: on request, or because a metric that counts has ended badly. */
export function isTerminating(run: AnalysisRun): boolean {
  return run.spec.terminate === true || (run.status?.metricResults ?? []).some((result) => result.dryRun !== true && endsRun(result.phase));
}
