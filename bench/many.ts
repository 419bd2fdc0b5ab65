import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { directAccess } from '../src/cluster/access.ts';
import { createCluster } from '../src/cluster/cluster.ts';
import { createGit } from '../src/git/git.ts';
import { createMetrics } from '../src/metrics/create-metrics.ts';
import { createBoard } from '../src/reconcile/board.ts';
import type { Ports } from '../src/reconcile/ports.ts';
import { createHeads, createListings } from '../src/reconcile/sources.ts';
import type { UpdateContext } from '../src/reconcile/update/context.ts';
import { branchKey } from '../src/reconcile/update/context.ts';
import { createSubscriptions } from '../src/reconcile/update/index.ts';
import { createFirstSeen } from '../src/reconcile/update/first-seen.ts';
import { createPushRefusals } from '../src/reconcile/update/push-refusals.ts';
import { createTagMemory } from '../src/reconcile/update/tag-memory.ts';
import { updateImages } from '../src/reconcile/update-images.ts';
import { kinds } from '../src/reconcile/world.ts';
import { createRegistryClient } from '../src/registry/client.ts';
import { createRenderer } from '../src/render/renderer.ts';
import { repoIdOf } from '../src/kernel/refs.ts';
import { applyObject, installKinds } from '../src/sandbox/demo/cluster-setup.ts';
import { startGitRemote } from '../src/sandbox/git-remote/start-git-remote.ts';
import { startKubernetes } from '../src/sandbox/kubernetes/server.ts';
import { pushImage } from '../src/sandbox/registry/push.ts';
import { startRegistry } from '../src/sandbox/registry/start-registry.ts';

const run = promisify(execFile);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

export type Counts = {
  readonly listings: number;
  readonly registryRequests: number;
  readonly fetches: number;
  readonly pushes: number;
  readonly commits: number;
  readonly ms: number;
};

const prefix = 'argocd-image-updater.argoproj.io';

function application(index: number, image: string, repoUrl: string): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: `app-${index}`,
      namespace: 'argocd',
      annotations: {
        [`${prefix}/image-list`]: `web=${image}`,
        [`${prefix}/write-back-method`]: 'git',
        [`${prefix}/write-back-target`]: 'kustomization',
      },
    },
    spec: { source: { repoURL: repoUrl, targetRevision: 'main', path: `apps/app-${index}` }, destination: { namespace: `app-${index}` } },
  };
}

async function furnish(folder: string, repoUrl: string, images: readonly string[]): Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  const git = (...args: readonly string[]) => run('git', ['-C', folder, ...args], { env });
  for (const [index, image] of images.entries()) {
    const file = join(folder, `apps/app-${index}/kustomization.yaml`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `images:\n  - name: ${image}\n    newTag: 1.0.0\n`);
  }
  await git('init', '-q', '-b', 'main');
  await git('add', '.');
  await git('commit', '-q', '-m', 'base');
  await git('push', '-q', repoUrl, 'main');
}

/** One cycle with every Application due, and one with nothing new; counted at the servers. */
export async function measureMany(applications: number, distinct: number): Promise<{ readonly due: Counts; readonly idle: Counts }> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-bench-'));
  const [registry, remote, kubernetes] = await Promise.all([
    startRegistry(),
    startGitRemote({ folder: join(folder, 'remote') }),
    startKubernetes(),
  ]);
  const repoUrl = remote.url('config.git');
  const imageOf = (index: number) => `${registry.host}/team/image-${index % distinct}`;
  const api = { url: kubernetes.url, token: kubernetes.token };
  const work = join(folder, 'work');
  await mkdir(work);
  await furnish(
    work,
    repoUrl,
    Array.from({ length: applications }, (_, index) => imageOf(index)),
  );
  for (let index = 0; index < distinct; index += 1) await pushImage(registry.url, `team/image-${index}`, '1.0.0');
  await installKinds(api);
  await applyObject(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
  for (let index = 0; index < applications; index += 1) await applyObject(api, application(index, imageOf(index), repoUrl));

  const stopping = new AbortController();
  const cluster = await createCluster({
    name: 'bench',
    access: directAccess({ server: api.url, token: api.token }),
    signal: stopping.signal,
  });
  const git = createGit({ stateDir: join(folder, 'state') });
  const registryClient = createRegistryClient({ allowAddress: () => true });
  const metrics = createMetrics();
  const ports: Ports = {
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
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
    listings: createListings(ports, 50),
    heads: createHeads(ports),
    board: createBoard(() => undefined),
    credentials: { secret: () => undefined, secrets: () => [], env: () => undefined },
  };
  const subscriptions = createSubscriptions(context);
  const cycle = async (): Promise<Counts> => {
    const tree = remote.repository('config.git');
    const count = async () => Number((await run('git', ['-C', tree, 'rev-list', '--count', 'main'])).stdout);
    const before = { requests: new Map(registry.requests), git: { ...remote.requests }, commits: await count() };
    const began = performance.now();
    await updateImages(context, subscriptions, branchKey(repoIdOf(repoUrl), 'main'), stopping.signal);
    const ms = performance.now() - began;
    const asked = [...registry.requests].map(([route, times]) => times - (before.requests.get(route) ?? 0));
    return {
      listings: (registry.requests.get('GET tags') ?? 0) - (before.requests.get('GET tags') ?? 0),
      registryRequests: asked.reduce((sum, one) => sum + one, 0),
      fetches: remote.requests.refs - before.git.refs,
      pushes: remote.requests.pushes - before.git.pushes,
      commits: (await count()) - before.commits,
      ms: Math.round(ms),
    };
  };
  try {
    await cycle(); // The clone is made and everything is read once.
    for (let index = 0; index < distinct; index += 1) await pushImage(registry.url, `team/image-${index}`, '1.0.1');
    await new Promise((resolve) => setTimeout(resolve, 60));
    const due = await cycle();
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { due, idle: await cycle() };
  } finally {
    stopping.abort();
    await Promise.all([cluster.stop(), git.close(), registryClient.close(), metrics.close()]);
    await Promise.all([registry.stop(), remote.stop(), kubernetes.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}
