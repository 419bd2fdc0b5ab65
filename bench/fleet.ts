import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { applyObject, installKinds } from '../src/sandbox/demo/cluster-setup.ts';
import type { Asked, Servers } from './servers.ts';
import { startServers } from './servers.ts';
import { openService } from './service.ts';

const run = promisify(execFile);
const prefix = 'argocd-image-updater.argoproj.io';

/** How long a listing is fresh, and the pause before a cycle in which it is not any more; ms. */
const [freshMs, staleMs] = [50, 60];

/** What one cycle cost: requests counted at the servers, CPU and resident memory of this process, without the children of git. */
export type Counts = {
  readonly listings: number;
  readonly registryRequests: number;
  readonly fetches: number;
  readonly pushes: number;
  readonly commits: number;
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  /** What is still reachable after a collection. */
  readonly heapMb: number;
};

export type FleetWish = {
  /** The image of each Application, in order. */
  readonly images: (registryHost: string) => readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tag: string;
  /** Asked for the images instead of the servers' own registry. */
  readonly registry?: { readonly url: string; readonly host: string };
};

/** Applications of one repository, each with a kustomization of its own, and the service that keeps them current. */
export type Fleet = { readonly servers: Servers; cycle(): Promise<Counts>; close(): Promise<void> };

function application(index: number, image: string, wish: FleetWish, repoUrl: string): object {
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
        ...wish.annotations,
      },
    },
    spec: { source: { repoURL: repoUrl, targetRevision: 'main', path: `apps/app-${index}` }, destination: { namespace: `app-${index}` } },
  };
}

async function furnish(folder: string, repoUrl: string, images: readonly string[], tag: string): Promise<void> {
  const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
  const env = { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...who };
  const git = (...args: readonly string[]) => run('git', ['-C', folder, ...args], { env });
  for (const [index, image] of images.entries()) {
    const file = join(folder, `apps/app-${index}/kustomization.yaml`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `images:\n  - name: ${image}\n    newTag: ${JSON.stringify(tag)}\n`);
  }
  await git('init', '-q', '-b', 'main');
  await git('add', '.');
  await git('commit', '-q', '-m', 'base');
  await git('push', '-q', repoUrl, 'main');
}

/** Bytes of the heap that are still reachable. */
function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function difference(before: Asked, after: Asked) {
  return {
    listings: (after.registry['GET tags'] ?? 0) - (before.registry['GET tags'] ?? 0),
    registryRequests: sum(after.registry) - sum(before.registry),
    fetches: after.refs - before.refs,
    pushes: after.pushes - before.pushes,
  };
}

/** Sets everything up; nothing was looked at yet. */
export async function openFleet(wish: FleetWish): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-bench-'));
  const servers = await startServers(folder);
  const { api, repoUrl, bare } = servers;
  const registry = wish.registry ?? servers.registry;
  const images = wish.images(registry.host);
  const work = join(folder, 'work');
  await mkdir(work);
  await furnish(work, repoUrl, images, wish.tag);
  await installKinds(api);
  await applyObject(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
  for (const [index, image] of images.entries()) await applyObject(api, application(index, image, wish, repoUrl));
  const service = await openService({ api, registry, repoUrl, folder, freshMs });
  const commits = async () => Number((await run('git', ['-C', bare, 'rev-list', '--count', 'main'])).stdout);
  return {
    servers,
    async cycle() {
      await new Promise((resolve) => setTimeout(resolve, staleMs));
      const [asked, count] = [await servers.asked(), await commits()];
      const [cpu, began] = [process.cpuUsage(), performance.now()];
      await service.cycle();
      const [ms, { user, system }] = [performance.now() - began, process.cpuUsage(cpu)];
      const rssMb = process.memoryUsage.rss() / 2 ** 20;
      const heapMb = liveHeap() / 2 ** 20;
      return {
        ...difference(asked, await servers.asked()),
        commits: (await commits()) - count,
        ms,
        cpuMs: (user + system) / 1000,
        rssMb,
        heapMb,
      };
    },
    async close() {
      await service.close();
      await servers.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
