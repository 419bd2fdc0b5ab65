import { describe, expect, it } from 'vitest';
import { composeRun } from '../../src/analysis/compose.ts';
import { describeProblems } from '../../src/kernel/problem.ts';
import { errorRatio, template } from './runs.ts';

const app = [{ name: 'app', value: 'web' }];
const errors = template('errors', { args: [{ name: 'app' }], metrics: [errorRatio] });
const compose = (spec: object, more: { args?: typeof app; background?: boolean } = {}) =>
  composeRun({ templates: [template('errors', spec)], all: {}, args: app, ...more });

describe('composing a run', () => {
  it('puts values into the arguments and drops what no template declares', () => {
    const composed = composeRun({ templates: [errors], all: {}, args: [...app, { name: 'unknown', value: 'x' }] });
    expect(composed).toMatchObject({
      kind: 'composed',
      spec: { args: [{ name: 'app', value: 'web' }], metrics: [{ name: 'error-ratio', count: 2 }] },
    });
  });

  it('flattens nested templates once each, namespaced before cluster-scoped, also in a circle', () => {
    const latency = template('latency', { templates: [{ templateName: 'outer' }], metrics: [{ ...errorRatio, name: 'latency' }] });
    const shared = template('shared', { args: [{ name: 'app' }], metrics: [{ ...errorRatio, name: 'shared' }] }, 'ClusterAnalysisTemplate');
    const outer = template('outer', {
      templates: [{ templateName: 'shared', clusterScope: true }, { templateName: 'latency' }],
      metrics: [errorRatio],
    });
    const composed = composeRun({ templates: [outer], all: { outer, latency, shared }, args: app });
    expect(composed.kind === 'composed' && composed.spec.metrics?.map(({ name }) => name)).toEqual(['error-ratio', 'latency', 'shared']);
  });

  it('reads numbers that tutorials write without quotes', () => {
    const composed = compose({ args: [{ name: 'app', value: 9090 }], metrics: [errorRatio] }, { args: [] });
    expect(composed).toMatchObject({ kind: 'composed', spec: { args: [{ name: 'app', value: '9090' }] } });
  });
});

describe('providers that cannot be asked', () => {
  const askable = { prometheus: ['rangeQuery', 'authentication.oauth2'] };
  const login = { authentication: { oauth2: { tokenUrl: 'https://login.example.com' }, sigv4: {} } };

  it.each([
    [
      'a provider that is not there',
      { datadog: { query: 'x' } },
      'AnalysisTemplate errors: metrics.m.provider: got datadog, expected one of prometheus',
    ],
    [
      'a plugin',
      { plugin: { 'example.com/p': {} } },
      'AnalysisTemplate errors: metrics.m.provider: got plugin, expected one of prometheus',
    ],
    [
      'settings that would be left out',
      { prometheus: { query: 'up', rangeQuery: { step: '1m' }, ...login } },
      'AnalysisTemplate errors: metrics.m.provider.prometheus.rangeQuery: got a setting that is not supported, expected no such field; ' +
        'AnalysisTemplate errors: metrics.m.provider.prometheus.authentication.oauth2: got a setting that is not supported, expected no such field',
    ],
    ['nothing of that', { prometheus: { query: 'up', authentication: { oauth2: {} } } }, ''],
  ])('are named with template and metric: %s', (_, provider, sentence) => {
    const metrics = [{ name: 'm', provider }];
    const composed = composeRun({ templates: [template('errors', { metrics })], all: {}, args: [], providers: askable });
    expect(composed.kind === 'refused' ? describeProblems(composed.problems) : '').toBe(sentence);
  });

  it('are found in nested templates, under the name of theirs', () => {
    const inner = template('inner', { metrics: [{ name: 'm', provider: { web: {} } }] }, 'ClusterAnalysisTemplate');
    const outer = template('outer', {
      args: [{ name: 'app' }],
      templates: [{ templateName: 'inner', clusterScope: true }],
      metrics: [errorRatio],
    });
    const composed = composeRun({ templates: [outer], all: { inner }, args: app, providers: askable });
    expect(composed).toMatchObject({ problems: [{ at: expect.stringContaining('ClusterAnalysisTemplate inner: metrics.m') as string }] });
  });
});

describe('refusing to compose', () => {
  it.each([
    [
      'a declared argument without a value',
      { args: [{ name: 'app' }, { name: 'host' }], metrics: [errorRatio] },
      'args.host: got no value',
    ],
    ['an unknown tag', { metrics: [errorRatio] }, 'metrics.error-ratio: got {{args.app}}'],
    ['no metric', { metrics: [] }, 'metrics: got none'],
    ['an interval without a count', { args: app, metrics: [{ ...errorRatio, count: undefined }] }, 'would run indefinitely'],
    [
      'a count without an interval',
      { args: app, metrics: [{ ...errorRatio, interval: undefined }] },
      'metrics.error-ratio.interval: got nothing',
    ],
    ['a count that cannot reach the limit', { args: app, metrics: [{ ...errorRatio, failureLimit: 3 }] }, 'got 2, expected 3 or more'],
    [
      'two providers',
      { args: app, metrics: [{ ...errorRatio, provider: { web: {}, job: {} } }] },
      'got web, job, expected exactly one provider',
    ],
    ['a bad interval', { args: app, metrics: [{ ...errorRatio, interval: '5' }] }, 'metrics.error-ratio.interval: got "5"'],
    ['one name twice', { args: app, metrics: [errorRatio, errorRatio] }, 'error-ratio twice'],
    [
      'a dry-run rule that matches nothing',
      { args: app, metrics: [errorRatio], dryRun: [{ metricName: 'x' }] },
      'dryRun[0].metricName: got "x"',
    ],
    [
      'an unknown nested template',
      { templates: [{ templateName: 'gone' }] },
      'got gone, expected the name of an existing AnalysisTemplate',
    ],
  ])('%s', (_, spec, sentence) => {
    const composed = compose(spec);
    expect(composed.kind === 'refused' && describeProblems(composed.problems)).toContain(sentence);
  });

  it('one argument with two values', () => {
    const other = template('other', { args: [{ name: 'app', value: 'api' }], metrics: [{ ...errorRatio, name: 'other' }] });
    const first = template('errors', { args: app, metrics: [errorRatio] });
    expect(composeRun({ templates: [first, other], all: {}, args: [] })).toMatchObject({
      kind: 'refused',
      problems: [{ got: 'web and api' }],
    });
  });

  it('a background analysis may be endless', () => {
    expect(compose({ args: app, metrics: [{ ...errorRatio, count: undefined }] }, { background: true }).kind).toBe('composed');
  });
});
