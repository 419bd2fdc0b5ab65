import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequest } from './answer.ts';
import type { State } from './answer.ts';
import { serveDefinitions } from './crds.ts';
import { Faults } from './faults.ts';
import type { Fault } from './faults.ts';
import { collectGarbage } from './garbage.ts';
import { KindTable } from './kinds.ts';
import { Lists } from './lists.ts';
import type { Api } from './call.ts';
import { Store } from './store.ts';
import { createObject } from './write.ts';

export type KubernetesOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly token?: string;
  /** Changes that are kept for watches that resume. */
  readonly compactAfter?: number;
  /** Milliseconds between the bookmarks of a watch. */
  readonly bookmarkEveryMs?: number;
};

export type KubernetesServer = {
  readonly url: string;
  readonly token: string;
  /** A kubeconfig as an object; with it both kubectl and our own client reach the server. */
  kubeconfig(): object;
  /** Requests so far, by verb and resource: `list pods`, `watch deployments.apps`, `patch rollouts.argoproj.io/status`. */
  requests(): Readonly<Record<string, number>>;
  /** Answers matching requests otherwise. */
  inject(fault: Fault): void;
  clearFaults(): void;
  /** Cuts every open watch in the middle. */
  dropWatches(): void;
  /** Sends a bookmark on every watch. */
  bookmark(): void;
  /** Forgets all changes so far: watches and continue tokens from before are answered 410. */
  compact(): void;
  stop(): Promise<void>;
};

/** Starts an in-memory Kubernetes API on loopback, over plain HTTP. What it leaves out: defaulting, validation beyond the shape, RBAC. */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<KubernetesServer> {
  const state = newState(options);
  const { store, kinds, lists } = state.api;
  const stops = [serveDefinitions(store, kinds), collectGarbage(store, kinds)];
  createNamespaces(state.api);
  const bookmark = (): void => state.watches.forEach((watch) => watch.bookmark());
  const timer = setInterval(bookmark, options.bookmarkEveryMs ?? 10_000).unref();
  const server = createServer((request, response) => void answerRequest(state, { request, response }));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: state.token,
    kubeconfig: () => kubeconfig(port, state.token),
    requests: () => Object.fromEntries(state.counts),
    inject: (fault) => state.faults.inject(fault),
    clearFaults: () => state.faults.clear(),
    dropWatches: () => state.watches.forEach((watch) => watch.cut()),
    bookmark,
    compact: () => {
      store.compact();
      lists.forget();
    },
    stop: () => {
      clearInterval(timer);
      for (const stop of stops) stop();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function newState(options: KubernetesOptions): State {
  return {
    api: { store: new Store(options.compactAfter ?? 10_000), kinds: new KindTable(), lists: new Lists() },
    token: options.token ?? randomUUID(),
    faults: new Faults(),
    watches: new Set(),
    counts: new Map(),
  };
}

function createNamespaces({ store, kinds }: Api): void {
  const kind = kinds.find('', 'v1', 'namespaces');
  if (kind === undefined) return;
  const write = { kind, namespace: '', name: '', subresource: '' as const, manager: 'kube-apiserver', dryRun: false };
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    createObject(store, write, { metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } });
  }
}

function kubeconfig(port: number, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    // kubectl sends no bearer token over plain HTTP; it does send the user of the address.
    clusters: [{ name: 'sandbox', cluster: { server: `http://sandbox:${token}@127.0.0.1:${port}` } }],
    users: [{ name: 'sandbox', user: { token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'sandbox', namespace: 'default' } }],
  };
}
