import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGit } from '../../src/git/git.ts';
import type { Ports } from '../../src/reconcile/ports.ts';
import { createHeads } from '../../src/reconcile/sources.ts';
import type { SyncContext } from '../../src/reconcile/sync/context.ts';
import { createRenderer } from '../../src/render/renderer.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { startGitRemote } from '../../src/sandbox/git-remote/start-git-remote.ts';
import { startMemory } from '../contracts/kubernetes/api-servers.ts';
import { createModelClock, silentLog } from '../reconcile/model-ports.ts';
import { openRepository } from '../scenarios/repository.ts';
import { openCluster } from './apply-twice.ts';

/** What the readers of a manifest ask: a cluster with the kinds of the chart, and the one repository that stands for every address. */
export type Grounds = {
  readonly cluster: Cluster;
  readonly context: Pick<SyncContext, 'heads' | 'credentials' | 'settings'> & { readonly ports: Pick<Ports, 'git' | 'render' | 'cluster'> };
  readonly repoUrl: string;
  /** The newest commit of main; the branch release-1.4 and the tag v1.4.2 mean it, too. */
  readonly head: string;
  stop(): Promise<void>;
};

/** Opens the grounds on a repository with these files. */
export async function openGrounds(files: Readonly<Record<string, string>>): Promise<Grounds> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-corpus-'));
  const remote = await startGitRemote({ folder: join(folder, 'remote') });
  const [url, bare] = [remote.url('config'), remote.repository('config')];
  const repository = await openRepository({ name: 'config', url, bare, folder: join(folder, 'person') }, files);
  await repository.git('branch', 'release-1.4', 'main');
  await repository.git('tag', 'v1.4.2', 'main');
  const server = await startMemory();
  const cluster = await openCluster(server);
  const git = createGit({ stateDir: join(folder, 'state') });
  const clock = createModelClock(0);
  const ports = { clock, log: silentLog, git, render: createRenderer({ files: git }), cluster };
  return {
    cluster,
    context: {
      ports,
      heads: createHeads({ git, clock }),
      credentials: { secret: () => undefined, secrets: () => [], env: () => undefined },
      settings: { claims: { namespaces: [] }, home: 'argocd', gitPollMs: 60_000, intervalMs: 60_000 },
    },
    repoUrl: url,
    head: await repository.head(),
    async stop() {
      await Promise.all([cluster.stop(), git.close(), remote.stop()]);
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
