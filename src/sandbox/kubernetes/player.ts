import { createClient, keyOf } from './player/client.ts';
import type { Client, Mirror } from './player/client.ts';
import { deploymentOf, reconcileDeployment } from './player/deployments.ts';
import { reconcileJob } from './player/jobs.ts';
import { controllerOf } from './player/owned.ts';
import { inventDigest, playPods } from './player/pods.ts';
import { createQueue } from './player/queue.ts';
import { reconcileReplicaSet } from './player/replica-sets.ts';
import type { ApiObject } from './object.ts';

export type PlayerOptions = {
  readonly server: string;
  readonly token: string;
  /** PEM, where the server has a certificate of its own. */
  readonly ca?: string;
  /** Digest of an image when a pod starts; undefined: it cannot be pulled. Without this every image can be. */
  readonly resolveImage?: (image: string) => Promise<string | undefined>;
  /** Milliseconds from started to ready; 0 where absent. */
  readonly readyDelayMs?: number;
  /** Plays the ReplicaSet, Deployment and Job controllers too; off beside a real controller-manager. */
  readonly workloads?: boolean;
};

/** Plays the parts of a cluster that run pods, against any Kubernetes API. Everything is done when the API reports a change. */
export async function startPlayer(options: PlayerOptions): Promise<{ stop(): Promise<void> }> {
  const stopped = new AbortController();
  const client = createClient(options, stopped.signal);
  const controllers = options.workloads === true ? new Controllers(client) : undefined;
  const kubelet = { resolveImage: options.resolveImage ?? inventDigest, readyDelayMs: options.readyDelayMs ?? 0 };
  try {
    const pods = await playPods(client, kubelet, (pod) => controllers?.podChanged(pod));
    await controllers?.start(pods);
  } catch (thrown) {
    stopped.abort();
    throw thrown;
  }
  return {
    stop: () => {
      stopped.abort();
      return Promise.resolve();
    },
  };
}

class Controllers {
  readonly #client: Client;
  readonly #mirrors: { pods?: Mirror; replicaSets?: Mirror; deployments?: Mirror; jobs?: Mirror } = {};
  readonly #replicaSetQueue: (key: string) => void;
  readonly #deploymentQueue: (key: string) => void;
  readonly #jobQueue: (key: string) => void;

  constructor(client: Client) {
    this.#client = client;
    this.#replicaSetQueue = createQueue((key) => this.#work(key, 'replicaSets', 'pods', reconcileReplicaSet), client.signal);
    this.#deploymentQueue = createQueue((key) => this.#work(key, 'deployments', 'replicaSets', reconcileDeployment), client.signal);
    this.#jobQueue = createQueue((key) => this.#work(key, 'jobs', 'pods', reconcileJob), client.signal);
  }

  async start(pods: Mirror): Promise<void> {
    const client = this.#client;
    this.#mirrors.pods = pods;
    this.#mirrors.replicaSets = await client.mirror('/apis/apps/v1/replicasets', (replicaSet) => {
      this.#replicaSetQueue(keyOf(replicaSet));
      const deployment = deploymentOf(replicaSet);
      if (deployment !== undefined) this.#deploymentQueue(deployment);
    });
    this.#mirrors.deployments = await client.mirror('/apis/apps/v1/deployments', (deployment) => this.#deploymentQueue(keyOf(deployment)));
    this.#mirrors.jobs = await client.mirror('/apis/batch/v1/jobs', (job) => this.#jobQueue(keyOf(job)));
    for (const held of this.#mirrors.replicaSets.all()) this.#replicaSetQueue(keyOf(held));
    for (const held of this.#mirrors.deployments.all()) this.#deploymentQueue(keyOf(held));
    for (const held of this.#mirrors.jobs.all()) this.#jobQueue(keyOf(held));
  }

  podChanged(pod: ApiObject): void {
    const owner = controllerOf(pod);
    if (owner === undefined) return;
    const key = `${pod.metadata.namespace ?? ''}/${owner.name}`;
    if (owner.kind === 'ReplicaSet') this.#replicaSetQueue(key);
    if (owner.kind === 'Job') this.#jobQueue(key);
  }

  /** One pass over an owner with what it owns, once both are known. */
  async #work(key: string, owners: MirrorName, owned: MirrorName, reconcile: Reconcile): Promise<void> {
    const owner = this.#mirrors[owners]?.get(key);
    const below = this.#mirrors[owned];
    if (owner !== undefined && below !== undefined) await reconcile(this.#client, owner, below);
  }
}

type MirrorName = 'pods' | 'replicaSets' | 'deployments' | 'jobs';
type Reconcile = (client: Client, owner: ApiObject, below: Mirror) => Promise<void>;
