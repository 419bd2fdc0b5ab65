import type { Evidence } from '../kernel/hold.ts';
import { oneLine } from '../kernel/escape.ts';
import type { AnalysisRun, Metric, MetricResult } from '../resources/analysis.ts';

type Judgement = { readonly kind: 'failed' | 'no-data'; readonly evidence: Evidence };

/**
 * What a Failed run knows: `failed` where more than failureLimit failed measurements of one metric carry finite numbers, else
 * `no-data` (LOOP 7). Only measurements that are still kept count: what was trimmed away proves nothing. Dry-run metrics do not count.
 */
export function judgeFailedRun(run: AnalysisRun): Judgement {
  const failed = (run.status?.metricResults ?? []).filter((result) => result.phase === 'Failed' && result.dryRun !== true);
  const judgements = failed.map((result) => judgeMetric(result, run));
  const because = run.status?.message ?? 'the run failed without a message';
  return (
    judgements.find((judgement) => judgement.kind === 'failed') ??
    judgements[0] ?? { kind: 'no-data', evidence: { because: oneLine(`no metric says why: ${because}`) } }
  );
}

function judgeMetric(result: MetricResult, run: AnalysisRun): Judgement {
  const metric = (run.spec.metrics ?? []).find((each) => each.name === result.name);
  const values = (result.measurements ?? [])
    .filter((measurement) => measurement.phase === 'Failed')
    .flatMap((measurement) => finiteNumber(measurement.value) ?? []);
  const limit = metric === undefined ? undefined : failureLimitOf(metric, run);
  const value = values.at(-1);
  if (metric === undefined || limit === undefined || value === undefined || values.length <= limit) {
    const needed = limit === undefined ? 'an unknown limit' : `its limit of ${limit}`;
    const because = `${result.name} failed, but only ${values.length} kept measurements with a finite value did, and more than ${needed} must`;
    return { kind: 'no-data', evidence: { because: oneLine(because) } };
  }
  return { kind: 'failed', evidence: { metric: oneLine(result.name), value, limit: oneLine(conditionOf(metric, run)) } };
}

/** The number of a measurement (`0.5`, `[0.5]`, the first of several); undefined where any part is not a finite number. */
function finiteNumber(text: string | undefined): number | undefined {
  const numbers = (text ?? '')
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .split(/[\s,]+/)
    .map((part) => (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(part) ? Number(part) : Number.NaN));
  return numbers.every((number) => Number.isFinite(number)) ? numbers[0] : undefined;
}

// A negative limit switches the count off (v1.8); one failed measurement with a number is then the least that proves anything.
function failureLimitOf(metric: Metric, run: AnalysisRun): number | undefined {
  const written = metric.failureLimit ?? 0;
  const limit = typeof written === 'number' ? written : Number(fillIn(written, run) || Number.NaN);
  return Number.isSafeInteger(limit) ? Math.max(limit, 0) : undefined;
}

function conditionOf(metric: Metric, run: AnalysisRun): string {
  const { successCondition, failureCondition } = metric;
  const conditions = [
    ...(successCondition === undefined ? [] : [`successCondition ${fillIn(successCondition, run)}`]),
    ...(failureCondition === undefined ? [] : [`failureCondition ${fillIn(failureCondition, run)}`]),
  ];
  return conditions.join(', ') || 'no condition';
}

/** Replaces `{{args.NAME}}` by the run's own values; what is not known (a secret) stays as it is written. */
function fillIn(text: string, run: AnalysisRun): string {
  return text.replace(/\{\{\s*args\.([^\s{}]+)\s*\}\}/g, (whole, name: string) => {
    const value = (run.spec.args ?? []).find((argument) => argument.name === name)?.value;
    return value === undefined ? whole : String(value);
  });
}
