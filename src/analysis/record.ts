import type { Measured, ResolvedMetric } from '../metrics/measured.ts';
import { kubeTime, type Millis } from '../kernel/time.ts';
import type { AnalysisRun, AnalysisRunStatus, Measurement, Metric, MetricResult } from '../resources/analysis.ts';
import { finiteFailures, finiteFailuresKey, isFiniteFailure } from './evidence.ts';
import { judge } from './judge.ts';
import { resultOf } from './next-measurement.ts';
import { planRun } from './plan.ts';

/** Argo Rollouts v1.9 keeps this many measurements of a metric. */
const keptByDefault = 10;

export type Attempt = { readonly kind: 'measured'; readonly measured: Measured } | { readonly kind: 'failed'; readonly because: string };

/** The measurement that an attempt gives: its value judged by the conditions of the metric, or an Error with the reason. */
export function measurementOf(metric: ResolvedMetric, attempt: Attempt, startedAt: Millis, now: Millis): Measurement {
  const times = { startedAt: kubeTime(startedAt), finishedAt: kubeTime(now) };
  if (attempt.kind === 'failed') return { phase: 'Error', message: attempt.because, ...times };
  const { value, text, metadata } = attempt.measured;
  const { phase, message } = judge(metric, value, now);
  return {
    phase,
    ...times,
    // As the peer does: a condition that is an Error leaves no value.
    ...(phase === 'Error' ? { message: message ?? 'the condition is an error' } : { value: text }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata: { ...metadata } }),
  };
}

/** The status of the run after one more measurement of a metric; the phases are then `assessRun`'s. */
export function recordMeasurement(run: AnalysisRun, metricName: string, measurement: Measurement, now: Millis): AnalysisRunStatus {
  const plan = planRun(run);
  const known = plan.kind === 'planned' ? plan : undefined;
  const metric = known?.metrics.find(({ name }) => name === metricName);
  const before = resultOf(run, metricName) ?? freshResult(metricName, metric, known?.dryRun.has(metricName) === true);
  const result = countMeasurement(before, measurement, known?.kept.get(metricName) ?? keptByDefault);
  return { ...run.status, startedAt: run.status?.startedAt ?? kubeTime(now), metricResults: replaceResult(run, result) };
}

function replaceResult(run: AnalysisRun, result: MetricResult): MetricResult[] {
  const results = run.status?.metricResults ?? [];
  if (!results.some(({ name }) => name === result.name)) return [...results, result];
  return results.map((other) => (other.name === result.name ? result : other));
}

function freshResult(name: string, metric: Metric | undefined, dryRun: boolean): MetricResult {
  const query = metric?.provider.prometheus?.query;
  return {
    name,
    phase: 'Running',
    ...(dryRun ? { dryRun: true } : {}),
    ...(query === undefined || query === '' ? {} : { metadata: { ResolvedPrometheusQuery: query } }),
  };
}

const counters: Readonly<Record<string, 'successful' | 'failed' | 'inconclusive'>> = {
  Successful: 'successful',
  Failed: 'failed',
  Inconclusive: 'inconclusive',
};

function countMeasurement(before: MetricResult, measurement: Measurement, kept: number): MetricResult {
  const measurements = [...(before.measurements ?? []), measurement];
  const counted = { ...withoutStreaks(before), ...countsOf(before, measurement), measurements: measurements.slice(-kept) };
  // What leaves the window must still be known when the run has failed: whether the failures carried values.
  if (measurements.length <= kept) return counted;
  return {
    ...counted,
    metadata: { ...before.metadata, [finiteFailuresKey]: String(finiteFailures(before) + Number(isFiniteFailure(measurement))) },
  };
}

/** Zero counts are left out, as Go's omitempty does. */
function withoutStreaks(result: MetricResult): MetricResult {
  const { consecutiveError: _errors, consecutiveSuccess: _successes, ...rest } = result;
  return rest;
}

function countsOf(before: MetricResult, { phase }: Measurement): Partial<MetricResult> {
  if (phase === 'Error') return { error: (before.error ?? 0) + 1, consecutiveError: (before.consecutiveError ?? 0) + 1 };
  const counter = counters[phase];
  if (counter === undefined) return {};
  const streak = phase === 'Successful' ? { consecutiveSuccess: (before.consecutiveSuccess ?? 0) + 1 } : {};
  return { [counter]: (before[counter] ?? 0) + 1, count: (before.count ?? 0) + 1, ...streak };
}
