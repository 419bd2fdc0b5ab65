import { afterEach, describe, expect, it, vi } from 'vitest';
import { startKubernetes } from '../../../src/sandbox/kubernetes/server.ts';
import { Counters, type Target } from '../../../src/sandbox/metrics/counters.ts';
import { evaluate } from '../../../src/sandbox/metrics/promql/evaluate.ts';
import { parseQuery } from '../../../src/sandbox/metrics/promql/parse.ts';
import type { Series } from '../../../src/sandbox/metrics/promql/value.ts';
import { spread, startTraffic } from '../../../src/sandbox/metrics/start-traffic.ts';

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.stop();
});

const target = (pod: string, errorRatio = 0, app = 'web'): Target => ({ namespace: 'shop', pod, app, hash: 'abc', errorRatio });

function total(series: readonly Series[], query: string, at: number): number {
  const value = evaluate(parseQuery(query), series, at);
  return value.kind === 'vector' ? (value.samples[0]?.value ?? NaN) : NaN;
}

describe('dealing requests', () => {
  it.each([
    ['evenly', 10, 0, [5, 5]],
    ['the odd one to a pod by chance', 11, 0, [6, 5]],
    ['the odd one to another pod', 11, 0.6, [5, 6]],
    ['a part of a request by chance', 0.5, 0.6, [0, 1]],
    ['nothing', 0, 0, [0, 0]],
  ])('%s', (_, perApp, chance, expected) => {
    expect([...spread([target('a'), target('b')], perApp, () => chance).values()]).toEqual(expected);
  });

  it('to each app its own', () => {
    expect([...spread([target('a'), target('b'), target('c', 0, 'api')], 10, () => 0).values()]).toEqual([5, 5, 10]);
  });
});

describe('counting', () => {
  it('begins at zero for both codes, keeps the ratio of errors, and ends with the pod', () => {
    const counters = new Counters(60_000, () => 0);
    const bad = target('a', 0.25);
    for (let second = 0; second <= 4; second += 1) counters.advance(new Map([[bad, 10]]), second * 1000);
    expect(counters.series().map(({ points }) => points.map(({ value }) => value))).toEqual([
      [0, 8, 15, 23, 30],
      [0, 2, 5, 7, 10],
    ]);
    expect(total(counters.series(), 'sum(rate(http_requests_total{code="500"}[9s])) / sum(rate(http_requests_total[9s]))', 4000)).toBe(
      0.25,
    );
    counters.advance(new Map(), 5000);
    expect(total(counters.series(), 'count(http_requests_total)', 5000)).toBeNaN();
  });

  it('forgets old points and pods that are long gone', () => {
    const counters = new Counters(3000, () => 0);
    for (let second = 0; second <= 9; second += 1) counters.advance(new Map([[target('a'), 1]]), second * 1000);
    expect(counters.series()[0]?.points.map(({ at }) => at)).toEqual([7000, 8000, 9000]);
    counters.advance(new Map(), 10_000);
    counters.advance(new Map(), 14_000);
    expect(counters.series()).toEqual([]);
  });
});

it('follows the Ready pods of a Kubernetes API and asks once for the error ratio of an image', async () => {
  const api = await startKubernetes();
  opened.push(api);
  const send = async (path: string, method: string, body: object) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await fetch(`${api.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${api.token}`, 'content-type': type },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const pod = async (name: string, image: string, ready: boolean) => {
    const labels = { app: 'web', 'rollouts-pod-template-hash': image };
    await send('/api/v1/namespaces/default/pods', 'POST', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels },
      spec: { containers: [{ name: 'web', image }] },
    });
    const status = {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'web', image, imageID: `id-of-${image}`, ready, restartCount: 0 }],
    };
    await send(`/api/v1/namespaces/default/pods/${name}/status`, 'PATCH', { status });
  };
  await pod('good', 'v1', true);
  await pod('starting', 'v1', false);
  const asked: string[] = [];
  const errorRatioOf = (imageId: string, image: string) => {
    asked.push(`${imageId} ${image}`);
    return Promise.resolve(image === 'v2' ? 1 : 0);
  };
  const traffic = await startTraffic({
    server: api.url,
    token: api.token,
    requestsPerSecond: 1000,
    tickMs: 5,
    errorRatioOf,
    random: () => 0.5,
  });
  opened.push(traffic);
  const failures = (hash: string) =>
    `sum(http_requests_total{app="web",namespace="default",rollouts_pod_template_hash="${hash}",code="500"})`;
  const pods = () => new Set(traffic.source().map(({ labels }) => labels['pod']));
  await vi.waitFor(() => expect(total(traffic.source(), 'sum(http_requests_total{code="200"})', Date.now())).toBeGreaterThan(10), {
    timeout: 30_000,
  });
  await pod('bad', 'v2', true);
  await vi.waitFor(() => expect(total(traffic.source(), failures('v2'), Date.now())).toBeGreaterThan(10), { timeout: 30_000 });
  expect(total(traffic.source(), failures('v1'), Date.now())).toBe(0);
  expect(pods()).toEqual(new Set(['good', 'bad']));
  expect(asked).toEqual(['id-of-v1 v1', 'id-of-v2 v2']);
});
