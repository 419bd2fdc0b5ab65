import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyObject, installKinds } from '../../src/sandbox/demo/cluster-setup.ts';
import type { GitRemote } from '../../src/sandbox/git-remote/start-git-remote.ts';
import { startGitRemote } from '../../src/sandbox/git-remote/start-git-remote.ts';
import { startPlayer } from '../../src/sandbox/kubernetes/player.ts';
import type { KubernetesServer } from '../../src/sandbox/kubernetes/server.ts';
import { startKubernetes } from '../../src/sandbox/kubernetes/server.ts';
import { createPuller } from '../../src/sandbox/registry/pull.ts';
import { pushImage, retag } from '../../src/sandbox/registry/push.ts';
import type { SandboxRegistry } from '../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../src/sandbox/registry/start-registry.ts';
import { applicationPath, createApiReader, textAt } from './api.ts';
import type { ApiReader } from './api.ts';
import { repositorySecret } from './manifests.ts';
import type { SettablePrometheus } from './prometheus.ts';
import { startPrometheus } from './prometheus.ts';
import type { Repository } from './repository.ts';
import { openRepository } from './repository.ts';
import type { ServiceControl } from './service.ts';
import { createServiceControl } from './service.ts';

/** Milliseconds that a scenario may take on a machine that has other things to do; alone it takes two or three seconds. */
export const patienceMs = 240_000;

export const login = { username: 'windlass', password: 'the-right-password' };

/** What a world needs of a Kubernetes API: plain HTTP on loopback, where a token says who asks. */
export type WorldCluster = Pick<KubernetesServer, 'url' | 'token' | 'kubeconfig' | 'stop'>;

/** The servers on loopback, the people's hands on them, and the service in this process. */
export type World<Cluster extends WorldCluster = KubernetesServer> = {
  readonly registry: SandboxRegistry;
  readonly remote: GitRemote;
  readonly kubernetes: Cluster;
  readonly prometheus: SettablePrometheus;
  readonly service: ServiceControl;
  readonly api: ApiReader;
  /** Name of an image: the registry's host in front. */
  image(repository: string): string;
  /** Pushes an image; answers its digest. */
  push(repository: string, tag: string): Promise<string>;
  retag(repository: string, from: string, to: string): Promise<string>;
  /** A new repository with these files, and the Secret that lets the bot in. */
  repository(name: string, files: Readonly<Record<string, string>>, password?: string): Promise<Repository>;
  apply(object: object): Promise<void>;
  /** Writes the service's settings into a file, for `windlass run`. */
  settingsFile(): Promise<string>;
  /** Takes every Application away, so that the next scenario has the machine for itself. */
  removeApplications(): Promise<void>;
  close(): Promise<void>;
};

/** Intervals of a world in which nobody has time. */
const quick = { git: { pollInterval: '150ms' }, registries: { pollInterval: '150ms' }, sync: { interval: '10s', workers: 4 } };

/** Starts everything but the service, which a scenario starts when its stage is set. */
export function startWorld(): Promise<World> {
  return startWorldOn(() => startKubernetes());
}

/** What a world has beside the usual: other intervals, further settings, and how nodes find images of other registries than its own. */
export type Furnishing = {
  readonly intervals?: typeof quick;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly hosts?: readonly object[];
  readonly digestOf?: (image: string) => Promise<string | undefined>;
};

/** The same on another Kubernetes API, or with more in it. */
export async function startWorldOn<Cluster extends WorldCluster>(
  startCluster: () => Promise<Cluster>,
  more: Furnishing = {},
): Promise<World<Cluster>> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-scenario-'));
  const [registry, remote, kubernetes, prometheus] = await Promise.all([
    startRegistry(),
    startGitRemote({ folder: join(folder, 'remote'), credential: login }),
    startCluster(),
    startPrometheus(),
  ]);
  const api = { url: kubernetes.url, token: kubernetes.token };
  const player = await startPlayer({
    server: api.url,
    token: api.token,
    resolveImage: (image) => {
      const ours = image.replace(/^docker-pullable:\/\//, '').startsWith(`${registry.host}/`);
      return (ours ? undefined : more.digestOf?.(image)) ?? createPuller(registry.url).digestOf(image);
    },
    workloads: true,
  });
  await installKinds(api);
  const apply = (object: object) => applyObject(api, object);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubernetes.kubeconfig()));
  const reader = createApiReader(api);
  const intervals = more.intervals ?? quick;
  const service = createServiceControl((generation) => ({
    ...intervals,
    cluster: { kubeconfig },
    git: { ...intervals.git, stateDir: join(folder, `state-${generation}`) },
    registries: { ...intervals.registries, hosts: [{ prefix: registry.host, apiUrl: registry.url }, ...(more.hosts ?? [])] },
    addresses: { allow: ['127.0.0.0/8'] },
    http: { enabled: false },
    ...more.settings,
  }));
  return {
    registry,
    remote,
    kubernetes,
    prometheus,
    service,
    api: reader,
    image: (repository) => `${registry.host}/${repository}`,
    push: async (repository, tag) => (await pushImage(registry.url, repository, tag)).digest,
    retag: async (repository, from, to) => (await retag(registry.url, repository, { from, to })).digest,
    async repository(name, files, password = login.password) {
      const url = remote.url(name);
      await apply(repositorySecret(name, url, { ...login, password }));
      return openRepository({ name, url, bare: remote.repository(name), folder: join(folder, 'people', name) }, files);
    },
    apply,
    async settingsFile() {
      const file = join(folder, 'windlass.yaml');
      await writeFile(file, JSON.stringify(service.settings()));
      return file;
    },
    async removeApplications() {
      const applications = await reader.list('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications');
      for (const one of applications) await reader.remove(applicationPath(textAt(one, 'metadata.name')));
    },
    async close() {
      await service.stop();
      await player.stop();
      await Promise.all([registry.stop(), remote.stop(), kubernetes.stop(), prometheus.stop()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
