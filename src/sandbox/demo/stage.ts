import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Explanation } from '../../reconcile/explain/record.ts';
import { freePort } from '../free-ports.ts';
import { startGitRemote } from '../git-remote/start-git-remote.ts';
import type { Api } from '../kubernetes/api.ts';
import { accessTo } from '../kubernetes/player/client.ts';
import { startPlayer } from '../kubernetes/player.ts';
import { createPuller } from '../registry/pull.ts';
import { pushImage, retag } from '../registry/push.ts';
import { startRegistry } from '../registry/start-registry.ts';
import { applyObject, installKinds } from './cluster-setup.ts';
import type { Addresses } from './fixtures.ts';
import { applicationManifest, repositoryFiles, repositorySecret } from './fixtures.ts';
import { startMeasurements } from './measurements.ts';
import type { GroundKubernetes, Grounds } from './grounds.ts';
import { startGrounds } from './grounds.ts';
import type { Narrator } from './narrator.ts';
import type { Observer } from './observe.ts';
import { createObserver } from './observe.ts';
import type { Cast } from './seed.ts';
import type { ServiceLog } from './service-log.ts';
import { openServiceLog } from './service-log.ts';
import { startServiceProcess } from './service-process.ts';

const run = promisify(execFile);
const ratioLabel = 'dev.windlass.demo.error-ratio';

/** Everything that the story needs: the servers, the service as a process of its own, and the hands of the people in it. */
export type Stage = {
  readonly cast: Cast;
  readonly narrator: Narrator;
  readonly observer: Observer;
  readonly addresses: Addresses;
  readonly kubeconfig: string;
  readonly personUrl: string;
  /** The bare repository behind the remote. */
  readonly repositoryPath: string;
  readonly api: Api;
  readonly serviceUrl: string;
  /** Where the service takes notifications of pushes, and the secret that shows who may send them. */
  readonly webhook: Webhook;
  /** The settings file of the service; `explain` reads it too. */
  readonly settingsFile: string;
  readonly metrics: { readonly pause: () => Promise<void>; readonly resume: () => Promise<void> };
  readonly push: (tag: string, quality: 'good' | 'bad') => Promise<void>;
  readonly retag: (from: string, to: string) => Promise<void>;
  /** `git revert` of the newest commit, by a person. */
  readonly revert: () => Promise<void>;
  /** How often the registry was asked for its tags by the service. */
  readonly listings: () => number;
  readonly explain: () => Promise<Explanation | undefined>;
  /** How the service ended, where nobody asked it to. */
  readonly serviceDied: Promise<string>;
  /** The line that starts the service again, with the token of the registry's webhooks. */
  readonly serviceStart: string;
  readonly stop: () => Promise<void>;
};

const botLogin = { username: 'windlass', password: 'a-password-of-the-demo' };

type Servers = {
  readonly registry: Awaited<ReturnType<typeof startRegistry>>;
  readonly remote: Awaited<ReturnType<typeof startGitRemote>>;
  readonly kubernetes: GroundKubernetes;
};

type Webhook = { readonly url: string; readonly token: string };

async function startServers(folder: string, notify: Webhook, grounds: Grounds): Promise<Servers> {
  const [registry, remote, kubernetes] = await Promise.all([
    startRegistry({ notify }),
    startGitRemote({ folder: join(folder, 'remote'), credential: botLogin }),
    startGrounds(grounds),
  ]);
  return { registry, remote, kubernetes };
}

/** Puts the first version and the files of the repository where the story begins. */
async function furnish(cast: Cast, addresses: Addresses, folder: string, personUrl: string): Promise<void> {
  const work = join(folder, 'person');
  const git = (...args: readonly string[]) => run('git', ['-C', work, ...args], { env: personEnv() });
  await mkdir(work, { recursive: true });
  await git('init', '-q', '-b', 'main');
  for (const [path, text] of Object.entries(repositoryFiles(cast, addresses))) {
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), text);
  }
  await git('add', '.');
  await git('commit', '-q', '-m', `Run ${cast.app} ${cast.versions.first}`);
  await git('remote', 'add', 'origin', personUrl);
  await git('push', '-q', 'origin', 'main');
}

function personEnv(): NodeJS.ProcessEnv {
  const name = {
    GIT_AUTHOR_NAME: 'Robin Person',
    GIT_AUTHOR_EMAIL: 'robin@example.com',
    GIT_COMMITTER_NAME: 'Robin Person',
    GIT_COMMITTER_EMAIL: 'robin@example.com',
  };
  return { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0', ...name };
}

/** Settings of the service: only addresses and intervals differ from production. */
function settingsText(options: { kubeconfig: string; folder: string; registryHost: string; registryUrl: string; port: number }): string {
  return JSON.stringify({
    cluster: { kubeconfig: options.kubeconfig },
    git: { stateDir: join(options.folder, 'state'), pollInterval: '1s' },
    registries: { pollInterval: '500ms', hosts: [{ prefix: options.registryHost, apiUrl: options.registryUrl }] },
    http: { host: '127.0.0.1', port: options.port },
    webhooks: { secretEnv: 'WINDLASS_DEMO_WEBHOOK' },
    addresses: { allow: ['127.0.0.0/8'] },
  });
}

/** Everything but the service: servers, player, traffic, the repository, the Application that nobody has synced yet. */
async function setScene({ cast, random, grounds }: Play, folder: string, webhook: Webhook) {
  const servers = await startServers(folder, webhook, grounds);
  const { registry, remote, kubernetes } = servers;
  const { api } = kubernetes;
  const puller = createPuller(registry.url);
  // Before the player, which would wait for kinds that it does not know.
  await installKinds(api);
  const player = await startPlayer({ ...accessTo(api), resolveImage: puller.digestOf, workloads: !kubernetes.hasControllers });
  const metrics = await startMeasurements({
    api,
    errorRatioOf: async (imageId) => Number((await puller.labelsOf(imageId))[ratioLabel] ?? 0),
    random,
  });
  const repoUrl = remote.url('config.git');
  const personUrl = repoUrl.replace('http://', `http://${botLogin.username}:${botLogin.password}@`);
  const addresses = { registryHost: registry.host, repoUrl, metricsUrl: metrics.url };
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubernetes.kubeconfig()));
  await furnish(cast, addresses, folder, personUrl);
  const push = async (tag: string, quality: 'good' | 'bad'): Promise<void> => {
    const ratio = quality === 'bad' ? cast.badRatio : cast.goodRatio();
    await pushImage(registry.url, cast.repository, tag, { labels: { [ratioLabel]: ratio.toFixed(4) } });
  };
  await push(cast.versions.first, 'good');
  for (const name of ['argocd', 'windlass']) await applyObject(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await applyObject(api, repositorySecret(addresses, botLogin));
  await applyObject(api, applicationManifest(cast, addresses));
  const stop = async (): Promise<void> => {
    await player.stop();
    await metrics.stop();
    await Promise.all([registry.stop(), remote.stop(), kubernetes.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { ...servers, api, metrics, personUrl, addresses, kubeconfig, push, stop };
}

/** What is played, with which chance, and on whose API. */
export type Play = { readonly cast: Cast; readonly random: () => number; readonly grounds: Grounds };

/** Starts everything, and the service last: the same code as in production, as a process of its own. */
export async function setStage(play: Play, narrator: Narrator, log?: ServiceLog): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-demo-'));
  try {
    return await setStageIn(folder, play, { narrator, log: log ?? (await openServiceLog(undefined, () => undefined)) });
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

type Listeners = { readonly narrator: Narrator; readonly log: ServiceLog };

async function setStageIn(folder: string, play: Play, { narrator, log }: Listeners): Promise<Stage> {
  const { cast } = play;
  const port = await freePort();
  const serviceUrl = `http://127.0.0.1:${port}`;
  const webhook = { url: `${serviceUrl}/webhooks/registry`, token: randomUUID() };
  const scene = await setScene(play, folder, webhook);
  const { registry, remote, api, addresses, kubeconfig, personUrl, metrics, push } = scene;
  narrator.event(
    `registry ${registry.url}, Git ${addresses.repoUrl}, Kubernetes API ${api.url} (${scene.kubernetes.described}), metrics ${metrics.url}`,
  );
  const settingsFile = join(folder, 'windlass.yaml');
  await writeFile(settingsFile, settingsText({ kubeconfig, folder, registryHost: registry.host, registryUrl: registry.url, port }));
  const env = { WINDLASS_DEMO_WEBHOOK: webhook.token, DEMO_FOLDER: folder };
  const service = await startServiceProcess({ settingsFile, url: serviceUrl, env, log });
  const seeing = { registryUrl: registry.url, repository: cast.repository, repoUrl: personUrl, folder: join(folder, 'observer'), api };
  const observer = await createObserver(seeing);
  narrator.event(`the service answers at ${serviceUrl}`);
  return {
    ...{ cast, narrator, observer, addresses, kubeconfig, personUrl, api, serviceUrl, webhook, settingsFile, metrics, push },
    repositoryPath: remote.repository('config.git'),
    retag: async (from, to) => {
      await retag(registry.url, cast.repository, { from, to });
    },
    revert: () => revertNewest(join(folder, 'person')),
    listings: () => registry.requests.get('GET tags') ?? 0,
    explain: async () => {
      const answer = await fetch(`${serviceUrl}/api/applications/argocd/${cast.app}/explain`);
      return answer.ok ? ((await answer.json()) as Explanation) : undefined;
    },
    serviceDied: service.died,
    serviceStart: `WINDLASS_DEMO_WEBHOOK=${webhook.token} npx windlass run --settings ${settingsFile}`,
    stop: async () => {
      await service.stop();
      await scene.stop();
    },
  };
}

async function revertNewest(work: string): Promise<void> {
  const git = (...args: readonly string[]) => run('git', ['-C', work, ...args], { env: personEnv() });
  await git('pull', '-q', '--ff-only', 'origin', 'main');
  await git('revert', '--no-edit', 'HEAD');
  await git('push', '-q', 'origin', 'main');
}
