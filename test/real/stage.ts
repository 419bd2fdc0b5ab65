import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directAccess } from '../../src/cluster/access.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { Failure } from '../../src/kernel/failure.ts';
import { isBody } from '../../src/kernel/json.ts';
import type { ObjectRef } from '../../src/kernel/refs.ts';
import type { MetricsPort } from '../../src/reconcile/ports.ts';
import { createService } from '../../src/reconcile/service.ts';
import type { Service } from '../../src/reconcile/service.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { applyObject, installKinds } from '../../src/sandbox/demo/cluster-setup.ts';
import { startControlPlane } from '../../src/sandbox/kubernetes/control-plane.ts';
import { startPlayer } from '../../src/sandbox/kubernetes/player.ts';
import { accessTo } from '../../src/sandbox/kubernetes/player/client.ts';
import { silentLog } from '../reconcile/model-ports.ts';
import { counterpart } from './counterparts.ts';

const [etcd, apiServer, controllerManager] = [counterpart('etcd'), counterpart('kube-apiserver'), counterpart('kube-controller-manager')];

/** Whether a real control plane can be started. */
export const hasControlPlane = etcd !== undefined && apiServer !== undefined && controllerManager !== undefined;

export const namespace = 'play';
export const web: ObjectRef = { cluster: 'real', group: 'argoproj.io', kind: 'Rollout', namespace, name: 'web' };
/** Longer than anything but a write that nobody heard: with its own round of looking off, the service would never act on it. */
export const patienceMs = 50_000;

export type RealStage = {
  /** A person's view of the cluster, that watches Rollouts. */
  readonly user: Cluster;
  /** A kubeconfig file of the same person. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
};

const away = (): never => {
  throw new Failure('unreachable', 'nothing but the cluster is played here');
};

/** The loops on a real API, with everything else out of reach. */
function serviceOn(cluster: Cluster, measure: MetricsPort['measure']): Service {
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
      metrics: { measure },
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

export function numberAt(object: KubeObject | undefined, part: 'status' | 'metadata', field: string): number {
  const held: unknown = object?.[part];
  return isBody(held) ? Number(held[field] ?? 0) : 0;
}

/** Whether the service has seen everything that a person wrote into the spec. */
export const acted = (object: KubeObject | undefined): boolean =>
  numberAt(object, 'status', 'observedGeneration') >= numberAt(object, 'metadata', 'generation') && object !== undefined;

/** The first moment in which a person sees what `look` asks for; rejects where it does not come. */
export function seen(user: Cluster, look: (object: KubeObject | undefined) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (!look(user.get(web))) return;
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(() => {
      stop();
      reject(
        new Error(
          `not acted on: ${JSON.stringify(user.get(web)?.['status'])} of generation ${numberAt(user.get(web), 'metadata', 'generation')}`,
        ),
      );
    }, patienceMs);
    const stop = user.onChange(check);
    check();
  });
}

/** What a play needs besides its Rollout: other objects, and what is measured; else nothing can be. */
type Props = { readonly objects?: readonly object[]; readonly measure?: MetricsPort['measure'] };

/** A control plane, a player, the service's loops with nothing but the cluster in reach, and one Rollout that runs. */
export async function startRealStage(rollout: object, more: Props = {}): Promise<RealStage> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends) await end();
  };
  try {
    const programs = { etcd: etcd ?? '', apiServer: apiServer ?? '', controllerManager: controllerManager ?? '' };
    const plane = await startControlPlane(programs);
    ends.unshift(() => plane.stop());
    await installKinds(plane);
    for (const name of ['argocd', namespace]) await applyObject(plane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const player = await startPlayer(accessTo(plane));
    ends.unshift(() => player.stop());
    const open = async (): Promise<Cluster> => {
      const cluster = await createCluster({ name: 'real', access: directAccess({ server: plane.url, token: plane.token, ca: plane.ca }) });
      ends.unshift(() => cluster.stop());
      return cluster;
    };
    const source = { repoURL: 'https://git.example/web', path: '.' };
    const spec = { project: 'default', source, destination: { server: 'https://kubernetes.default.svc', namespace } };
    const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'web', namespace: 'argocd' }, spec };
    await applyObject(plane, application);
    for (const object of [...(more.objects ?? []), rollout]) await applyObject(plane, object);
    const user = await open();
    await user.watch({ group: 'argoproj.io', kind: 'Rollout' }, AbortSignal.timeout(patienceMs));
    const service = serviceOn(await open(), more.measure ?? away);
    ends.unshift(() => service.stop());
    await service.start(AbortSignal.timeout(600_000));
    await seen(user, (object) => acted(object) && phaseOf(object) === 'Healthy');
    const folder = await mkdtemp(join(tmpdir(), 'windlass-person-'));
    ends.unshift(() => rm(folder, { recursive: true, force: true }));
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(plane.kubeconfig()));
    return { user, kubeconfig, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

export function phaseOf(object: KubeObject | undefined): string {
  const status: unknown = object?.['status'];
  return isBody(status) ? String(status['phase']) : '';
}

/** A Rollout of the Application `web`; `more` are fields of its spec. */
export function rolloutWith(image: string, more: object): object {
  const labels = { app: 'web' };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace, annotations: { 'argocd.argoproj.io/tracking-id': 'web:argoproj.io/Rollout:play/web' } },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
      ...more,
    },
  };
}
