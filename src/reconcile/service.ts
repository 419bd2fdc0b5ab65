import type { WatchEvent } from '../cluster/answers.ts';
import type { ImageName } from '../kernel/image.ts';
import type { ObjectRef, RepoId } from '../kernel/refs.ts';
import { advanceRollout } from './advance-rollout.ts';
import type { Board } from './board.ts';
import { createBoard } from './board.ts';
import type { CredentialSources } from './credentials/sources.ts';
import { describeApplication } from './explain.ts';
import type { Explanation } from './explain/record.ts';
import type { Ports } from './ports.ts';
import { createPredictions } from './predictions.ts';
import type { QueueOptions, Queues } from './queue.ts';
import { createQueue } from './queue.ts';
import { runAnalysis } from './run-analysis.ts';
import { createHeads, createListings } from './sources.ts';
import type { SyncContext, SyncSettings } from './sync/context.ts';
import { syncApplication } from './sync-application.ts';
import type { Tally, UpdateContext, UpdateSettings } from './update/context.ts';
import { branchKey } from './update/context.ts';
import type { Subscriptions } from './update/index.ts';
import { createSubscriptions } from './update/index.ts';
import { createFirstSeen } from './update/first-seen.ts';
import { createPushRefusals } from './update/push-refusals.ts';
import { createTagMemory } from './update/tag-memory.ts';
import { updateImages } from './update-images.ts';
import type { Router } from './routing.ts';
import { createRouter } from './routing.ts';
import { kinds, readApplications } from './world.ts';

export type ServiceOptions = {
  readonly ports: Ports;
  readonly update: UpdateSettings;
  readonly sync: SyncSettings;
  readonly credentials: CredentialSources;
  readonly workers: number;
  readonly tally?: Tally;
  readonly onRun?: (queue: string, key: string, ms: number, outcome: 'ok' | 'failed') => void;
};

/** The loops as one thing: started, asked, stopped. */
export interface Service {
  /** Fills the caches, and starts nothing: enough for `explain`. */
  watch(signal: AbortSignal): Promise<void>;
  start(signal: AbortSignal): Promise<void>;
  /** A hint that the image has a new tag: it only makes the bot look (LOOP 20). Answers the branches on which somebody watches it. */
  look(image: ImageName): readonly string[];
  /** A hint that somebody pushed to a branch, with every name of its repository: it only makes us look. Answers whom it concerns. */
  lookAtGit(push: { readonly repositories: readonly RepoId[]; readonly branch: string }): readonly string[];
  explain(namespace: string | undefined, name: string, signal: AbortSignal): Promise<Explanation | undefined>;
  depths(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

type Contexts = { readonly update: UpdateContext; readonly sync: SyncContext; readonly subscriptions: Subscriptions };

function createContexts(options: ServiceOptions, board: Board, pushed: (key: string) => void): Contexts {
  const { ports, credentials } = options;
  const heads = createHeads(ports);
  const learning = {
    ...heads,
    learn(repo: string, branch: string, head: string) {
      heads.learn(repo, branch, head);
      pushed(branchKey(repo, branch));
    },
  };
  const listings = createListings(ports, options.update.registryPollMs * 0.9);
  const update: UpdateContext = {
    ports,
    settings: options.update,
    listings,
    heads: learning,
    board,
    credentials,
    lowered: new Map(),
    pushRefusals: createPushRefusals(ports, options.update.registryPollMs),
    tags: createTagMemory(ports),
    firstSeen: createFirstSeen(ports, options.update.memoryNamespace),
    ...(options.tally === undefined ? {} : { tally: options.tally }),
  };
  const sync: SyncContext = { ports, settings: options.sync, heads, board, credentials, predictions: createPredictions(ports.cluster) };
  return { update, sync, subscriptions: createSubscriptions(update) };
}

function createQueues(options: ServiceOptions, contexts: () => Contexts, subscribe: QueueOptions['work']): Queues {
  const { ports, update } = options;
  const rollout = { ports, claims: update.claims, home: update.home, unsure: new Map() };
  const make = (name: string, concurrency: number, work: QueueOptions['work']) =>
    createQueue({
      name,
      concurrency,
      work,
      clock: ports.clock,
      random: ports.random,
      log: ports.log,
      onRun: (key, ms, outcome) => options.onRun?.(name, key, ms, outcome),
    });
  return {
    subscriptions: make('subscriptions', 8, subscribe),
    updates: make('updates', 4, (key, signal) => updateImages(contexts().update, contexts().subscriptions, key, signal)),
    syncs: make('syncs', options.workers, (key, signal) => syncApplication(contexts().sync, key, signal)),
    rollouts: make('rollouts', options.workers, (key, signal) => advanceRollout(rollout, key, signal)),
    runs: make('runs', options.workers, (key, signal) => runAnalysis(rollout, key, signal)),
  };
}

function appKey(ref: Pick<ObjectRef, 'namespace' | 'name'>): string {
  return `${ref.namespace}/${ref.name}`;
}

/** Joins the loops over the ports. Nothing runs before `start`. */
export function createService(options: ServiceOptions): Service {
  const { ports } = options;
  const board = createBoard((application) => queues.syncs.add(appKey(application)));
  const contexts: Contexts = createContexts(options, board, (key) => syncBranch(key));
  const queues: Queues = createQueues(
    options,
    () => contexts,
    (key, signal) => router.subscribe(key, signal),
  );
  const router: Router = createRouter({ ports, queues, contexts, settings: options.update });
  let unlisten: () => void = () => undefined;

  function syncBranch(key: string): void {
    for (const app of readApplications(ports.cluster, options.update.claims).apps) {
      if (router.branchOf(app) === key) queues.syncs.add(appKey(app.ref));
    }
  }

  async function watch(signal: AbortSignal): Promise<void> {
    const absent = await Promise.all(
      Object.values(kinds).map(async (kind) => ((await ports.cluster.watch(kind, signal)) === 'absent' ? [kind.kind] : [])),
    );
    if (absent.flat().length > 0) ports.log.warn({ kinds: absent.flat() }, 'kinds are not installed in the cluster');
  }

  return {
    watch,
    async start(signal) {
      await watch(signal);
      unlisten = ports.cluster.onChange((event: WatchEvent) => router.route(event));
      router.begin();
    },
    look(image) {
      contexts.update.listings.forget(image);
      const branches = contexts.subscriptions.branchesOf(image);
      for (const key of branches) queues.updates.add(key);
      return branches;
    },
    lookAtGit: (push) => router.routePush(push),
    explain: (namespace, name, signal) =>
      describeApplication(
        { ...contexts, nextLook: (branch) => queues.updates.dueAt(branch) },
        { ...(namespace === undefined ? {} : { namespace }), name },
        signal,
      ),
    depths: () => Object.fromEntries(Object.entries(queues).map(([name, queue]) => [name, queue.depth()])),
    async stop() {
      unlisten();
      await Promise.all(Object.values(queues).map((queue) => queue.stop()));
    },
  };
}
