import type { WatchEvent } from '../cluster/answers.ts';
import { sentenceOf } from '../kernel/failure.ts';
import { repoIdOf } from '../kernel/refs.ts';
import type { KubeObject } from '../resources/meta.ts';
import type { Ports } from './ports.ts';
import type { Queues } from './service.ts';
import type { UpdateContext, UpdateSettings } from './update/context.ts';
import { branchKey } from './update/context.ts';
import type { Subscriptions } from './update/index.ts';
import { subscriptionText } from './update/index.ts';
import type { AppView } from './world.ts';
import { applicationOf, kinds, readApplications } from './world.ts';

export type RouterOptions = {
  readonly ports: Ports;
  readonly queues: Queues;
  readonly contexts: { readonly update: UpdateContext; readonly subscriptions: Subscriptions };
  readonly settings: UpdateSettings;
};

/** Turns changes of the world into work: which keys of which queues a change concerns. */
export interface Router {
  route(event: WatchEvent): void;
  /** Everything that is there when the service starts. */
  begin(): void;
  /** Branch that an Application follows, as last heard. */
  branchOf(app: AppView): string;
}

const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

function ownerOf(object: KubeObject, kind: string): string | undefined {
  return (object.metadata.ownerReferences ?? []).find((owner) => owner.kind === kind)?.name;
}

/** A text that changes when a canary may have come to a verdict; undefined where there is nothing to settle. */
function verdictSign(object: KubeObject): string | undefined {
  const status = object['status'];
  if (typeof status !== 'object' || status === null) return undefined;
  const uid = object.metadata.uid ?? '';
  if (object.kind === 'AnalysisRun') return 'phase' in status && status.phase === 'Failed' ? uid : undefined;
  if (object.kind !== 'Rollout' || !('abort' in status) || status.abort !== true) return undefined;
  return `${uid}${'abortedAt' in status ? String(status.abortedAt) : ''}`;
}

export function createRouter(options: RouterOptions): Router {
  const { ports, queues, contexts, settings } = options;
  const { cluster } = ports;
  const seenVerdicts = new Set<string>();
  const spoken = new Map<string, string>();

  function branchOf(app: AppView): string {
    const source = app.resource.view.spec.source;
    const revision = source?.targetRevision ?? '';
    return branchKey(repoIdOf(source?.repoURL ?? ''), revision === 'HEAD' ? '' : revision);
  }

  function routeApplication(object: KubeObject): void {
    queues.syncs.add(keyOf(object));
    const app = readApplications(cluster, settings.claims).apps.find((one) => keyOf(one.resource.raw) === keyOf(object));
    if (app === undefined) return;
    const text = subscriptionText(app);
    if (spoken.get(keyOf(object)) === text) return;
    spoken.set(keyOf(object), text);
    void subscribeTo(app);
  }

  async function subscribeTo(app: AppView): Promise<void> {
    try {
      const subscribed = await contexts.subscriptions.of(app, AbortSignal.timeout(60_000));
      if (subscribed.kind === 'refused') contexts.update.board.post(app.ref, [subscribed.condition]);
      if (subscribed.kind === 'unmanaged') contexts.update.board.post(app.ref, []);
      if (subscribed.kind === 'subscribed') queues.updates.add(branchKey(subscribed.subscription.repoId, subscribed.subscription.branch));
    } catch (thrown) {
      spoken.delete(keyOf(app.resource.raw));
      contexts.update.board.post(app.ref, [{ type: 'ImageUpdateError', message: sentenceOf(thrown) }]);
    }
  }

  /** A verdict that was not seen yet makes the branch of its Application look at Git. */
  function routeVerdict(object: KubeObject, rolloutName: string): void {
    const sign = verdictSign(object);
    if (sign === undefined || seenVerdicts.has(sign)) return;
    seenVerdicts.add(sign);
    const rollout = cluster.get({ cluster: cluster.name, ...kinds.rollout, namespace: object.metadata.namespace ?? '', name: rolloutName });
    const app = rollout === undefined ? undefined : applicationOf(rollout, cluster, settings.claims, settings.home);
    if (app !== undefined) void subscribeTo(app);
  }

  function routeOwned(object: KubeObject): void {
    const namespace = object.metadata.namespace ?? '';
    const direct = ownerOf(object, 'Rollout');
    const set = ownerOf(object, 'ReplicaSet');
    const through = set === undefined ? undefined : cluster.get({ cluster: cluster.name, ...kinds.replicaSet, namespace, name: set });
    const name = direct ?? (through === undefined ? undefined : ownerOf(through, 'Rollout'));
    if (name !== undefined) queues.rollouts.add(`${namespace}/${name}`);
    if (object.kind !== 'AnalysisRun') return;
    queues.runs.add(keyOf(object));
    if (name !== undefined) routeVerdict(object, name);
  }

  function routeTracked(object: KubeObject): void {
    const app = applicationOf(object, cluster, settings.claims, settings.home);
    if (app !== undefined) queues.syncs.add(keyOf(app.resource.raw));
  }

  function route(event: WatchEvent): void {
    const { object } = event;
    if (object.kind === 'Application') return routeApplication(object);
    if (object.kind === 'Rollout') {
      queues.rollouts.add(keyOf(object));
      routeVerdict(object, object.metadata.name);
    }
    if (object.kind === 'AnalysisTemplate' || object.kind === 'ClusterAnalysisTemplate') {
      cluster.list(kinds.rollout, object.metadata.namespace).forEach((rollout) => queues.rollouts.add(keyOf(rollout)));
    }
    routeOwned(object);
    routeTracked(object);
  }

  return {
    route,
    branchOf,
    begin() {
      for (const kind of [kinds.application, kinds.rollout, kinds.analysisRun]) {
        for (const object of cluster.list(kind)) route({ type: 'added', object });
      }
    },
  };
}
