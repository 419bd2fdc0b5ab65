import { assessMetric, exceededLimit } from '../../../src/analysis/assess-metric.ts';
import { effectiveCount, isGiven } from '../../../src/analysis/limits.ts';
import { measurementTime } from '../../../src/analysis/next-measurement.ts';
import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { timeOf } from '../../../src/kernel/time.ts';
import { AnalysisRun, type Metric, type MetricResult } from '../../../src/resources/analysis.ts';
import { type Input, notRun, textOf } from '../adapter.ts';

const started = Date.parse('2026-03-01T12:00:00Z');

/** The phase of a metric by its counts, and the time of its next measurement. */
export function answer(input: Input): unknown {
  const metric = metricOf(input['metric']);
  switch (input['kind']) {
    case 'assess': {
      const result = resultOf(input['result']);
      const exceeded = exceededLimit(metric, result);
      return {
        effectiveCount: effectiveCount(metric) ?? null,
        phase: assessMetric(metric, result, input['terminating'] === true),
        failurePhase: exceeded?.phase ?? '',
        message: exceeded?.because ?? '',
      };
    }
    case 'next-time':
      return { secondsAfterStart: nextTime(metric, input) };
    default:
      return notRun;
  }
}

export const equal = sameJson;

/** The peer was asked when to look again, so a metric that is due at once has no time. */
function nextTime(metric: Metric, input: Input): number | null {
  const phase = textOf(input, 'lastPhase');
  if (phase === '' && !isGiven(metric.initialDelay)) return null;
  const at = measurementTime(metric, phase === '' ? undefined : lastResult(phase, input), started);
  return at === undefined ? null : (at - started) / 1000;
}

function lastResult(phase: string, input: Input): MetricResult {
  const [finished, resume] = [moment(input['finishedAfter']), moment(input['resumeAfter'])];
  const times = phase === 'Running' ? { resumeAt: resume } : { finishedAt: finished };
  return { name: 'm', phase: 'Running', count: Number(input['count']), measurements: [{ phase, ...times }] };
}

function moment(seconds: unknown): string | null {
  return typeof seconds === 'number' ? timeOf(started + seconds * 1000) : null;
}

function metricOf(metric: unknown): Metric {
  const run = AnalysisRun.parse({ metadata: { name: 'run' }, spec: { metrics: [metric] } });
  return run.spec.metrics?.[0] ?? { name: 'm', provider: {} };
}

function resultOf(result: unknown): MetricResult {
  const run = AnalysisRun.parse({ metadata: { name: 'run' }, spec: {}, status: { metricResults: isBody(result) ? [result] : [] } });
  return run.status?.metricResults?.[0] ?? { name: 'm', phase: '' };
}
