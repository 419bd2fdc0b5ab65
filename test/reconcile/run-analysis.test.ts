import { beforeEach, describe, expect, it } from 'vitest';
import type { RolloutContext } from '../../src/reconcile/advance-rollout.ts';
import type { Measured } from '../../src/metrics/measured.ts';
import { runAnalysis } from '../../src/reconcile/run-analysis.ts';
import { ModelApiServer } from '../simulation/api-server.ts';
import { silentLog, upToDateCluster } from './model-ports.ts';

const argo = 'argoproj.io/v1alpha1';
const namespace = 'shop';
const unasked = (): never => {
  throw new Error('nobody asks for this');
};

let now: number;
let server: ModelApiServer;
let context: RolloutContext;
/** How long the write of a status takes, in ms. */
let writeMs: number;

beforeEach(() => {
  now = Date.parse('2026-03-01T12:00:00.000Z');
  writeMs = 0;
  server = new ModelApiServer(() => now);
  const measured: Measured = { value: { type: '[]float64', value: [0] }, text: '[0]', metadata: {} };
  const metrics = { measure: () => Promise.resolve(measured) };
  context = {
    ports: {
      cluster: upToDateCluster(
        () => server,
        () => (now += writeMs),
      ),
      clock: { now: () => now, sleep: unasked },
      log: silentLog,
      metrics,
    },
    claims: { namespaces: [] },
    home: 'argocd',
    unsure: new Map(),
  };
  server.create({
    apiVersion: argo,
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: { project: 'default', destination: { namespace }, source: { repoURL: 'https://git.test/a.git' } },
  });
  server.create({
    apiVersion: argo,
    kind: 'Rollout',
    metadata: { name: 'web', namespace, annotations: { 'argocd.argoproj.io/tracking-id': 'shop:argoproj.io/Rollout:shop/web' } },
    spec: {},
  });
  const owner = server.list('Rollout', namespace)[0]?.metadata;
  server.create({
    apiVersion: argo,
    kind: 'AnalysisRun',
    metadata: {
      name: 'errors',
      namespace,
      ownerReferences: [{ apiVersion: argo, kind: 'Rollout', name: 'web', uid: owner?.uid ?? '', controller: true }],
    },
    spec: {
      metrics: [
        {
          name: 'errors',
          count: 3,
          interval: '1s',
          successCondition: 'result[0] < 1',
          provider: { prometheus: { address: 'http://prometheus.test', query: 'up' } },
        },
      ],
    },
  });
});

const pass = () => runAnalysis(context, 'shop/errors', new AbortController().signal);

describe('a run that is measured every second', () => {
  it('is looked at again when the next measurement is due', async () => {
    expect(await pass()).toEqual({ againAt: now + 1_000 });
  });

  it.each([999, 1_000, 5_000])('is looked at again at once where writing the last one took %i ms and another is due', async (took) => {
    writeMs = took;
    const { againAt } = await pass();
    expect(againAt).toBe(took < 1_000 ? now + 1 : now);
  });

  it('is not forgotten by a pass that came a millisecond early and ended on time', async () => {
    const { againAt = 0 } = await pass();
    now = againAt - 1;
    let reads = 0;
    // Time goes on between any two looks at the clock.
    const clock = { ...context.ports.clock, now: () => now + (reads++ > 1 ? 1 : 0) };
    context = { ...context, ports: { ...context.ports, clock } };
    expect((await pass()).againAt).toBeLessThanOrEqual(againAt);
  });
});
