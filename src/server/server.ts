import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { Answers } from './answers.ts';
import { refusal, send } from './reply.ts';
import type { Reply } from './reply.ts';
import { answerRequest } from './routes.ts';

export type ServerOptions = Answers & { readonly host: string; readonly port: number };

export interface Server {
  /** Listens; answers the address. Throws `Failure` where the port is taken or not permitted. */
  start(): Promise<string>;
  /** Takes no more requests and resolves when those that began are answered. */
  close(): Promise<void>;
}

/** Metrics, probes, webhooks and the API. A port of 0 means any free one. Nothing listens before `start`. */
export function createServer(options: ServerOptions): Server {
  const server = createHttpServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 }, (request, response) => {
    // A connection that stays open after the last answer would hold `close` up.
    void serve(options, request, response, () => (server.listening ? {} : { connection: 'close' }));
  });
  return { start: () => listen(server, options), close: () => close(server) };
}

async function serve(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  headers: () => Readonly<Record<string, string>>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const reply = await answer(options, request, gone.signal);
  if (response.destroyed) return;
  send(response, { ...reply, headers: { ...reply.headers, ...headers() } }, request.method === 'HEAD');
}

async function answer(options: ServerOptions, request: IncomingMessage, signal: AbortSignal): Promise<Reply> {
  const [path = '', ...queried] = (request.url ?? '').replace(/#.*$/s, '').split('?');
  try {
    return await answerRequest(options, { request, path, query: new URLSearchParams(queried.join('?')), signal });
  } catch (thrown) {
    if (signal.aborted) return refusal(499, 'the client went away');
    options.log.error({ path, err: thrown }, 'a request failed');
    return thrown instanceof Failure ? refusal(502, thrown.message) : refusal(500, 'this service failed; its log says why');
  }
}

function listen(server: HttpServer, { host, port }: ServerOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new Failure('rejected', `cannot listen on ${host}:${port}: ${sentenceOf(cause)}`, { cause })));
    server.listen({ host, port }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

function close(server: HttpServer): Promise<void> {
  if (!server.listening) return Promise.resolve();
  // Idle connections are closed with it (Node.js 19 and later); busy ones after their answer.
  return new Promise((resolve) => server.close(() => resolve()));
}
