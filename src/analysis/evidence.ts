import type { AnalysisRun, Measurement, MetricResult } from '../resources/analysis.ts';
import { wholeNumber } from './limits.ts';
import { planRun } from './plan.ts';

/** In a result's metadata: how many failed measurements carried a finite value, once some have left the window of kept ones. */
export const finiteFailuresKey = 'windlass.dev/finite-failures';

/** What a failed metric of a run shows. `value`: the last failed measurement's first finite number; `limit`: the condition it broke. */
export type FailedMetric = {
  readonly metric: string;
  readonly value: number | undefined;
  readonly limit: string;
  /** More than failureLimit failed measurements carry finite values (LOOP 7). */
  readonly finite: boolean;
};

/** The first metric that failed by its values or without any; undefined where none has failed that counts. */
export function failedMetric(run: AnalysisRun): FailedMetric | undefined {
  const result = run.status?.metricResults?.find(({ phase, dryRun }) => phase === 'Failed' && dryRun !== true);
  if (result === undefined) return undefined;
  const plan = planRun(run);
  const metrics = plan.kind === 'planned' ? plan.metrics : (run.spec.metrics ?? []);
  const metric = metrics.find(({ name }) => name === result.name);
  const conditions = [metric?.successCondition, metric?.failureCondition].filter((text) => text !== undefined && text !== '');
  return {
    metric: result.name,
    value: lastFailedValue(result.measurements ?? []),
    limit: conditions.join(' and not '),
    finite: finiteFailures(result) > Math.max(wholeNumber(metric?.failureLimit), 0),
  };
}

/** How many failed measurements of a metric carried a finite value. */
export function finiteFailures(result: MetricResult): number {
  const remembered = Number(result.metadata?.[finiteFailuresKey] ?? NaN);
  return Number.isFinite(remembered) ? remembered : (result.measurements ?? []).filter(isFiniteFailure).length;
}

export function isFiniteFailure(measurement: Measurement): boolean {
  return measurement.phase === 'Failed' && finiteValue(measurement) !== undefined;
}

function lastFailedValue(measurements: readonly Measurement[]): number | undefined {
  const last = measurements.findLast(({ phase }) => phase === 'Failed');
  return last === undefined ? undefined : finiteValue(last);
}

/** The first finite number of a measurement's text: `[NaN,0.5]`, `0.97`. */
function finiteValue({ value }: Measurement): number | undefined {
  const parts = (value ?? '').replace(/^\[|\]$/g, '').split(',');
  return parts
    .filter((part) => part.trim() !== '')
    .map(Number)
    .find(Number.isFinite);
}
