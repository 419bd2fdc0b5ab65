import { describe, expect, it } from 'vitest';
import { assessRun } from '../../src/analysis/assess.ts';
import { failedMetric } from '../../src/analysis/evidence.ts';
import { errorRatio, measured, runWith, start } from './runs.ts';

describe('a run', () => {
  it('is written as Argo Rollouts 1.9.1 writes a success', () => {
    const run = measured(runWith({ metrics: [errorRatio] }), 'error-ratio', [[0.01], [0.01]]);
    expect(run.status).toEqual({
      completedAt: '2026-11-21T08:55:05Z',
      dryRunSummary: {},
      metricResults: [
        {
          consecutiveSuccess: 2,
          count: 2,
          measurements: [
            { finishedAt: '2026-11-21T08:55:04Z', phase: 'Successful', startedAt: '2026-11-21T08:55:04Z', value: '[0.01]' },
            { finishedAt: '2026-11-21T08:55:05Z', phase: 'Successful', startedAt: '2026-11-21T08:55:05Z', value: '[0.01]' },
          ],
          metadata: { ResolvedPrometheusQuery: 'error_ratio{app="web"}' },
          name: 'error-ratio',
          phase: 'Successful',
          successful: 2,
        },
      ],
      phase: 'Successful',
      runSummary: { count: 1, successful: 1 },
      startedAt: '2026-11-21T08:55:04Z',
    });
  });

  it('is written as Argo Rollouts 1.9.1 writes a failure', () => {
    const run = measured(runWith({ metrics: [errorRatio] }), 'error-ratio', [[0.5]]);
    expect(run.status).toMatchObject({
      phase: 'Failed',
      message: 'Metric "error-ratio" assessed Failed due to failed (1) > failureLimit (0)',
      metricResults: [{ count: 1, failed: 1, phase: 'Failed' }],
      runSummary: { count: 1, failed: 1 },
      completedAt: '2026-11-21T08:55:04Z',
    });
    expect(run.status?.metricResults?.[0]).not.toHaveProperty('consecutiveSuccess');
  });

  const limited = { ...errorRatio, count: 10, failureLimit: 3 };
  it.each([
    ['three failures are within failureLimit 3', [[1], [1], [1]], 'Running', undefined],
    ['the fourth is not', [[1], [1], [1], [1]], 'Failed', 'Metric "error-ratio" assessed Failed due to failed (4) > failureLimit (3)'],
    ['four errors in a row are borne', ['e', 'e', 'e', 'e'], 'Running', undefined],
    [
      'the fifth is not, and its reason is told',
      ['e', 'e', 'e', 'e', 'no connection'],
      'Error',
      'Metric "error-ratio" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: no connection"',
    ],
    ['a good measurement ends a row of errors', ['e', 'e', 'e', 'e', [0.01], 'e'], 'Running', undefined],
  ] as const)('%s', (_, values, phase, message) => {
    const { status } = measured(runWith({ metrics: [limited] }), 'error-ratio', values);
    expect([status?.phase, status?.message]).toEqual([phase, message]);
  });

  it('ends the other metrics when one fails, also one that was never measured', () => {
    const run = measured(runWith({ metrics: [errorRatio, { ...errorRatio, name: 'late', initialDelay: '1h' }] }), 'error-ratio', [[0.5]]);
    expect(run.status).toMatchObject({ phase: 'Failed', runSummary: { count: 2, failed: 1 } });
  });

  it('ends Successful on request', () => {
    const run = measured(runWith({ metrics: [errorRatio] }), 'error-ratio', [[0.01]]);
    const ended = assessRun({ ...run, spec: { ...run.spec, terminate: true } }, start);
    expect(ended).toMatchObject({ phase: 'Successful', message: 'Run Terminated', metricResults: [{ phase: 'Successful' }] });
  });

  it('does not count a dry-run metric', () => {
    const run = measured(runWith({ metrics: [errorRatio], dryRun: [{ metricName: 'error' }] }), 'error-ratio', [[0.5]]);
    expect(run.status).toMatchObject({
      phase: 'Successful',
      runSummary: {},
      dryRunSummary: { count: 1, failed: 1 },
      metricResults: [{ dryRun: true, phase: 'Failed', message: 'Metric assessed Failed due to failed (1) > failureLimit (0)' }],
    });
    expect(failedMetric(run)).toBeUndefined();
  });

  it('is an Error when its arguments cannot be put in', () => {
    const status = assessRun(runWith({ metrics: [errorRatio], args: [] }), start);
    expect(status).toMatchObject({ phase: 'Error', completedAt: '2026-11-21T08:55:04Z' });
    expect(status.message).toMatch(/^Unable to resolve metric arguments: metrics.error-ratio: got \{\{args.app\}\}/);
  });

  it('stays as it is once it is over', () => {
    const run = measured(runWith({ metrics: [errorRatio] }), 'error-ratio', [[0.5]]);
    expect(assessRun(run, start + 60_000)).toBe(run.status);
  });

  it('keeps ten measurements of a metric, or as many as a rule says', () => {
    const many = Array.from({ length: 12 }, () => [0.01]);
    const endless = { ...errorRatio, count: 20 };
    const kept = (spec: object) =>
      measured(runWith({ metrics: [endless], ...spec }), 'error-ratio', many).status?.metricResults?.[0]?.measurements?.length;
    expect(kept({})).toBe(10);
    expect(kept({ measurementRetention: [{ metricName: '.*', limit: 3 }] })).toBe(3);
  });
});

describe('the evidence of a failed metric', () => {
  const limit = 'result[0] < 0.05';
  it.each([
    ['a finite failure is data', {}, [[0.5]], { value: 0.5, finite: true }],
    ['NaN fails for the peer, but is no data', {}, [[NaN]], { value: undefined, finite: false }],
    ['NaN beside one failure is not more than the limit', { failureLimit: 1 }, [[0.5], [NaN]], { value: undefined, finite: false }],
    [
      'two failures with values and one without are not either',
      { failureLimit: 2, count: 5 },
      [[NaN], [0.4], [0.5]],
      { value: 0.5, finite: false },
    ],
    ['enough failures with values', { failureLimit: 1, count: 5 }, [[0.4], [0.5]], { value: 0.5, finite: true }],
  ])('%s', (_, more, values, expected) => {
    const run = measured(runWith({ metrics: [{ ...errorRatio, ...more }] }), 'error-ratio', values);
    expect(failedMetric(run)).toEqual({ metric: 'error-ratio', limit, ...expected });
  });

  it('is remembered when the failures leave the window of kept measurements', () => {
    const metric = { ...errorRatio, failureLimit: 12, count: 40 };
    const run = measured(
      runWith({ metrics: [metric] }),
      'error-ratio',
      Array.from({ length: 13 }, () => [0.5]),
    );
    expect(run.status?.phase).toBe('Failed');
    expect(run.status?.metricResults?.[0]?.measurements).toHaveLength(10);
    expect(failedMetric(run)?.finite).toBe(true);
  });
});
