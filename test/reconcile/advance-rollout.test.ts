import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/kernel/failure.ts';
import type { RolloutContext } from '../../src/reconcile/advance-rollout.ts';
import { advanceRollout } from '../../src/reconcile/advance-rollout.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { ModelApiServer } from '../simulation/api-server.ts';
import { silentLog, upToDateCluster } from './model-ports.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const argo = 'argoproj.io/v1alpha1';
const namespace = 'shop';
const unasked = (): never => {
  throw new Error('nobody asks for this');
};

function rolloutOf(image: string, steps: readonly unknown[] = []): KubeObject {
  const labels = { app: 'web' };
  return {
    apiVersion: argo,
    kind: 'Rollout',
    metadata: { name: 'web', namespace, annotations: { 'argocd.argoproj.io/tracking-id': 'shop:argoproj.io/Rollout:shop/web' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
      strategy: { canary: { maxSurge: 1, maxUnavailable: 0, steps } },
    },
  };
}

const application: KubeObject = {
  apiVersion: argo,
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: { project: 'default', destination: { namespace }, source: { repoURL: 'https://git.test/a.git' } },
};
const errors: KubeObject = {
  apiVersion: argo,
  kind: 'AnalysisTemplate',
  metadata: { name: 'errors', namespace },
  spec: { metrics: [{ name: 'errors', provider: { prometheus: { address: 'http://prometheus.test', query: 'up' } } }] },
};

let server: ModelApiServer;
let context: RolloutContext;
/** Runs before a write of ours arrives. */
let before: () => void;

beforeEach(() => {
  server = new ModelApiServer(() => now);
  before = () => undefined;
  const clock = { now: () => now, sleep: unasked };
  context = {
    ports: {
      cluster: upToDateCluster(
        () => server,
        () => before(),
      ),
      clock,
      log: silentLog,
      metrics: { measure: unasked },
    },
    claims: { namespaces: [] },
    home: 'argocd',
    unsure: new Map(),
  };
  server.create(application);
  server.create(errors);
});

const advance = () => advanceRollout(context, 'shop/web', new AbortController().signal);
const where = (kind: string, name: string) => ({ group: kind === 'ReplicaSet' ? 'apps' : 'argoproj.io', kind, namespace, name });
const sets = () => server.list('ReplicaSet', namespace);
const runs = () => server.list('AnalysisRun', namespace);
const patch = (kind: string, name: string, body: Readonly<Record<string, unknown>>, part: 'status' | 'rest' = 'rest') =>
  server.patch(where(kind, name), body, part);

/** Passes until it rests; the pods of every ReplicaSet are there at once. */
async function settle(): Promise<void> {
  for (let count = 0; count < 60; count++) {
    const acts = server.acts.length;
    await advance();
    for (const { metadata, ...set } of sets()) {
      const { replicas } = set['spec'] as { replicas: number };
      patch('ReplicaSet', metadata.name, { status: { replicas, readyReplicas: replicas, availableReplicas: replicas } }, 'status');
    }
    if (server.acts.length === acts) return;
  }
  throw new Error('never at rest');
}

/** `kubectl delete rollout web --cascade=orphan`, and the same one made again. */
function remake(image: string, steps: readonly unknown[] = []): void {
  for (const { kind, metadata } of [...sets(), ...runs()]) patch(kind, metadata.name, { metadata: { ownerReferences: null } });
  server.remove(where('Rollout', 'web'));
  server.acts.length = 0;
  server.create(rolloutOf(image, steps));
}

const done = () => server.acts.map(({ action, outcome }) => `${action.do} ${action.on.kind} ${outcome}`);
const specs = () => sets().map((set) => (set['spec'] as { replicas: number }).replicas);

describe('a Rollout that was deleted without its ReplicaSets and made again', () => {
  it('adopts them, and no pod moves', async () => {
    server.create(rolloutOf('team/web:1'));
    await settle();
    const [before] = sets();
    remake('team/web:1');
    await settle();
    const [after, ...others] = sets();
    expect(others).toEqual([]);
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.['spec']).toEqual(before?.['spec']);
    expect(after?.metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'Rollout', uid: server.list('Rollout')[0]?.metadata.uid, controller: true }),
    ]);
    expect(done().filter((act) => act.startsWith('create') || act.endsWith('conflict'))).toEqual([]);
    expect(server.list('Rollout')[0]?.['status']).toMatchObject({ phase: 'Healthy', readyReplicas: 3 });
  });

  it('goes from the version that runs to the wanted one', async () => {
    server.create(rolloutOf('team/web:1'));
    await settle();
    remake('team/web:2');
    await settle();
    expect(specs()).toEqual([0, 3]);
    expect(sets().every((set) => set.metadata.ownerReferences?.length === 1)).toBe(true);
  });

  it('gives its analysis another name than the run that was left over', async () => {
    const steps = [{ analysis: { templates: [{ templateName: 'errors' }] } }];
    server.create(rolloutOf('team/web:1', steps));
    await settle();
    patch('Rollout', 'web', { spec: rolloutOf('team/web:2', steps)['spec'] });
    await settle();
    const [left] = runs();
    sets().forEach((set) => server.remove(where('ReplicaSet', set.metadata.name)));
    remake('team/web:1', steps);
    await settle();
    patch('Rollout', 'web', { spec: rolloutOf('team/web:2', steps)['spec'] });
    await settle();
    expect(runs().map(({ metadata }) => metadata.name)).toHaveLength(2);
    expect(runs()[1]?.metadata.name).toBe(`${left?.metadata.name ?? ''}.1`);
    expect(done().filter((act) => act.endsWith('conflict'))).toEqual([]);
  });
});

describe('a name that is somebody else’s', () => {
  const foreign = (ownerReferences: readonly unknown[], labels: Readonly<Record<string, string>> = {}) => {
    const [set] = sets();
    server.remove(where('ReplicaSet', set?.metadata.name ?? ''));
    remake('team/web:1');
    server.create({ ...set!, metadata: { name: set?.metadata.name ?? '', namespace, labels, ownerReferences: ownerReferences as [] } });
  };

  it.each([
    [
      'a Deployment',
      [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd-1', controller: true }],
      'Deployment web (uid d-1)',
    ],
    ['a Rollout that is gone', [{ apiVersion: argo, kind: 'Rollout', name: 'web', uid: 'r-0', controller: true }], 'Rollout web (uid r-0)'],
    ['nobody, with other labels', [], 'nobody'],
  ])('%s: is said, after a few requests', async (_, owners, sentence) => {
    server.create(rolloutOf('team/web:1'));
    await settle();
    foreign(owners);
    await expect(advance()).rejects.toThrow(`exists and belongs to ${sentence}`);
    await expect(advance()).rejects.toBeInstanceOf(Failure);
    expect(done()).toEqual(Array.from({ length: 6 }, () => 'create ReplicaSet conflict'));
  });
});

describe('a write that comes too late', () => {
  it('is decided again at once', async () => {
    server.create(rolloutOf('team/web:1'));
    await settle();
    server.acts.length = 0;
    let others = 1;
    before = () => others-- > 0 && patch('Rollout', 'web', { metadata: { annotations: { changed: String(others) } } });
    patch('Rollout', 'web', { spec: { strategy: { canary: { steps: [{ setWeight: 50 }] } } } });
    await expect(advance()).resolves.toEqual({ againAt: now });
    expect(done()).toEqual(['status Rollout conflict', 'status Rollout done']);
  });

  it('is left for later when somebody never stops writing', async () => {
    server.create(rolloutOf('team/web:1'));
    await settle();
    server.acts.length = 0;
    let others = 0;
    before = () => patch('Rollout', 'web', { metadata: { annotations: { changed: String(others++) } } });
    patch('Rollout', 'web', { spec: { strategy: { canary: { steps: [{ setWeight: 50 }] } } } });
    await expect(advance()).rejects.toThrow('status of Rollout shop/web: another resourceVersion');
    expect(done()).toEqual(Array.from({ length: 3 }, () => 'status Rollout conflict'));
  });
});

describe('an image that a canary of the namespace found bad', () => {
  const steps = [{ setWeight: 34 }, { analysis: { templates: [{ templateName: 'errors' }] } }];
  const finalizers = ['windlass.dev/unsettled'];

  /** team/web:2 has failed with this value; then its environment is changed. */
  async function failThenChange(value: string, metadata: Readonly<Record<string, unknown>>): Promise<void> {
    server.create(rolloutOf('team/web:1', steps));
    await settle();
    patch('Rollout', 'web', { spec: rolloutOf('team/web:2', steps)['spec'] });
    await settle();
    const [run] = runs();
    const metricResults = [{ name: 'errors', phase: 'Failed', measurements: [{ phase: 'Failed', value }] }];
    patch('AnalysisRun', run?.metadata.name ?? '', { metadata }, 'rest');
    patch('AnalysisRun', run?.metadata.name ?? '', { status: { phase: 'Failed', metricResults } }, 'status');
    await settle();
    const containers = [{ name: 'web', image: 'team/web:2', env: [{ name: 'MODE', value: 'new' }] }];
    patch('Rollout', 'web', { spec: { template: { spec: { containers } } } });
    await settle();
  }

  it('does not come back under another template until Git has learnt it', async () => {
    await failThenChange('[0.5]', { finalizers });
    expect(specs()).toEqual([3, 0, 0]);
    await expect(advance()).resolves.toEqual({ againAt: now + 5000 });
    const [run] = runs();
    patch('AnalysisRun', run?.metadata.name ?? '', { metadata: { annotations: { 'windlass.dev/settled': 'lower by 1234' } } });
    await settle();
    expect(specs()).toEqual([2, 0, 1]);
  });

  it.each([
    ['the run was settled', '[0.5]', { finalizers, annotations: { 'windlass.dev/settled': 'hold by 1234' } }],
    ['the run concerns no image that is watched', '[0.5]', {}],
    ['the run had no data', '[NaN]', { finalizers }],
  ])('comes back where %s', async (_, value, metadata) => {
    await failThenChange(value, metadata);
    expect(specs()).toEqual([2, 0, 1]);
  });
});
