import { describe, expect, it } from 'vitest';
import { nextMeasurements } from '../../src/analysis/next-measurement.ts';
import { secretsOf } from '../../src/analysis/substitute.ts';
import { at, errorRatio, measured, runWith, start } from './runs.ts';

const names = (run: Parameters<typeof nextMeasurements>[0], now: number) => nextMeasurements(run, now).due.map(({ name }) => name);

describe('what is due', () => {
  it('the first measurement at once, with its arguments put in', () => {
    const next = nextMeasurements(runWith({ metrics: [errorRatio] }), start);
    expect(next.due[0]?.provider.prometheus?.query).toBe('error_ratio{app="web"}');
  });

  it('a value is escaped as JSON and may stand in any field', () => {
    const metric = { ...errorRatio, count: '{{ args.n }}', provider: { prometheus: { query: '{{args.app}}' } } };
    const run = runWith({
      metrics: [metric],
      args: [
        { name: 'app', value: 'say "hi"\n' },
        { name: 'n', value: '2' },
      ],
    });
    expect(nextMeasurements(run, start).due[0]).toMatchObject({ count: '2', provider: { prometheus: { query: 'say "hi"\n' } } });
  });

  it('after initialDelay, counted from the start of the run', () => {
    const run = runWith({ metrics: [{ ...errorRatio, initialDelay: '30s' }] }, { phase: 'Running', startedAt: at(0) });
    expect(nextMeasurements(run, start)).toEqual({ due: [], wakeAt: start + 30_000 });
    expect(names(run, start + 30_000)).toEqual(['error-ratio']);
  });

  it.each([
    ['an interval after the last one ended', [[0.01]] as (number[] | string)[], 1000],
    ['ten seconds after an Error, whatever the interval', ['no connection'], 10_000],
  ])('%s', (_, values, ms) => {
    const run = measured(runWith({ metrics: [errorRatio] }), 'error-ratio', values);
    expect(nextMeasurements(run, start)).toEqual({ due: [], wakeAt: start + ms });
    expect(names(run, start + ms)).toEqual(['error-ratio']);
  });

  it.each([
    ['nothing once the count is reached', { metrics: [errorRatio] }, [[0.01], [0.01]]],
    ['nothing once a metric has failed', { metrics: [errorRatio, { ...errorRatio, name: 'other' }] }, [[0.5]]],
    ['nothing on request', { metrics: [errorRatio], terminate: true }, []],
  ])('%s', (_, spec, values) => {
    expect(nextMeasurements(measured(runWith(spec), 'error-ratio', values), start + 60_000)).toEqual({ due: [] });
  });

  it('an argument without a value is a problem', () => {
    const next = nextMeasurements(runWith({ metrics: [errorRatio], args: [{ name: 'app' }] }), start);
    expect(next.due).toEqual([]);
    expect(next.problems?.[0]).toMatchObject({ at: 'args.app', got: 'no value' });
  });

  it('a value from a Secret is named first and put in then', () => {
    const run = runWith({ metrics: [errorRatio], args: [{ name: 'app', valueFrom: { secretKeyRef: { name: 'apps', key: 'web' } } }] });
    expect(secretsOf(run)).toEqual([{ argument: 'app', secret: 'apps', key: 'web' }]);
    expect(nextMeasurements(run, start, { app: 'hidden' }).due[0]?.provider.prometheus?.query).toContain('hidden');
  });
});
