import { kubeTime, type Millis } from '../kernel/time.ts';
import type { AnalysisRun, AnalysisRunStatus, Metric, MetricResult } from '../resources/analysis.ts';
import { assessMetric, exceededLimit } from './assess-metric.ts';
import { isTerminating } from './next-measurement.ts';
import { isCompleted, isWorse } from './phases.ts';
import { type Plan, planRun } from './plan.ts';

type Summary = {
  readonly count: number;
  readonly successful: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly error: number;
};
type Assessed = { readonly metric: Metric; readonly dryRun: boolean; readonly result: MetricResult | undefined };

/**
 * The status of a run with the phases that its measurements give (Argo Rollouts v1.9, analysis/analysis.go): per metric, for the run,
 * with messages, summaries, startedAt and completedAt. A completed run stays as it is.
 */
export function assessRun(run: AnalysisRun, now: Millis): AnalysisRunStatus {
  const status = run.status ?? {};
  if (isCompleted(status.phase)) return status;
  const started = { ...status, startedAt: status.startedAt ?? kubeTime(now) };
  const plan = planRun(run);
  if (plan.kind === 'refused') return { ...started, phase: 'Error', message: plan.because, completedAt: kubeTime(now) };
  const assessed = assessMetrics(run, plan);
  const results = assessed.flatMap(({ result }) => (result === undefined ? [] : [result]));
  const { phase, message } = phaseOfRun(run, assessed);
  const { message: _before, ...rest } = started;
  return {
    ...rest,
    ...(results.length === 0 && status.metricResults === undefined ? {} : { metricResults: results }),
    phase,
    ...(message === '' ? {} : { message }),
    runSummary: summaryOf(assessed.filter(({ dryRun }) => !dryRun)),
    dryRunSummary: summaryOf(assessed.filter(({ dryRun }) => dryRun)),
    ...(isCompleted(phase) ? { completedAt: kubeTime(now) } : {}),
  };
}

/** Assesses twice where the first pass ends the run: then the other metrics end as well. */
function assessMetrics(run: AnalysisRun, plan: Plan): readonly Assessed[] {
  const first = assessOnce(run, plan, isTerminating(run));
  const ended = isTerminating({ ...run, status: { metricResults: first.flatMap(({ result }) => (result === undefined ? [] : [result])) } });
  return ended ? assessOnce(run, plan, true) : first;
}

function assessOnce(run: AnalysisRun, plan: Plan, terminating: boolean): readonly Assessed[] {
  return plan.metrics.map((metric) => {
    const before = run.status?.metricResults?.find(({ name }) => name === metric.name);
    const dryRun = plan.dryRun.has(metric.name);
    return { metric, dryRun, result: before === undefined ? undefined : assessResult(metric, before, { terminating, dryRun }) };
  });
}

function assessResult(
  metric: Metric,
  before: MetricResult,
  { terminating, dryRun }: { terminating: boolean; dryRun: boolean },
): MetricResult {
  const phase = assessMetric(metric, before, terminating);
  if (phase === before.phase) return before;
  const { message: _before, ...rest } = before;
  const exceeded = exceededLimit(metric, before);
  const message =
    dryRun && exceeded !== undefined ? `Metric assessed ${phase} due to ${exceeded.because}` : (before.measurements?.at(-1)?.message ?? '');
  return { ...rest, phase, ...(message === '' ? {} : { message }) };
}

function phaseOfRun(run: AnalysisRun, assessed: readonly Assessed[]): { readonly phase: string; readonly message: string } {
  const requested = run.spec.terminate === true ? 'Run Terminated' : '';
  const worst = worstOf(assessed, requested);
  const terminating = isTerminating({
    ...run,
    status: { metricResults: assessed.flatMap(({ result }) => (result === undefined ? [] : [result])) },
  });
  if (terminating) return { phase: worst.phase ?? 'Successful', message: worst.message };
  const complete = assessed.every(({ result }) => isCompleted(result?.phase));
  return complete && worst.phase !== undefined ? { phase: worst.phase, message: worst.message } : { phase: 'Running', message: '' };
}

function worstOf(assessed: readonly Assessed[], requested: string): { readonly phase: string | undefined; readonly message: string } {
  let [phase, message]: [string | undefined, string] = [undefined, requested];
  for (const { metric, dryRun, result } of assessed) {
    if (result === undefined || !isCompleted(result.phase)) continue;
    if (dryRun) {
      phase ??= 'Successful';
    } else if (phase === undefined || isWorse(result.phase, phase)) {
      phase = result.phase;
      message = messageOf(metric, result) ?? message;
    }
  }
  return { phase, message };
}

function messageOf(metric: Metric, result: MetricResult): string | undefined {
  const exceeded = exceededLimit(metric, result);
  if (exceeded === undefined) return undefined;
  const cause = result.message === undefined ? '' : `: "Error Message: ${result.message}"`;
  return `Metric "${metric.name}" assessed ${result.phase} due to ${exceeded.because}${cause}`;
}

/** Counts of the completed metrics by the limit that each exceeded; zeros are left out, as Go's omitempty does. */
function summaryOf(assessed: readonly Assessed[]): Partial<Summary> {
  const phases = assessed.flatMap(({ metric, result }) =>
    result === undefined || !isCompleted(result.phase) ? [] : [exceededLimit(metric, result)?.phase],
  );
  const counts: Summary = {
    count: assessed.length,
    successful: phases.filter((phase) => phase === undefined).length,
    failed: phases.filter((phase) => phase === 'Failed').length,
    inconclusive: phases.filter((phase) => phase === 'Inconclusive').length,
    error: phases.filter((phase) => phase === 'Error').length,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
