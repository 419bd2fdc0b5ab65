import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answered, Asked } from './answer.ts';
import { plain } from './answer.ts';
import { answerBlob, answerUpload } from './blobs.ts';
import type { Fault, Faults } from './faults.ts';
import { applyFault, createFaults } from './faults.ts';
import type { Guard } from './guard.ts';
import { createGuard } from './guard.ts';
import type { PushedTag } from './manifests.ts';
import { answerManifest } from './manifests.ts';
import type { NotifyTarget } from './notify.ts';
import { notifyPush } from './notify.ts';
import type { Route } from './routes.ts';
import { routeOf } from './routes.ts';
import { createStore } from './store.ts';
import { answerTags } from './tags.ts';

export type RegistryOptions = {
  readonly host?: string;
  readonly port?: number;
  /** The most tags in one page, also where the client asks for none or more. */
  readonly pageSize?: number;
  readonly auth?: 'none' | 'basic' | 'bearer';
  readonly credential?: { readonly username: string; readonly password: string };
  readonly tokenSeconds?: number;
  readonly tokenField?: 'token' | 'access_token';
  /** Gets a distribution notification for every pushed tag, with the token as bearer where there is one. */
  readonly notify?: NotifyTarget;
};

export type SandboxRegistry = {
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** How often each method and route was asked: `GET tags`, `HEAD manifest`, `GET blob`, `GET token` and so on. */
  readonly requests: ReadonlyMap<string, number>;
  connections(): number;
  setFaults(faults: readonly Fault[]): void;
  revokeTokens(): void;
  stop(): Promise<void>;
};

/** An OCI distribution registry in memory, on loopback. With `auth` every request needs the credential (bot, s3cret where none is given). */
export async function startRegistry(options: RegistryOptions = {}): Promise<SandboxRegistry> {
  const requests = new Map<string, number>();
  const faults = createFaults();
  const guard = createGuard({
    auth: options.auth ?? (options.credential === undefined ? 'none' : 'basic'),
    credential: options.credential ?? { username: 'bot', password: 's3cret' },
    tokenSeconds: options.tokenSeconds ?? 300,
    tokenField: options.tokenField ?? 'token',
  });
  const deliveries = new Set<Promise<void>>();
  const onPush = (pushed: PushedTag): void => {
    if (options.notify === undefined) return;
    const delivery = notifyPush(options.notify, pushed, address.url).finally(() => deliveries.delete(delivery));
    deliveries.add(delivery);
  };
  const count = (key: string): void => void requests.set(key, (requests.get(key) ?? 0) + 1);
  const answer = answerer(options.pageSize ?? Infinity, guard, onPush);
  const server = createServer((request, response) => {
    serve({ request, response }, { faults, count, answer: (asked, route) => answer(asked, route, address.url) }).catch(() =>
      response.destroy(),
    );
  });
  let connections = 0;
  server.on('connection', () => connections++);
  const address = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
  return {
    ...address,
    requests,
    connections: () => connections,
    setFaults: (active) => faults.set(active),
    revokeTokens: () => guard.revoke(),
    stop: async () => {
      await Promise.all(deliveries);
      await close(server);
    },
  };
}

function answerer(
  pageSize: number,
  guard: Guard,
  onPush: (pushed: PushedTag) => void,
): (asked: Asked, route: Route, url: string) => Answered {
  const store = createStore();
  const byKind: Record<Route['kind'], (asked: Asked, route: Route) => Answered> = {
    root: () => ({ status: 200 }),
    ping: () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }),
    token: (asked) => guard.grant(asked),
    tags: (asked, route) => answerTags(store, asked, route, pageSize),
    manifest: (asked, route) => answerManifest(store, asked, route, onPush),
    blob: (asked, route) => answerBlob(store, asked, route),
    upload: (asked, route) => answerUpload(store, asked, route),
    unknown: () => plain(404),
  };
  return (asked, route, url) => guard.admit(asked, route, url) ?? byKind[route.kind](asked, route);
}

type Serving = {
  readonly faults: Faults;
  readonly count: (key: string) => void;
  readonly answer: (asked: Asked, route: Route) => Answered;
};

async function serve(exchange: { readonly request: IncomingMessage; readonly response: ServerResponse }, serving: Serving): Promise<void> {
  const { request, response } = exchange;
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const asked = { method: request.method ?? 'GET', url, headers: request.headers, body: await readAll(request) };
  const route = routeOf(url);
  serving.count(`${asked.method} ${route.kind}`);
  const fault = serving.faults.take(asked);
  const faulty = fault === undefined ? 'none' : await applyFault(fault);
  if (faulty === 'drop') response.destroy();
  if (faulty === 'drop' || faulty === 'hang') return;
  send(response, asked.method, faulty === 'none' ? serving.answer(asked, route) : faulty);
}

function send(response: ServerResponse, method: string, answer: Answered): void {
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, {
    'docker-distribution-api-version': 'registry/2.0',
    ...answer.headers,
    ...(answer.status === 204 || answer.status === 304 ? {} : { 'content-length': body.length }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const parts: AsyncIterable<unknown> = request;
  for await (const chunk of parts) {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function listen(server: Server, host: string, port: number): Promise<{ url: string; host: string }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const name = `${host}:${bound.port}`;
  return { url: `http://${name}`, host: name };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
