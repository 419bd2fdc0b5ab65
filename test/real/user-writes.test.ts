import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directAccess } from '../../src/cluster/access.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { Failure } from '../../src/kernel/failure.ts';
import { isBody } from '../../src/kernel/json.ts';
import type { ObjectRef } from '../../src/kernel/refs.ts';
import { createService } from '../../src/reconcile/service.ts';
import type { Service } from '../../src/reconcile/service.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { applyObject, installKinds } from '../../src/sandbox/demo/cluster-setup.ts';
import type { ControlPlane } from '../../src/sandbox/kubernetes/control-plane.ts';
import { startControlPlane } from '../../src/sandbox/kubernetes/control-plane.ts';
import { startPlayer } from '../../src/sandbox/kubernetes/player.ts';
import { accessTo } from '../../src/sandbox/kubernetes/player/client.ts';
import { silentLog } from '../reconcile/model-ports.ts';
import { counterpart } from './counterparts.ts';

const [etcd, apiServer, controllerManager] = [counterpart('etcd'), counterpart('kube-apiserver'), counterpart('kube-controller-manager')];
const at = { apiVersion: 'argoproj.io/v1alpha1', namespace: 'play' };
const rollout: ObjectRef = { cluster: 'real', group: 'argoproj.io', kind: 'Rollout', namespace: at.namespace, name: 'web' };
const writes = 200;
/** Longer than anything but a write that nobody heard: with its own round of looking off, the service would never act on it. */
const patienceMs = 20_000;

function rolloutWith(image: string): object {
  const labels = { app: 'web' };
  return {
    apiVersion: at.apiVersion,
    kind: 'Rollout',
    metadata: {
      name: 'web',
      namespace: at.namespace,
      annotations: { 'argocd.argoproj.io/tracking-id': 'web:argoproj.io/Rollout:play/web' },
    },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
      strategy: { canary: { maxSurge: 1, maxUnavailable: 0, steps: [{ setWeight: 30 }, { pause: {} }] } },
    },
  };
}

const away = (): never => {
  throw new Failure('unreachable', 'nothing but the cluster is played here');
};

/** The loops on a real API, with everything else out of reach. */
function serviceOn(cluster: Cluster): Service {
  const git = { resolve: away, fetch: away, read: away, log: away, tree: away, blobs: away, trailers: away, push: away, keepsOurs: away };
  const claims = { namespaces: ['argocd'] };
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      }),
  };
  return createService({
    ports: {
      ...{ clock, random: Math.random, newId: () => 'id', log: silentLog, cluster, git },
      registry: { list: away, facts: away, served: away },
      render: { render: away },
      metrics: { measure: away },
    },
    credentials: { secret: () => undefined, secrets: () => [], env: () => undefined },
    workers: 4,
    update: {
      author: { name: 'windlass', email: 'windlass@example.com' },
      ...{ holdsPath: '.windlass/holds.yaml', historyLimit: 200, registryHosts: [], registryPollMs: 3_600_000, claims, home: 'argocd' },
    },
    sync: { claims, home: 'argocd', gitPollMs: 3_600_000, intervalMs: 3_600_000 },
  });
}

function numberAt(object: KubeObject | undefined, part: 'status' | 'metadata', field: string): number {
  const held: unknown = object?.[part];
  return isBody(held) ? Number(held[field] ?? 0) : 0;
}

const acted = (object: KubeObject | undefined): boolean =>
  numberAt(object, 'status', 'observedGeneration') >= numberAt(object, 'metadata', 'generation') && object !== undefined;

/** The first moment in which a person sees what `look` asks for; rejects where it does not come. */
function seen(user: Cluster, look: (object: KubeObject | undefined) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (!look(user.get(rollout))) return;
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(() => {
      stop();
      reject(
        new Error(
          `not acted on: ${JSON.stringify(user.get(rollout)?.['status'])} of generation ${numberAt(user.get(rollout), 'metadata', 'generation')}`,
        ),
      );
    }, patienceMs);
    const stop = user.onChange(check);
    check();
  });
}

describe.skipIf(etcd === undefined || apiServer === undefined)('on a real API server, an edit of a Rollout', () => {
  const ends: (() => Promise<unknown>)[] = [];
  let plane: ControlPlane;
  let user: Cluster;

  async function open(): Promise<Cluster> {
    const cluster = await createCluster({ name: 'real', access: directAccess({ server: plane.url, token: plane.token, ca: plane.ca }) });
    ends.unshift(() => cluster.stop());
    return cluster;
  }

  beforeAll(async () => {
    plane = await startControlPlane({
      etcd: etcd ?? '',
      apiServer: apiServer ?? '',
      ...(controllerManager === undefined ? {} : { controllerManager }),
    });
    ends.unshift(() => plane.stop());
    await installKinds(plane);
    for (const name of ['argocd', at.namespace]) await applyObject(plane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const player = await startPlayer({ ...accessTo(plane), workloads: controllerManager === undefined });
    ends.unshift(() => player.stop());
    const source = { repoURL: 'https://git.example/web', path: '.' };
    const spec = { project: 'default', source, destination: { server: 'https://kubernetes.default.svc', namespace: at.namespace } };
    await applyObject(plane, { apiVersion: at.apiVersion, kind: 'Application', metadata: { name: 'web', namespace: 'argocd' }, spec });
    await applyObject(plane, rolloutWith('shop:0'));
    user = await open();
    await user.watch({ group: 'argoproj.io', kind: 'Rollout' }, AbortSignal.timeout(patienceMs));
    const service = serviceOn(await open());
    ends.unshift(() => service.stop());
    await service.start(AbortSignal.timeout(600_000));
    await seen(user, acted);
  }, 120_000);

  afterAll(async () => {
    for (const end of ends) await end();
  }, 30_000);

  /** Edits at the moment in which a status write of the service becomes visible; answers how long each took to be acted on. */
  async function editAtEveryWrite(first: number): Promise<readonly number[]> {
    const took: number[] = [];
    for (let edit = first; edit < first + writes; edit += 1) {
      const before = numberAt(user.get(rollout), 'metadata', 'generation');
      const body = { spec: { template: { spec: { containers: [{ name: 'web', image: `shop:${edit}` }] } } } };
      const sent = performance.now();
      const answer = await user.act({ do: 'patch', on: rollout, body }, AbortSignal.timeout(patienceMs));
      expect(answer.kind).toBe('done');
      // Acted on: the service's next status write, which is also the moment of the next edit.
      await seen(user, (object) => numberAt(object, 'metadata', 'generation') > before && acted(object));
      took.push(performance.now() - sent);
    }
    return took;
  }

  function report(took: readonly number[], circumstances: string): void {
    const sorted = [...took].sort((left, right) => left - right);
    const within = sorted.filter((ms) => ms <= 1_000).length;
    const [median = 0, longest = 0] = [sorted[sorted.length >> 1], sorted.at(-1)];
    process.stdout.write(
      `edits at a status write, ${circumstances}: ${took.length} of ${writes} acted on, ${within} within a second, median ${Math.round(median)} ms, longest ${Math.round(longest)} ms\n`,
    );
  }

  it('that meets a status write of the service is never lost', async () => {
    const took = await editAtEveryWrite(1);
    report(took, 'quiet');
    expect(took).toHaveLength(writes);
  }, 300_000);

  it('is not lost under load either', async () => {
    const load = [1, 2].map(() => new Worker('for (;;) Math.sqrt(Math.random());', { eval: true }));
    try {
      const took = await editAtEveryWrite(1_000);
      report(took, 'two busy threads beside it');
      expect(took).toHaveLength(writes);
    } finally {
      await Promise.all(load.map((worker) => worker.terminate()));
    }
  }, 300_000);
});
