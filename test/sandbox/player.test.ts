import { afterEach, describe, expect, it } from 'vitest';
import { createCluster } from '../../src/cluster/cluster.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { directAccess } from '../../src/cluster/access.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { startPlayer } from '../../src/sandbox/kubernetes/player.ts';
import type { PlayerOptions } from '../../src/sandbox/kubernetes/player.ts';
import { startKubernetes } from '../../src/sandbox/kubernetes/server.ts';

const signal = new AbortController().signal;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const kinds = [
  ['', 'Pod'],
  ['apps', 'ReplicaSet'],
  ['apps', 'Deployment'],
  ['batch', 'Job'],
] as const;

async function startStage(options: Partial<PlayerOptions> = {}): Promise<Cluster> {
  const server = await startKubernetes();
  stops.push(() => server.stop());
  const player = await startPlayer({ server: server.url, token: server.token, workloads: true, ...options });
  stops.push(() => player.stop());
  const cluster = await createCluster({ name: 'stage', access: directAccess({ server: server.url, token: server.token }) });
  stops.push(() => cluster.stop());
  for (const [group, kind] of kinds) await cluster.watch({ group, kind }, signal);
  return cluster;
}

/** The first answer that is not undefined, asked at every change: each kind has a watch of its own, and none waits for another. */
function eventually<Value>(cluster: Cluster, look: () => Value | undefined): Promise<Value> {
  return new Promise((resolve) => {
    const check = (): void => {
      const seen = look();
      if (seen === undefined) return;
      stop();
      resolve(seen);
    };
    const stop = cluster.onChange(check);
    check();
  });
}

function refTo(group: string, kind: string, name: string) {
  return { cluster: 'stage', group, kind, namespace: 'default', name };
}

function template(image: string, more: object = {}, annotations: object = {}) {
  return { metadata: { labels: { app: 'web' }, annotations }, spec: { containers: [{ name: 'web', image }], ...more } };
}

function replicaSet(image: string, replicas: number, annotations: object = {}) {
  return { spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template(image, {}, annotations) } };
}

function at(object: KubeObject | undefined, ...path: string[]): unknown {
  return path.reduce<unknown>((held, step) => (held as Record<string, unknown> | undefined)?.[step], object);
}

const pods = (cluster: Cluster): readonly KubeObject[] => cluster.list({ group: '', kind: 'Pod' }, 'default');
const phaseOf = (pod: KubeObject): unknown => at(pod, 'status', 'phase');
/** All pods, once there are as many and each is as wanted. */
const podsAre = (cluster: Cluster, count: number, isWanted: (pod: KubeObject) => boolean) =>
  eventually(cluster, () => (pods(cluster).length === count && pods(cluster).every(isWanted) ? pods(cluster) : undefined));
const statusIs = (cluster: Cluster, ref: ReturnType<typeof refTo>, wanted: object) =>
  eventually(cluster, () => {
    const status = at(cluster.get(ref), 'status') as Record<string, unknown> | undefined;
    return Object.entries(wanted).every(([field, value]) => status?.[field] === value) ? cluster.get(ref) : undefined;
  });

describe('a ReplicaSet', () => {
  const ref = refTo('apps', 'ReplicaSet', 'web');

  it('gets pods that run the image by the digest that its tag has now', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const cluster = await startStage({ resolveImage: () => Promise.resolve(digest) });
    await cluster.act({ do: 'create', on: ref, body: replicaSet('reg.test/shop:1.2', 2) }, signal);
    await statusIs(cluster, ref, { replicas: 2, readyReplicas: 2, availableReplicas: 2, observedGeneration: 1 });
    const [pod] = await podsAre(cluster, 2, (each) => phaseOf(each) === 'Running');
    expect(pod?.metadata.name).toMatch(/^web-\w+$/);
    expect(pod?.metadata.labels).toEqual({ app: 'web' });
    expect(pod?.metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', name: 'web', controller: true }]);
    expect(at(pod, 'status')).toMatchObject({
      phase: 'Running',
      podIP: expect.stringMatching(/^10\./) as string,
      containerStatuses: [{ name: 'web', image: 'reg.test/shop:1.2', imageID: `docker-pullable://reg.test/shop@${digest}`, ready: true }],
    });
  });

  it('gets its pods also where the first answers of the registry never arrive', async () => {
    let asked = 0;
    const resolveImage = (): Promise<string> => {
      asked += 1;
      return asked <= 2 ? Promise.reject(new Error('other side closed')) : Promise.resolve(`sha256:${'b'.repeat(64)}`);
    };
    const cluster = await startStage({ resolveImage });
    await cluster.act({ do: 'create', on: ref, body: replicaSet('reg.test/shop:1.2', 1) }, signal);
    await podsAre(cluster, 1, (each) => phaseOf(each) === 'Running');
    expect(asked).toBe(3);
  });

  it('follows its replicas up and down, also to none', async () => {
    const cluster = await startStage();
    await cluster.act({ do: 'create', on: ref, body: replicaSet('shop:1', 1) }, signal);
    for (const replicas of [4, 2, 0]) {
      await cluster.act({ do: 'scale', on: ref, body: { replicas } }, signal);
      await eventually(cluster, () => (pods(cluster).length === replicas ? true : undefined));
      await statusIs(cluster, ref, { replicas, readyReplicas: replicas === 0 ? undefined : replicas });
    }
  });

  it('replaces a pod that is deleted or evicted', async () => {
    const cluster = await startStage();
    await cluster.act({ do: 'create', on: ref, body: replicaSet('shop:1', 1) }, signal);
    await statusIs(cluster, ref, { readyReplicas: 1 });
    const [first] = await podsAre(cluster, 1, (pod) => phaseOf(pod) === 'Running');
    const before = first?.metadata.name ?? '';
    expect(await cluster.act({ do: 'evict', on: refTo('', 'Pod', before) }, signal)).toEqual({ kind: 'done' });
    await eventually(cluster, () => (pods(cluster).some((pod) => pod.metadata.name === before) ? undefined : true));
    await statusIs(cluster, ref, { readyReplicas: 1 });
  });

  it('is not ready while its image cannot be pulled, and the pod says why', async () => {
    const cluster = await startStage({ resolveImage: () => Promise.resolve(undefined) });
    await cluster.act({ do: 'create', on: ref, body: replicaSet('reg.test/shop:missing', 1) }, signal);
    const reason = await eventually(cluster, () => {
      const [container] = (at(pods(cluster)[0], 'status', 'containerStatuses') ?? []) as KubeObject[];
      return at(container, 'state', 'waiting', 'reason');
    });
    expect(reason).toBe('ImagePullBackOff');
    expect(at(cluster.get(ref), 'status', 'readyReplicas')).toBeUndefined();
  });

  it('waits for a pod that is never ready', async () => {
    const cluster = await startStage();
    await cluster.act({ do: 'create', on: ref, body: replicaSet('shop:1', 1, { 'sandbox.windlass.dev/ready-after-ms': 'never' }) }, signal);
    await podsAre(cluster, 1, (pod) => phaseOf(pod) === 'Running');
    expect(at(cluster.get(ref), 'status', 'readyReplicas')).toBeUndefined();
  });

  it('takes its pods along when it is deleted', async () => {
    const cluster = await startStage();
    await cluster.act({ do: 'create', on: ref, body: replicaSet('shop:1', 3) }, signal);
    await statusIs(cluster, ref, { readyReplicas: 3 });
    await cluster.act({ do: 'delete', on: ref }, signal);
    await eventually(cluster, () => (pods(cluster).length === 0 ? true : undefined));
  });
});

describe('a Deployment', () => {
  const ref = refTo('apps', 'Deployment', 'web');

  it('rolls from one template to the next', async () => {
    const cluster = await startStage();
    await cluster.act({ do: 'apply', on: ref, body: replicaSet('shop:1', 2) }, signal);
    await statusIs(cluster, ref, { replicas: 2, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 1 });
    await cluster.act({ do: 'apply', on: ref, body: replicaSet('shop:2', 2) }, signal);
    await statusIs(cluster, ref, { replicas: 2, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 2 });
    const imageOf = (pod: KubeObject): unknown => at((at(pod, 'spec', 'containers') as KubeObject[])[0], 'image');
    expect(await podsAre(cluster, 2, (pod) => imageOf(pod) === 'shop:2')).toHaveLength(2);
    const replicaSets = () => cluster.list({ group: 'apps', kind: 'ReplicaSet' }).map((each) => at(each, 'spec', 'replicas'));
    await eventually(cluster, () => (replicaSets().includes(0) ? true : undefined));
    expect(replicaSets().toSorted()).toEqual([0, 2]);
  });
});

describe('a Job', () => {
  const ref = refTo('batch', 'Job', 'migrate');

  it.each([
    ['is complete when its pod exits 0', '0', 'Complete'],
    ['fails when its pods exit otherwise', '1', 'Failed'],
  ])('%s', async (_, code, wanted) => {
    const cluster = await startStage();
    const annotations = { 'sandbox.windlass.dev/exit-code': code };
    const body = { spec: { backoffLimit: 1, template: template('shop:1', { restartPolicy: 'Never' }, annotations) } };
    await cluster.act({ do: 'create', on: ref, body }, signal);
    const conditions = await eventually(cluster, () => at(cluster.get(ref), 'status', 'conditions') as object[] | undefined);
    expect(conditions).toMatchObject([{ type: wanted, status: 'True' }]);
  });
});
