import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { RawClient } from '../contracts/kubernetes/client.ts';
import type { ApiServer } from '../contracts/kubernetes/api-servers.ts';
import { neededBy } from './permissions.ts';

/** One answered request, as the API server's authorizer would see it. */
export type Asked = { readonly token: string; readonly method: string; readonly path: string; readonly code: number };

export type Recorder = {
  readonly url: string;
  asked(token: string): readonly Asked[];
  /** From now on somebody else is first, once for each kind that is written with this token: the object changes, the answer is 409. */
  race(token: string): void;
  stop(): Promise<void>;
};

type Exchange = { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse };

/** Passes everything on to the API server and remembers what was asked, by whom, and the code of the answer. Plain HTTP on loopback. */
export async function startRecorder(api: ApiServer): Promise<Recorder> {
  const asked: Asked[] = [];
  const raced = new Map<string, Set<string>>();
  const agent = new Agent({ keepAlive: true, ca: api.ca });
  const rival = new RawClient(api);
  const isLost = async (token: string, method: string, path: string): Promise<boolean> => {
    const known = raced.get(token);
    const written = writtenKind(method, path);
    if (known === undefined || written === undefined || known.has(written)) return false;
    known.add(written);
    // Another replica writes an Event under the same name.
    if (written === 'events' || (await changeFirst(rival, path))) return true;
    known.delete(written);
    return false;
  };
  const serve = async ({ incoming, outgoing }: Exchange): Promise<void> => {
    const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
    const { method = '', url: path = '' } = incoming;
    const answered = (code: number): void => void asked.push({ token, method, path, code });
    const lost = await isLost(token, method, path);
    if (lost && writtenKind(method, path) !== 'events') {
      answered(409);
      incoming.resume().on('end', () => answerConflict(outgoing));
      return;
    }
    passOn(new URL(path, api.url), agent, { incoming, outgoing }, (response) => {
      answered(lost ? 409 : (response.statusCode ?? 502));
      if (lost) response.resume().on('end', () => answerConflict(outgoing));
      else relay(outgoing, response);
    });
  };
  const server = createServer((incoming, outgoing) => void serve({ incoming, outgoing }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (token) => asked.filter((one) => one.token === token),
    race: (token) => void raced.set(token, new Set()),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      agent.destroy();
      await Promise.all([closed, rival.close()]);
    },
  };
}

/** Plural of the kind that a request changes (patches, evicts) or notes; undefined for everything else. */
function writtenKind(method: string, path: string): string | undefined {
  if (path.includes('dryRun=')) return undefined;
  const [needed] = neededBy({ method, path, code: 200 });
  const plural = needed?.resource.split('/')[0];
  const counts = method === 'PATCH' || needed?.resource === 'pods/eviction' || (method === 'POST' && plural === 'events');
  return counts ? plural : undefined;
}

/** Changes the object that a request is about; false where it is not there. */
async function changeFirst(rival: RawClient, path: string): Promise<boolean> {
  const object = path.replace(/\?.*$/, '').replace(/\/(status|eviction)$/, '');
  const changed = await rival.patch(object, 'merge', { metadata: { annotations: { 'example.com/changed-by': 'somebody-else' } } });
  return changed.code === 200;
}

function passOn(target: URL, agent: Agent, { incoming, outgoing }: Exchange, answered: (response: IncomingMessage) => void): void {
  const upstream = request(target, { agent, method: incoming.method, headers: { ...incoming.headers, host: target.host } });
  upstream.on('response', answered);
  upstream.on('error', () => outgoing.destroy());
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function relay(outgoing: ServerResponse, response: IncomingMessage): void {
  outgoing.writeHead(response.statusCode ?? 502, response.headers);
  // A watch says its first byte when something happens.
  outgoing.flushHeaders();
  response.pipe(outgoing);
  response.on('error', () => outgoing.destroy());
}

function answerConflict(outgoing: ServerResponse): void {
  const message = 'Operation cannot be fulfilled: the object has been modified';
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Conflict', message, code: 409 };
  outgoing.writeHead(409, { 'content-type': 'application/json' }).end(JSON.stringify(status));
}
