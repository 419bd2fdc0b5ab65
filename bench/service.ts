import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { directAccess } from '../src/cluster/access.ts';
import { createCluster } from '../src/cluster/cluster.ts';
import { createGit } from '../src/git/git.ts';
import { repoIdOf } from '../src/kernel/refs.ts';
import { createMetrics } from '../src/metrics/create-metrics.ts';
import { createBoard } from '../src/reconcile/board.ts';
import type { Ports } from '../src/reconcile/ports.ts';
import { createHeads, createListings } from '../src/reconcile/sources.ts';
import type { UpdateContext } from '../src/reconcile/update/context.ts';
import { branchKey } from '../src/reconcile/update/context.ts';
import { createFirstSeen } from '../src/reconcile/update/first-seen.ts';
import { createSubscriptions } from '../src/reconcile/update/index.ts';
import { createPushRefusals } from '../src/reconcile/update/push-refusals.ts';
import { createTagMemory } from '../src/reconcile/update/tag-memory.ts';
import { updateImages } from '../src/reconcile/update-images.ts';
import { kinds } from '../src/reconcile/world.ts';
import { createRegistryClient } from '../src/registry/client.ts';
import { createRenderer } from '../src/render/renderer.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

export type ServiceAddresses = {
  readonly api: { readonly url: string; readonly token: string };
  readonly registry: { readonly url: string; readonly host: string };
  readonly repoUrl: string;
  readonly folder: string;
  /** How long a listing is fresh, in ms. */
  readonly freshMs: number;
};

/** The update loop over real adapters, one branch, run by hand. */
export type BenchService = { cycle(): Promise<void>; close(): Promise<void> };

export async function openService({ api, registry, repoUrl, folder, freshMs }: ServiceAddresses): Promise<BenchService> {
  const stopping = new AbortController();
  const access = directAccess({ server: api.url, token: api.token });
  const cluster = await createCluster({ name: 'bench', access, signal: stopping.signal });
  const git = createGit({ stateDir: join(folder, 'state') });
  const registryClient = createRegistryClient({ allowAddress: () => true });
  const metrics = createMetrics();
  const ports: Ports = {
    clock: { now: () => Date.now(), sleep: (ms, signal) => wait(ms, undefined, { signal, ref: false }).catch(() => undefined) },
    random: Math.random,
    newId: () => 'bench',
    log: quiet,
    registry: registryClient,
    git,
    render: createRenderer({ files: git }),
    cluster,
    metrics,
  };
  await Promise.all(Object.values(kinds).map((kind) => cluster.watch(kind, stopping.signal)));
  const context: UpdateContext = {
    ports,
    lowered: new Map(),
    pushRefusals: createPushRefusals(ports, 120_000),
    tags: createTagMemory(ports),
    firstSeen: createFirstSeen(ports, undefined),
    settings: {
      author: { name: 'windlass', email: 'windlass@example.com' },
      holdsPath: '.windlass/holds.yaml',
      historyLimit: 200,
      registryHosts: [{ prefix: registry.host, apiUrl: registry.url }],
      registryPollMs: 120_000,
      claims: { namespaces: [] },
      home: 'argocd',
    },
    listings: createListings(ports, freshMs),
    heads: createHeads(ports),
    board: createBoard(() => undefined),
    credentials: { secret: () => undefined, secrets: () => [], env: () => undefined },
  };
  const subscriptions = createSubscriptions(context);
  return {
    async cycle() {
      await updateImages(context, subscriptions, branchKey(repoIdOf(repoUrl), 'main'), stopping.signal);
    },
    async close() {
      stopping.abort();
      await Promise.all([cluster.stop(), git.close(), registryClient.close(), metrics.close()]);
    },
  };
}
