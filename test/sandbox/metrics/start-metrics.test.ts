import { afterEach, describe, expect, it } from 'vitest';
import { type MetricsServer, startMetrics } from '../../../src/sandbox/metrics/start-metrics.ts';
import type { Series } from '../../../src/sandbox/metrics/promql/value.ts';
import { createMetrics } from '../../../src/metrics/create-metrics.ts';

const now = 1_000_000;
const series: readonly Series[] = [
  {
    labels: { __name__: 'requests', code: '200' },
    points: [0, 1, 2, 3].map((index) => ({ at: now - (3 - index) * 1000, value: index * 2 })),
  },
];

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.close();
});

async function start(): Promise<MetricsServer> {
  const server = await startMetrics({ source: () => series, now: () => now });
  opened.push({ close: () => server.stop() });
  return server;
}

const query = (text: string) => new URLSearchParams({ query: text }).toString();

describe('the metrics endpoint', () => {
  it('is ready', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/-/ready`)).status).toBe(200);
    expect((await fetch(`${url}/graph`)).status).toBe(404);
  });

  it.each([
    ['a vector', 'rate(requests[3s])', { resultType: 'vector', result: [{ metric: { code: '200' }, value: [1000, '2'] }] }],
    ['nothing', 'absent_series', { resultType: 'vector', result: [] }],
    ['a scalar that is no number', '0 / 0', { resultType: 'scalar', result: [1000, 'NaN'] }],
    ['an infinite one', '1 / 0', { resultType: 'scalar', result: [1000, '+Inf'] }],
    [
      'a matrix',
      'requests[2s]',
      {
        resultType: 'matrix',
        result: [
          {
            metric: { __name__: 'requests', code: '200' },
            values: [
              [999, '4'],
              [1000, '6'],
            ],
          },
        ],
      },
    ],
  ])('answers %s by GET and by POST', async (_, text, data) => {
    const { url } = await start();
    const got = await fetch(`${url}/api/v1/query?${query(text)}`);
    const posted = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: text }) });
    expect([await got.json(), await posted.json()]).toEqual([
      { status: 'success', data },
      { status: 'success', data },
    ]);
  });

  it('answers at a time that is asked for', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/api/v1/query?${query('requests')}&time=998`);
    expect(await answer.json()).toMatchObject({ data: { result: [{ value: [998, '2'] }] } });
  });

  it('answers a range of times', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/api/v1/query_range?${query('sum(requests)')}&start=998&end=1000&step=1s`);
    expect(await answer.json()).toMatchObject({
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            values: [
              [998, '2'],
              [999, '4'],
              [1000, '6'],
            ],
          },
        ],
      },
    });
  });

  it.each([
    ['histogram_quantile(1, x)', 400, 'bad_data'],
    ['', 400, 'bad_data'],
    ['{code="200"} + ignoring(code) requests', 400, 'bad_data'],
  ])('refuses %s with %d', async (text, status, errorType) => {
    const { url } = await start();
    const answer = await fetch(`${url}/api/v1/query?${query(text)}`);
    expect([answer.status, await answer.json()]).toMatchObject([status, { status: 'error', errorType }]);
  });

  it('goes away and comes back at the same address, as our own client sees it', async () => {
    const server = await start();
    const metrics = createMetrics({ allowAddress: () => true });
    opened.push(metrics);
    const ask = () =>
      metrics.measure(
        { name: 'm', provider: { prometheus: { address: server.url, query: 'sum(requests)' } } },
        AbortSignal.timeout(30_000),
      );
    expect((await ask()).text).toBe('[6]');
    await server.pause();
    await expect(ask()).rejects.toMatchObject({ code: 'unreachable' });
    await server.resume();
    expect((await ask()).text).toBe('[6]');
  });
});
