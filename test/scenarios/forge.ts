import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKubernetes } from '../../src/sandbox/kubernetes/server.ts';
import { createPuller } from '../../src/sandbox/registry/pull.ts';
import { pushImage, retag } from '../../src/sandbox/registry/push.ts';
import type { Gitea } from '../contracts/git/gitea.ts';
import { startGitea } from '../contracts/git/gitea.ts';
import { repositorySecret } from './manifests.ts';
import { openRepository } from './repository.ts';
import type { Furnishing, World } from './world.ts';
import { startWorldOn } from './world.ts';

/** A world whose repositories and images all lie on a Gitea, where the bot is one user and a person another. */
export type ForgeWorld = World & { readonly forge: Gitea };

export async function startForgeWorld(path: string, more: Pick<Furnishing, 'intervals' | 'settings'> = {}): Promise<ForgeWorld> {
  const [forge, folder] = await Promise.all([startGitea(path), mkdtemp(join(tmpdir(), 'windlass-forge-'))]);
  const { host } = new URL(forge.url);
  const authorization = `Basic ${Buffer.from(`${forge.bot.username}:${forge.bot.password}`).toString('base64')}`;
  const world = await startWorldOn(() => startKubernetes(), {
    ...more,
    hosts: [{ prefix: host, apiUrl: forge.url, credentials: 'secret:argocd/images#login' }],
    digestOf: createPuller(forge.url, authorization).digestOf,
  });
  const login = Buffer.from(`${forge.bot.username}:${forge.bot.password}`).toString('base64');
  await world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'images', namespace: 'argocd' }, data: { login } });
  const credential = forge.bot;
  return {
    ...world,
    forge,
    image: (repository) => `${host}/${ownedByBot(repository)}`,
    push: async (repository, tag) => (await pushImage(forge.url, ownedByBot(repository), tag, { credential })).digest,
    retag: async (repository, from, to) => (await retag(forge.url, ownedByBot(repository), { from, to }, credential)).digest,
    async repository(name, files) {
      const { access, personUrl } = await forge.host(name);
      await world.apply(repositorySecret(name, access.url, forge.bot));
      const bare = forge.folder(name);
      return openRepository({ name, url: access.url, bare, origin: personUrl, folder: join(folder, name) }, files);
    },
    async close() {
      await world.close();
      await forge.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Gitea keeps images below the name of a user. */
function ownedByBot(repository: string): string {
  return repository.replace(/^team\//, 'bot/');
}
