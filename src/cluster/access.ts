import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { Failure } from '../kernel/failure.ts';
import { whyUnreadable } from '../kernel/unreadable.ts';
import type { KubeConfig } from './kube-config.ts';

/** How a cluster is reached: address (without a trailing slash), connection pool and the headers of a request. */
export type ClusterAccess = {
  readonly server: string;
  readonly dispatcher: Dispatcher;
  /** Asked before every request, so that a rotated token is picked up. */
  headers(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
};

type Tls = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
};

/**
 * Access as a kubeconfig says (a file, else KUBECONFIG, ~/.kube/config or the pod's own service account), with its exec plugins and
 * token files. Throws Failure where there is no such file or context.
 */
export async function loadAccess(options: { kubeconfig?: string; context?: string } = {}): Promise<ClusterAccess> {
  // Loading the package takes most of a second and 90 MB; commands without a cluster do without.
  const { KubeConfig } = await import('./kube-config.ts');
  const config = new KubeConfig();
  const from = nameOf(options.kubeconfig);
  try {
    if (options.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(options.kubeconfig);
  } catch (cause) {
    throw new Failure('not-found', `cannot read ${from}: ${whyUnreadable(cause)}`, { cause });
  }
  if (options.kubeconfig === undefined && isInvented(config)) throw new Failure('not-found', nothingFound);
  if (options.context !== undefined) config.setCurrentContext(options.context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Failure('not-found', noCluster(config, from, options.context));
  const server = plainAddress(cluster.server);
  const applied = async (): Promise<Applied> => {
    const request: Applied = { headers: {} };
    // Without TLS there is nothing to verify; the package insists on hearing it.
    if (server.startsWith('http:')) config.clusters = config.clusters.map((known) => ({ ...known, skipTLSVerify: true }));
    await config.applyToHTTPSOptions(request);
    return request;
  };
  const first = await applied();
  return accessWith(server, tlsOf(first), async () => headersOf(await applied()));
}

/** How sentences call the kubeconfig that is read. */
function nameOf(file: string | undefined): string {
  if (file !== undefined) return file;
  const named = process.env['KUBECONFIG'] ?? '';
  return named === '' ? 'the default kubeconfig' : `KUBECONFIG (${named})`;
}

const nothingFound =
  'no kubeconfig: KUBECONFIG is not set, ~/.kube/config does not exist, and there is no ServiceAccount; set cluster.kubeconfig';

/** What the package makes up where it finds no kubeconfig at all: an API server on a port that is our own by default. */
function isInvented(config: KubeConfig): boolean {
  return config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === 'http://localhost:8080';
}

function noCluster(config: KubeConfig, from: string, asked: string | undefined): string {
  const known = config.getContexts().map((context) => context.name);
  if (known.length === 0) return `${from} holds no context`;
  const wanted: unknown = asked ?? config.getCurrentContext();
  const what = typeof wanted === 'string' && wanted !== '' ? `no cluster for context ${JSON.stringify(wanted)}` : 'no current context';
  return `${from} has ${what}; it has: ${known.join(', ')}; set cluster.context`;
}

/** Access to a known address with a bearer token, past any kubeconfig; `ca` is PEM. */
export function directAccess(options: { server: string; token: string; ca?: string }): ClusterAccess {
  const headers = { authorization: `Bearer ${options.token}` };
  return accessWith(plainAddress(options.server), options.ca === undefined ? {} : { ca: options.ca }, () => Promise.resolve(headers));
}

type Applied = {
  headers: Record<string, unknown>;
  auth?: string;
  ca?: unknown;
  cert?: unknown;
  key?: unknown;
  servername?: unknown;
  rejectUnauthorized?: unknown;
};

function accessWith(server: string, tls: Tls, headers: ClusterAccess['headers']): ClusterAccess {
  // HTTP/1.1 only: a watch holds a connection of its own, so that none can stall the others.
  const dispatcher = new Agent({ allowH2: false, keepAliveTimeout: 30_000, connect: { ...tls, timeout: 10_000 } });
  return { server, dispatcher, headers, close: () => dispatcher.destroy() };
}

/** The address without user and trailing slash. Credentials go over plain HTTP to this machine only. */
function plainAddress(text: string): string {
  if (!URL.canParse(text)) throw new Failure('unsupported', `${JSON.stringify(text)} is no address of an API server`);
  const url = new URL(text);
  if (url.protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
    throw new Failure('unsupported', `${url.host} is addressed over plain HTTP: credentials are sent over HTTPS, or to loopback`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function tlsOf(applied: Applied): Tls {
  return {
    ...textField('ca', applied.ca),
    ...textField('cert', applied.cert),
    ...textField('key', applied.key),
    ...textField('servername', applied.servername),
    ...(applied.rejectUnauthorized === false ? { rejectUnauthorized: false } : {}),
  };
}

function textField<Name extends string>(name: Name, value: unknown): { readonly [name in Name]?: string } {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return {};
  return { [name]: value.toString() } as { readonly [name in Name]?: string };
}

function headersOf(applied: Applied): Record<string, string> {
  const said = Object.entries(applied.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value.trim()]] : [],
  );
  const basic = applied.auth === undefined ? {} : { authorization: `Basic ${Buffer.from(applied.auth).toString('base64')}` };
  return { ...basic, ...(Object.fromEntries(said) as Record<string, string>) };
}
