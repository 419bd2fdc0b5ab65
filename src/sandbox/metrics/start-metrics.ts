import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerQuery, answerQueryRange, type Reply } from './answer-query.ts';
import type { Series } from './promql/value.ts';

export type MetricsServerOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** The series as they are now; asked at every query. */
  readonly source: () => readonly Series[];
  /** Epoch milliseconds; the clock of the machine where absent. */
  readonly now?: () => number;
};

export type MetricsServer = {
  readonly url: string;
  /** Goes away: connections are refused until `resume`, which listens on the same port again. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
};

const largestQuery = 64 * 1024;

/** Starts an HTTP API like Prometheus' on loopback that computes a subset of PromQL from the series of a source. */
export async function startMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  let server = await listen(options, options.port ?? 0);
  const port = portOf(server);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    pause: close,
    resume: async () => {
      if (!server.listening) server = await listen(options, port);
    },
    stop: close,
  };
}

function listen(options: MetricsServerOptions, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, options).then(
      (reply) => write(response, reply),
      () => write(response, { status: 500, body: { status: 'error', errorType: 'internal', error: 'the sandbox failed to answer' } }),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function write(response: ServerResponse, { status, body }: Reply): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}

async function answer(request: IncomingMessage, { source, now = Date.now }: MetricsServerOptions): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  if (url.pathname === '/-/ready' || url.pathname === '/-/healthy') return { status: 200, body: 'The sandbox is ready.\n' };
  if (url.pathname !== '/api/v1/query' && url.pathname !== '/api/v1/query_range') return { status: 404, body: '404 page not found\n' };
  const parameters = await parametersOf(request, url);
  if (typeof parameters === 'number') return { status: parameters, body: 'only GET and POST of a form with a short query\n' };
  return url.pathname === '/api/v1/query' ? answerQuery(parameters, source(), now()) : answerQueryRange(parameters, source());
}

/** The parameters of the address and of a form, or the status of a refusal. */
async function parametersOf(request: IncomingMessage, url: URL): Promise<URLSearchParams | number> {
  if (request.method === 'GET') return url.searchParams;
  if (request.method !== 'POST') return 405;
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) return url.searchParams;
  let form = '';
  for await (const chunk of request) {
    form += String(chunk);
    if (form.length > largestQuery) return 413;
  }
  return new URLSearchParams([...new URLSearchParams(form), ...url.searchParams]);
}
