import type { WatchEvent } from '../cluster/answers.ts';
import { sentenceOf } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import type { RepoId } from '../kernel/refs.ts';
import { repoIdOf } from '../kernel/refs.ts';
import type { KubeObject } from '../resources/meta.ts';
import { refOf } from '../resources/meta.ts';
import { isDeleted } from '../sync/deletion.ts';
import { splitKey } from './advance-rollout.ts';
import type { Ports } from './ports.ts';
import type { Outcome, Queues } from './queue.ts';
import { isKept } from './release-run.ts';
import type { SyncContext } from './sync/context.ts';
import type { UpdateContext, UpdateSettings } from './update/context.ts';
import { branchKey } from './update/context.ts';
import type { Subscriptions } from './update/index.ts';
import { subscriptionText } from './update/index.ts';
import type { Condition } from './board.ts';
import type { AppView } from './world.ts';
import { applicationOf, kinds, readApplication, readApplications } from './world.ts';

export type RouterOptions = {
  readonly ports: Ports;
  readonly queues: Queues;
  readonly contexts: {
    readonly update: UpdateContext;
    readonly subscriptions: Subscriptions;
    readonly sync: Pick<SyncContext, 'predictions'>;
  };
  readonly settings: UpdateSettings;
};

/** Turns changes of the world into work: which keys of which queues a change concerns. */
export interface Router {
  route(event: WatchEvent): void;
  /** Everything that is there when the service starts. */
  begin(): void;
  /** Hears what an Application (`namespace/name`) asks for, and sets its branch to work. */
  subscribe(key: string, signal: AbortSignal): Promise<Outcome>;
  /** Fetches a branch again for everybody who follows it; answers the branches (`repository#branch`) that somebody does. */
  routePush(push: { readonly repositories: readonly RepoId[]; readonly branch: string }): readonly string[];
  /** Branch that an Application follows, as last heard. */
  branchOf(app: AppView): string;
}

/** Argo CD's label of Secrets that hold the login of repositories. */
const repositorySecretLabel = 'argocd.argoproj.io/secret-type';

const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

function ownerOf(object: KubeObject, kind: string): string | undefined {
  return (object.metadata.ownerReferences ?? []).find((owner) => owner.kind === kind)?.name;
}

/** A text that changes when a canary may have come to a verdict; undefined where there is nothing to settle. */
function verdictSign(object: KubeObject): string | undefined {
  const status = isBody(object['status']) ? object['status'] : {};
  const uid = object.metadata.uid ?? '';
  if (object.kind === 'AnalysisRun') return ['Failed', 'Error', 'Inconclusive'].includes(String(status['phase'])) ? uid : undefined;
  return status['abort'] === true ? `${uid}${JSON.stringify(status['abortedAt'])}` : undefined;
}

export function createRouter(options: RouterOptions): Router {
  return new EventRouter(options);
}

class EventRouter implements Router {
  readonly #options: RouterOptions;
  readonly #seenVerdicts = new Set<string>();
  readonly #spoken = new Map<string, string>();
  readonly #branches = new Map<string, string>();

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  branchOf(app: AppView): string {
    const source = app.resource.view.spec.source;
    return this.#branches.get(keyOf(app.resource.raw)) ?? branchKey(repoIdOf(source?.repoURL ?? ''), source?.targetRevision ?? '');
  }

  begin(): void {
    for (const kind of [kinds.application, kinds.rollout, kinds.analysisRun]) {
      for (const object of this.#options.ports.cluster.list(kind)) this.route({ type: 'added', object });
    }
  }

  route({ type, object }: WatchEvent): void {
    const { cluster } = this.#options.ports;
    if (type === 'deleted') this.#forget(object);
    if (type === 'deleted' || typeof object.metadata.deletionTimestamp === 'string') this.#routeLeaving(object);
    if (object.kind === 'Application') {
      this.#routeApplication(object);
      // An Application of Applications waits for it to be gone.
      if (type === 'deleted') this.#routeManager(object);
      return;
    }
    if (object.kind === 'Secret') this.#routeSecret(object);
    if (object.kind === 'Rollout') {
      this.#options.queues.rollouts.add(keyOf(object));
      this.#routeVerdict(object, object.metadata.name);
    }
    if (object.kind === 'AnalysisTemplate' || object.kind === 'ClusterAnalysisTemplate') {
      cluster.list(kinds.rollout, object.metadata.namespace).forEach((rollout) => this.#options.queues.rollouts.add(keyOf(rollout)));
    }
    this.#routeOwned(object);
    this.#routeManager(object);
  }

  /** The Application that an object belongs to. */
  #routeManager(object: KubeObject): void {
    const app = this.#appOf(object);
    if (app !== undefined) this.#options.queues.syncs.add(keyOf(app.resource.raw));
  }

  routePush({ repositories, branch }: { readonly repositories: readonly RepoId[]; readonly branch: string }): readonly string[] {
    const { ports, contexts, queues, settings } = this.#options;
    const keys = repositories.map((repository) => branchKey(repository, branch));
    const updated = contexts.subscriptions.branches().filter((key) => keys.includes(key));
    // What an Application follows may be the default branch by no name: a fetch too many does no harm.
    const followed = repositories.flatMap((repository) => ['', 'HEAD', branch].map((name) => branchKey(repository, name)));
    const synced = readApplications(ports.cluster, settings.claims).apps.filter((app) => followed.includes(this.branchOf(app)));
    if (updated.length + synced.length === 0) return [];
    for (const repository of repositories) contexts.update.heads.forget(repository, branch);
    for (const key of updated) queues.updates.add(key);
    for (const app of synced) queues.syncs.add(keyOf(app.resource.raw));
    return [...new Set([...updated, ...synced.map((app) => this.branchOf(app))])];
  }

  /** What is remembered of an object goes with it. */
  #forget(object: KubeObject): void {
    const { ports, contexts } = this.#options;
    contexts.sync.predictions.forget(refOf(object, ports.cluster.name));
    const sign = verdictSign(object);
    if (sign !== undefined) this.#seenVerdicts.delete(sign);
    if (object.kind === 'Application') contexts.update.board.forget(refOf(object, ports.cluster.name));
  }

  /** Runs that were kept for a Rollout or an Application may go with it; a Rollout that is deleted in the foreground waits for them. */
  #routeLeaving(object: KubeObject): void {
    if (object.kind !== 'Application' && object.kind !== 'Rollout') return;
    const { ports, queues } = this.#options;
    const { cluster } = ports;
    for (const run of cluster.list(kinds.analysisRun)) if (isKept(run)) queues.runs.add(keyOf(run));
  }

  /** A login that was corrected is tried at once, not after the wait that its failures earned. */
  #routeSecret(object: KubeObject): void {
    if (!Object.hasOwn(object.metadata.labels ?? {}, repositorySecretLabel)) return;
    const { cluster } = this.#options.ports;
    const { contexts, queues } = this.#options;
    contexts.update.pushRefusals.clear();
    for (const key of cluster.list(kinds.application).map(keyOf)) {
      queues.syncs.add(key);
      queues.subscriptions.add(key);
    }
    for (const key of contexts.subscriptions.branches()) queues.updates.add(key);
  }

  #appOf(object: KubeObject | undefined): AppView | undefined {
    const { ports, settings } = this.#options;
    return object === undefined ? undefined : applicationOf(object, ports.cluster, settings.claims, settings.home);
  }

  #routeApplication(object: KubeObject): void {
    const { queues, contexts } = this.#options;
    const key = keyOf(object);
    queues.syncs.add(key);
    const app = this.#appAt(key);
    if (app === undefined) {
      // It may come back with the same text.
      this.#spoken.delete(key);
      this.#branches.delete(key);
      contexts.subscriptions.forget(refOf(object, this.#options.ports.cluster.name));
      return;
    }
    const text = subscriptionText(app);
    if (this.#spoken.get(key) === text) return;
    this.#spoken.set(key, text);
    queues.subscriptions.add(key);
  }

  /** An Application to work for; not one that somebody deleted. */
  #appAt(key: string): AppView | undefined {
    const { ports, settings } = this.#options;
    const app = readApplication(ports.cluster, settings.claims, splitKey(key));
    return app === undefined || 'problems' in app || isDeleted(app.resource.view) ? undefined : app;
  }

  async subscribe(key: string, signal: AbortSignal): Promise<Outcome> {
    const { contexts, queues } = this.#options;
    const app = this.#appAt(key);
    if (app === undefined) return {};
    try {
      const subscribed = await contexts.subscriptions.of(app, signal);
      if (subscribed.kind === 'refused') this.#refuse(app, subscribed.conditions);
      if (subscribed.kind === 'unmanaged') contexts.update.board.post(app.ref, []);
      if (subscribed.kind !== 'subscribed') return {};
      const branch = branchKey(subscribed.subscription.repoId, subscribed.subscription.branch);
      this.#branches.set(key, branch);
      queues.updates.add(branch);
      return {};
    } catch (thrown) {
      if (!signal.aborted) contexts.update.board.post(app.ref, [{ type: 'ImageUpdateError', message: sentenceOf(thrown) }]);
      throw thrown;
    }
  }

  /** Tells why nothing is done for an Application, and logs it where that is new. */
  #refuse(app: AppView, conditions: readonly Condition[]): void {
    const { ports, contexts } = this.#options;
    const { board } = contexts.update;
    const isNew = JSON.stringify(board.read(app.ref) ?? []) !== JSON.stringify(conditions);
    board.post(app.ref, conditions);
    if (isNew) ports.log.warn({ application: keyOf(app.resource.raw), conditions }, 'application refused');
  }

  /** A verdict that was not seen yet makes the branch of its Application look at Git. */
  #routeVerdict(object: KubeObject, rolloutName: string): void {
    const { cluster } = this.#options.ports;
    const sign = verdictSign(object);
    if (sign === undefined || this.#seenVerdicts.has(sign)) return;
    const app = this.#appOf(
      cluster.get({ cluster: cluster.name, ...kinds.rollout, namespace: object.metadata.namespace ?? '', name: rolloutName }),
    );
    if (app === undefined) return;
    this.#seenVerdicts.add(sign);
    this.#options.queues.subscriptions.add(keyOf(app.resource.raw));
  }

  #routeOwned(object: KubeObject): void {
    const { cluster } = this.#options.ports;
    const namespace = object.metadata.namespace ?? '';
    const set = ownerOf(object, 'ReplicaSet');
    const through = set === undefined ? undefined : cluster.get({ cluster: cluster.name, ...kinds.replicaSet, namespace, name: set });
    const name = ownerOf(object, 'Rollout') ?? (through === undefined ? undefined : ownerOf(through, 'Rollout'));
    if (name !== undefined) this.#options.queues.rollouts.add(`${namespace}/${name}`);
    if (object.kind !== 'AnalysisRun') return;
    this.#options.queues.runs.add(keyOf(object));
    if (name !== undefined) this.#routeVerdict(object, name);
  }
}
