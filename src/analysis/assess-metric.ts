import type { Metric, MetricResult } from '../resources/analysis.ts';
import { effectiveCount, errorLimit, wholeNumber } from './limits.ts';
import { isCompleted, type RunPhase } from './phases.ts';

/** A limit that a metric exceeded, with the sentence that Argo Rollouts v1.9 writes. */
export type Exceeded = { readonly phase: 'Failed' | 'Inconclusive' | 'Error'; readonly because: string };

/** Which limit is exceeded. Of several the last one counts: failures, then inconclusive ones, then errors in a row. */
export function exceededLimit(metric: Metric, result: MetricResult): Exceeded | undefined {
  const [failed, inconclusive, errors] = [result.failed ?? 0, result.inconclusive ?? 0, result.consecutiveError ?? 0];
  const [failureLimit, inconclusiveLimit] = [wholeNumber(metric.failureLimit), wholeNumber(metric.inconclusiveLimit)];
  if (errors > errorLimit(metric)) {
    return { phase: 'Error', because: `consecutiveErrors (${errors}) > consecutiveErrorLimit (${errorLimit(metric)})` };
  }
  if (inconclusive > inconclusiveLimit) {
    return { phase: 'Inconclusive', because: `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})` };
  }
  if (failureLimit >= 0 && failed > failureLimit) {
    return { phase: 'Failed', because: `failed (${failed}) > failureLimit (${failureLimit})` };
  }
  return undefined;
}

/** Phase of one metric by its counts so far (Argo Rollouts v1.9, analysis/analysis.go). `terminating`: nothing more will be measured. */
export function assessMetric(metric: Metric, result: MetricResult, terminating: boolean): string {
  if (isCompleted(result.phase)) return result.phase;
  const last = result.measurements?.at(-1);
  if (last === undefined) return terminating ? 'Successful' : 'Pending';
  if (!isCompleted(last.phase)) return 'Running';
  const ended = exceededLimit(metric, result)?.phase ?? phaseOfCount(metric, result);
  return ended ?? (terminating ? 'Successful' : 'Running');
}

function phaseOfCount(metric: Metric, result: MetricResult): RunPhase | undefined {
  const successLimit = wholeNumber(metric.consecutiveSuccessLimit);
  const asksSuccess = successLimit > 0;
  if (asksSuccess && (result.consecutiveSuccess ?? 0) >= successLimit) return 'Successful';
  const count = effectiveCount(metric);
  if (count === undefined || (result.count ?? 0) < count) return undefined;
  if (!asksSuccess) return 'Successful';
  // Neither limit was reached: with both in use nothing is known, with the success limit alone it was missed.
  return wholeNumber(metric.failureLimit) >= 0 ? 'Inconclusive' : 'Failed';
}
