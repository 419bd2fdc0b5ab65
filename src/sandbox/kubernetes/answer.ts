import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Body } from '../../kernel/json.ts';
import { pageNotFound } from './call.ts';
import type { Api, ObjectRoute, Reply } from './call.ts';
import { aggregatedDiscovery, discoveryAt } from './discovery.ts';
import { refusalOf } from './faults.ts';
import type { Faults } from './faults.ts';
import { resourceOf } from './kinds.ts';
import { matchesOf } from './lists.ts';
import { serveObjects } from './objects.ts';
import { resolvePath } from './paths.ts';
import { Refusal, statusOf } from './refusal.ts';
import { asksForTable } from './tables.ts';
import { streamChanges } from './watch-stream.ts';
import type { Watch } from './watch-stream.ts';

export type State = {
  readonly api: Api;
  readonly token: string;
  readonly faults: Faults;
  readonly watches: Set<Watch>;
  readonly counts: Map<string, number>;
};

type Asked = { readonly method: string; readonly url: URL; readonly text: string };
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** Answers one request: token, injected faults, then the route. */
export async function answerRequest(state: State, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  try {
    const text = await readText(request);
    checkToken(state.token, request.headers.authorization);
    const asked = { method: request.method ?? 'GET', url: new URL(request.url ?? '/', 'http://sandbox'), text };
    const reply = serveWithFaults(state, asked, exchange);
    if (reply !== undefined) send(response, reply);
  } catch (thrown) {
    sendRefusal(response, thrown instanceof Refusal ? thrown : new Refusal(500, 'InternalError', String(thrown)));
  }
}

function serveWithFaults(state: State, asked: Asked, exchange: Exchange): Reply | undefined {
  const fault = state.faults.take(asked.method, `${asked.url.pathname}${asked.url.search}`);
  if (fault === undefined) return serve(state, asked, exchange);
  if (fault.afterwards === true) serve(state, asked, exchange);
  if (fault.text !== undefined) return sendText(exchange.response, fault.status, fault.text);
  if (fault.status !== 0) throw refusalOf(fault);
  exchange.request.socket.destroy();
  return undefined;
}

/** The reply, or undefined where the answer is a watch that goes on. */
function serve(state: State, asked: Asked, exchange: Exchange): Reply | undefined {
  const { method, url, text } = asked;
  const route = resolvePath(state.api.kinds, url.pathname);
  if (route === undefined) throw pageNotFound();
  if (route.about === 'document') {
    count(state, 'get /', url.pathname.slice(1));
    return { code: 200, body: documentAt(state, route.path, exchange) };
  }
  const watching = method === 'GET' && ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
  count(state, verbOf(method, route, watching), ` ${resourceOf(route.kind)}${route.subresource === '' ? '' : `/${route.subresource}`}`);
  if (watching) {
    startWatch(state, route, url.searchParams, exchange);
    return undefined;
  }
  const { 'content-type': contentType = '', 'user-agent': userAgent = '', accept } = exchange.request.headers;
  return serveObjects(state.api, { method, route, query: url.searchParams, contentType, userAgent, text, table: asksForTable(accept) });
}

function startWatch(state: State, route: ObjectRoute, query: URLSearchParams, { request: asked, response }: Exchange): void {
  const named = route.name === '' ? query : new URLSearchParams([...query, ['fieldSelector', `metadata.name=${route.name}`]]);
  const request = {
    kind: route.kind,
    matches: matchesOf(route.namespace, named),
    since: query.get('resourceVersion') ?? undefined,
    initialEvents: query.get('sendInitialEvents') === 'true',
    bookmarks: query.get('allowWatchBookmarks') === 'true',
    table: asksForTable(asked.headers.accept),
    timeoutMs: Number(query.get('timeoutSeconds') ?? 1800) * 1000,
  };
  const watch: Watch = streamChanges(state.api.store, request, response, () => state.watches.delete(watch));
  if (!response.writableEnded) state.watches.add(watch);
}

const healthPaths = ['healthz', 'readyz', 'livez'];

function documentAt({ api }: State, path: readonly string[], { request, response }: Exchange): Body {
  const [root] = path;
  if (path.length === 1 && healthPaths.includes(root ?? '')) return { status: 'ok' };
  const aggregated = (request.headers.accept ?? '').includes('as=APIGroupDiscoveryList');
  if (aggregated && path.length === 1 && (root === 'api' || root === 'apis')) {
    response.setHeader('content-type', 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    return aggregatedDiscovery(api.kinds, root);
  }
  const document = discoveryAt(api.kinds, path);
  if (document === undefined) throw pageNotFound();
  return document;
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

function verbOf(method: string, route: ObjectRoute, watching: boolean): string {
  if (watching) return 'watch';
  return verbs[method] ?? (route.name === '' ? 'list' : 'get');
}

function count({ counts }: State, verb: string, what: string): void {
  counts.set(`${verb}${what}`, (counts.get(`${verb}${what}`) ?? 0) + 1);
}

function checkToken(token: string, authorization: string | undefined): void {
  const basic = /^Basic (.*)$/.exec(authorization ?? '')?.[1];
  const password = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':')[1];
  if (authorization !== `Bearer ${token}` && password !== token) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function sendText(response: ServerResponse, code: number, text: string): undefined {
  response.writeHead(code, { 'content-type': 'application/json' }).end(text);
}

function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const wait = refusal.details['retryAfterSeconds'];
  if (typeof wait === 'number') response.setHeader('retry-after', wait);
  send(response, { code: refusal.code, body: statusOf(refusal) });
}

function send(response: ServerResponse, { code, body }: Reply): void {
  if (response.headersSent) return;
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  response.writeHead(code).end(JSON.stringify(body));
}
