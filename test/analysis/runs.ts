import { assessRun } from '../../src/analysis/assess.ts';
import { measurementOf, recordMeasurement } from '../../src/analysis/record.ts';
import { timeOf } from '../../src/kernel/time.ts';
import { AnalysisRun, AnalysisTemplate } from '../../src/resources/analysis.ts';
import type { Resource } from '../../src/resources/meta.ts';

export const start = Date.parse('2026-11-21T08:55:04Z');

export const errorRatio = {
  name: 'error-ratio',
  count: 2,
  interval: '1s',
  successCondition: 'result[0] < 0.05',
  provider: { prometheus: { address: 'http://prometheus:9090', query: 'error_ratio{app="{{args.app}}"}' } },
};

export function runWith(spec: object, status?: object): AnalysisRun {
  return AnalysisRun.parse({ metadata: { name: 'web-2-4' }, spec: { args: [{ name: 'app', value: 'web' }], ...spec }, status });
}

export function template(name: string, spec: object, kind = 'AnalysisTemplate'): Resource<AnalysisTemplate> {
  const raw = { apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name }, spec };
  return { view: AnalysisTemplate.parse(raw), raw };
}

/** The run after measuring these vectors one after the other, a second apart; a text is a failed attempt. */
export function measured(run: AnalysisRun, metricName: string, values: readonly (readonly number[] | string)[]): AnalysisRun {
  let after = run;
  for (const [index, value] of values.entries()) {
    const now = start + index * 1000;
    const metric = after.spec.metrics?.find(({ name }) => name === metricName);
    if (metric === undefined) throw new Error(`no metric ${metricName}`);
    const attempt =
      typeof value === 'string'
        ? ({ kind: 'failed', because: value } as const)
        : ({
            kind: 'measured',
            measured: { value: { type: '[]float64', value }, text: `[${value.map(String).join(',')}]`, metadata: {} },
          } as const);
    const measurement = measurementOf(metric, attempt, now, now);
    after = { ...after, status: recordMeasurement(after, metricName, measurement, now) };
    after = { ...after, status: assessRun(after, now) };
  }
  return after;
}

export function at(seconds: number): string {
  return timeOf(start + seconds * 1000);
}
