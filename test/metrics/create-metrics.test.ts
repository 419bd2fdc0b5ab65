import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/kernel/failure.ts';
import { createMetrics, type Metrics, type MetricsOptions } from '../../src/metrics/create-metrics.ts';
import type { ResolvedMetric } from '../../src/metrics/measured.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => (server.closeAllConnections(), server.close()) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function metrics(options: MetricsOptions = {}): Metrics {
  const made = createMetrics({ allowAddress: () => true, ...options });
  opened.push(made);
  return made;
}

const metric = (prometheus: object): ResolvedMetric => ({ name: 'm', provider: { prometheus: { query: 'up', ...prometheus } } });
const vector = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '0.5'] }] } });
const never = new AbortController().signal;

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const thrown = await promise.catch((error: unknown) => error);
  if (!(thrown instanceof Failure)) throw new Error(`no failure, but ${JSON.stringify(thrown)}`);
  return thrown;
}

describe('measuring with Prometheus', () => {
  it('asks below the path of the address, with the headers of the metric', async () => {
    const seen: unknown[] = [];
    const address = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(request.method, request.url, request.headers['x-scope-orgid'], chunk.toString()));
      request.on('end', () => response.end(vector));
    });
    const given = metric({ address: `${address}/prefix/`, query: 'a{b="c"} > 1', headers: [{ key: 'X-Scope-OrgID', value: 'team' }] });
    const measured = await metrics().measure(given, never);
    expect(measured).toEqual({ value: { type: '[]float64', value: [0.5] }, text: '[0.5]', metadata: {} });
    expect(seen).toEqual(['POST', '/prefix/api/v1/query', 'team', 'query=a%7Bb%3D%22c%22%7D+%3E+1']);
  });

  it('asks by GET where POST is not allowed', async () => {
    const address = await serve((request, response) => {
      response.statusCode = request.method === 'GET' && request.url === '/api/v1/query?query=up' ? 200 : 405;
      response.end(vector);
    });
    expect((await metrics({ defaultPrometheus: address }).measure(metric({}), never)).text).toBe('[0.5]');
  });

  it.each([
    [
      400,
      JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'unknown function "foo"' }),
      'rejected',
      'answered 400: bad_data: unknown function "foo"',
    ],
    [401, '', 'unauthorized', 'answered 401'],
    [404, 'not here', 'not-found', 'answered 404'],
    [503, '', 'server-error', 'answered 503'],
    [200, '<html>', 'broken-answer', 'not of the Prometheus API'],
  ] as const)('%d is a failure of its own', async (status, body, code, sentence) => {
    const address = await serve((_, response) => response.writeHead(status).end(body));
    const failure = await failureOf(metrics().measure(metric({ address }), never));
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(sentence)]);
  });

  it('hears when to come back', async () => {
    const address = await serve((_, response) => response.writeHead(429, { 'retry-after': '7' }).end());
    expect(await failureOf(metrics().measure(metric({ address }), never))).toMatchObject({
      code: 'rate-limited',
      retry: { afterMs: 7000 },
    });
  });

  it('an address where nobody listens is unreachable', async () => {
    const address = await serve((_, response) => response.end());
    await opened.splice(0)[0]?.close();
    const failure = await failureOf(metrics().measure(metric({ address }), never));
    expect([failure.code, failure.message]).toEqual(['unreachable', expect.stringContaining('connection refused')]);
  });

  it('no answer in time and a cancelled question are told apart', async () => {
    const address = await serve(() => undefined);
    expect((await failureOf(metrics({ timeoutMs: 20 }).measure(metric({ address }), never))).code).toBe('timed-out');
    expect((await failureOf(metrics().measure(metric({ address }), AbortSignal.abort()))).code).toBe('cancelled');
  });

  it.each([
    ['closes', (socket: Socket) => socket.destroy()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('a server that %s its connections between two questions is asked again', async (_, end) => {
    const asked: number[] = [];
    const address = await serve((request, response) => {
      asked.push(1);
      if (asked.length === 2) end(request.socket);
      else response.end(vector);
    });
    const made = metrics();
    await made.measure(metric({ address }), never);
    expect((await made.measure(metric({ address }), never)).text).toBe('[0.5]');
  });

  it.each([
    ['no address', {}, 'address is not set and there is no default address'],
    ['a bad one', { address: 'prometheus:9090' }, '"prometheus:9090" is no http or https address'],
    ['no query', { address: 'http://p', query: '' }, 'query is empty'],
    ['a range query', { address: 'http://p', rangeQuery: { step: '1m' } }, 'provider.prometheus.rangeQuery is not supported'],
    ['OAuth', { address: 'http://p', authentication: { sigv4: {}, oauth2: { tokenUrl: 'x' } } }, 'authentication.oauth2 is not supported'],
  ])('%s is told before anybody is asked', async (_, settings, sentence) => {
    expect((await failureOf(metrics().measure(metric(settings), never))).message).toContain(sentence);
  });
});

describe('addresses', () => {
  it.each([
    ['loopback', 'http://127.0.0.1:9'],
    ['loopback in other words', 'http://0x7f.1:9'],
    ['loopback by name', 'http://localhost:9'],
    ['loopback of IPv6', 'http://[::1]:9'],
    ['loopback of IPv4 in IPv6', 'http://[::ffff:127.0.0.1]:9'],
    ['the metadata service', 'http://169.254.169.254'],
    ['link-local', 'http://[fe80::1]'],
    ['a private one', 'http://10.0.0.1'],
  ])('%s is refused', async (_, address) => {
    const failure = await failureOf(metrics({ allowAddress: () => false }).measure(metric({ address }), never));
    expect([failure.code, failure.message]).toEqual([
      'forbidden',
      expect.stringMatching(/which is not asked: (?:loopback|link-local|metadata|private) addresses only where addresses.allow has them$/),
    ]);
  });

  it('an allowed one is told with what it resolved to', async () => {
    const asked: [string, string][] = [];
    const address = await serve((_, response) => response.end(vector));
    const made = metrics({ allowAddress: (url, ip) => asked.push([url.origin, ip]) > 0 });
    await made.measure(metric({ address }), never);
    expect(asked).toEqual([[address, '127.0.0.1']]);
  });
});

it.each([
  ['another provider', { web: { url: 'http://x' } }, 'metric m: provider: got "web", expected one of prometheus'],
  ['none', {}, 'metric m: provider: got "", expected one of prometheus'],
])('%s is refused with those that there are', async (_, provider, sentence) => {
  const failure = await failureOf(metrics().measure({ name: 'm', provider }, never));
  expect([failure.code, failure.message]).toEqual(['unsupported', sentence]);
});
