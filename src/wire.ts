import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createCluster } from './cluster/cluster.ts';
import { loadAccess } from './cluster/access.ts';
import { createGit } from './git/git.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import { meterPorts } from './meter.ts';
import { parseCredential } from './policy/annotations/credential.ts';
import { podSecrets } from './reconcile/credentials/pod-secrets.ts';
import type { CredentialSources } from './reconcile/credentials/sources.ts';
import type { Clock, Ports } from './reconcile/ports.ts';
import type { Service } from './reconcile/service.ts';
import { createService } from './reconcile/service.ts';
import { kinds } from './reconcile/world.ts';
import { createRegistryClient } from './registry/client.ts';
import { mountedLogin } from './registry/programs/mounted-config.ts';
import { createScripts } from './registry/programs/scripts.ts';
import type { RegistryHost } from './registry/registry-host.ts';
import { createRenderer } from './render/renderer.ts';
import { createAddressRule } from './egress/addresses.ts';
import type { ServiceMetrics } from './server/metrics.ts';
import type { Settings } from './settings.ts';

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal, ref: true }).catch(() => undefined),
};

type Adapters = { readonly ports: Ports; close(): Promise<void> };

/** The real ports, from the settings. */
async function createPorts(settings: Settings, log: Logger, signal: AbortSignal, counting?: ServiceMetrics): Promise<Adapters> {
  const allowAddress = createAddressRule(settings.addresses.allow);
  const access = await loadAccess({
    ...(settings.cluster.kubeconfig === '' ? {} : { kubeconfig: settings.cluster.kubeconfig }),
    ...(settings.cluster.context === '' ? {} : { context: settings.cluster.context }),
  });
  const cluster = await createCluster({ name: settings.cluster.name, access, signal, log });
  const git = createGit({
    stateDir: settings.git.stateDir,
    timeoutMs: settings.git.timeout,
    ...(settings.git.caFile === '' ? {} : { caFile: settings.git.caFile }),
  });
  const { timeout, maxTags, hosts, tokenHosts, http2 } = settings.registries;
  const registry = createRegistryClient({
    timeoutMs: timeout,
    limits: { maxTags, ...answerLimits(settings.limits) },
    hosts,
    tokenHosts,
    http2,
    allowAddress,
  });
  const { maxObjects, maxBytes, toolDir } = settings.render;
  const render = createRenderer({
    files: git,
    ...(toolDir === '' ? {} : { toolDir }),
    timeoutMs: settings.render.timeout,
    limits: { objects: maxObjects, outputBytes: maxBytes },
  });
  const metrics = createMetrics({
    timeoutMs: settings.analysis.timeout,
    defaultPrometheus: settings.analysis.prometheusAddress,
    allowAddress,
  });
  const ports: Ports = { clock, random: Math.random, newId: randomUUID, log, registry, git, render, cluster, metrics };
  return {
    ports: meterPorts(ports, counting),
    async close() {
      await Promise.all([cluster.stop(), registry.close(), metrics.close(), git.close()]);
    },
  };
}

const largestManifest = 4 * 1024 * 1024;

function answerLimits({ responseBytes }: Settings['limits']) {
  return { pageBytes: responseBytes, manifestBytes: Math.min(largestManifest, responseBytes) };
}

/** Secrets of the permitted namespaces, and the variables that settings name. */
function credentialSources(settings: Settings, ports: Ports): CredentialSources {
  const namespaces =
    settings.secretNamespaces.length > 0
      ? settings.secretNamespaces
      : [settings.namespace, settings.controlNamespace, 'argocd-image-updater'];
  const named = new Set(settings.registries.hosts.flatMap(namedVariable));
  return {
    secret: (namespace, name) =>
      namespaces.includes(namespace) ? ports.cluster.get({ cluster: ports.cluster.name, ...kinds.secret, namespace, name }) : undefined,
    secrets: () => [...new Set(namespaces)].flatMap((namespace) => ports.cluster.list(kinds.secret, namespace)),
    env: (name) => (named.has(name) ? process.env[name] : undefined),
    podSecrets: (namespace, image) => podSecrets(ports.cluster, namespace, image),
    ...programSources(settings, ports.clock),
  };
}

function namedVariable({ credentials = '' }: RegistryHost): readonly string[] {
  const wish = parseCredential(credentials);
  return wish?.kind === 'env' ? [wish.variable] : [];
}

/** What scripts, credential helpers and a mounted docker configuration say, where the settings name them. */
function programSources({ registries }: Settings, from: Clock): Pick<CredentialSources, 'script' | 'dockerConfig'> {
  const { scriptDir, dockerConfig: path } = registries;
  const directory = scriptDir === '' ? undefined : { path: scriptDir, env: process.env };
  const scripts = directory === undefined ? undefined : createScripts({ directory, now: () => from.now() });
  return {
    ...(scripts === undefined ? {} : { script: async (script, keeping) => scripts.login(script, keeping) }),
    ...(path === '' ? {} : { dockerConfig: (image) => mountedLogin({ path, helpers: directory }, image) }),
  };
}

export type Wired = { readonly service: Service; readonly ports: Ports; close(): Promise<void> };

/** The service over real adapters; nothing runs before `service.start`. */
export async function wire(settings: Settings, log: Logger, signal: AbortSignal, metrics?: ServiceMetrics): Promise<Wired> {
  const adapters = await createPorts(settings, log, signal, metrics);
  const claims = { namespaces: settings.applicationNamespaces };
  const service = createService({
    ports: adapters.ports,
    credentials: credentialSources(settings, adapters.ports),
    workers: settings.sync.workers,
    ...(metrics === undefined ? {} : { tally: metrics }),
    update: {
      author: settings.git.author,
      holdsPath: settings.holds.path,
      historyLimit: settings.git.historyLimit,
      registryHosts: settings.registries.hosts,
      registryPollMs: settings.registries.pollInterval,
      claims,
      home: settings.controlNamespace,
      memoryNamespace: settings.namespace,
      compat: settings.compat,
    },
    sync: { claims, home: settings.controlNamespace, gitPollMs: settings.git.pollInterval, intervalMs: settings.sync.interval },
    onRun: (queue, _key, ms, outcome) => metrics?.observeRun(queue, ms, outcome),
  });
  return { service, ports: adapters.ports, close: () => adapters.close() };
}
