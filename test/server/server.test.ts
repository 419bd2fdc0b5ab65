import { connect } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/kernel/failure.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { createServiceMetrics } from '../../src/server/metrics.ts';
import { createServer } from '../../src/server/server.ts';
import type { Server, ServerOptions } from '../../src/server/server.ts';

const started: Server[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

async function serve(changes: Partial<ServerOptions> = {}) {
  const logged: unknown[] = [];
  const hints: string[] = [];
  const lines: unknown[] = [];
  const counted: string[] = [];
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    ready: () => ({ ready: true, because: 'all caches are filled' }),
    metricsText: () => Promise.resolve('a_metric 1\n'),
    explain: (namespace, name) => Promise.resolve(name === 'shop' ? { namespace: namespace ?? 'any', name } : undefined),
    onRegistryEvent: ({ image }) => hints.push(image) > 0 && !image.includes('nobody'),
    webhookSecret: new Secret('hush'),
    log: { info: (...line) => lines.push(line), warn: (...line) => lines.push(line), error: (fields) => logged.push(fields) },
    countWebhook: (hook, outcome) => counted.push(`${hook} ${outcome}`),
    ...changes,
  });
  started.push(server);
  return { server, url: await server.start(), logged, hints, lines, counted };
}

const event = (repository: string, more: object = {}) => ({
  action: 'push',
  target: { mediaType: 'x', repository, tag: '1.4.3', digest: 'sha256:0' },
  request: { host: 'registry.example.com:5000' },
  ...more,
});
const notify = (url: string, body: unknown, authorization = 'Bearer hush') =>
  fetch(`${url}/webhooks/registry`, {
    method: 'POST',
    headers: { authorization },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('routes', () => {
  it.each([
    ['GET', '/healthz', 200, 'ok\n'],
    ['HEAD', '/healthz', 200, ''],
    ['GET', '/readyz?verbose', 200, 'ready: all caches are filled\n'],
    ['GET', '/metrics', 200, 'a_metric 1\n'],
    ['GET', '/api/applications/argocd/shop/explain', 200, '{"namespace":"argocd","name":"shop"}\n'],
    ['GET', '/api/applications/shop/explain', 200, '{"namespace":"any","name":"shop"}\n'],
    ['GET', '/api/applications/argocd/nope/explain', 404, '{"error":"there is no Application argocd/nope that this service acts on"}\n'],
    ['GET', '/api/applications/..%2F/shop/explain', 404, expect.stringContaining('nothing is here; try /healthz')],
    ['GET', '/', 404, expect.stringContaining('nothing is here; try /healthz')],
    ['POST', '/hook', 404, expect.stringContaining('/webhooks/registry (or /webhook), /webhooks/git')],
    ['POST', '/metrics', 405, '{"error":"/metrics takes GET"}\n'],
    ['GET', '/webhooks/registry', 405, '{"error":"/webhooks/registry takes POST"}\n'],
  ])('%s %s answers %i', async (method, path, status, text) => {
    const { url } = await serve();
    const response = await fetch(`${url}${path}`, { method });
    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  it('not ready is 503 with the reason', async () => {
    const { url } = await serve({ ready: () => ({ ready: false, because: 'the first lists are under way' }) });
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.text()]).toEqual([503, 'not ready: the first lists are under way\n']);
  });

  it('metrics say which text format they are in', async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/metrics`)).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it.each([
    [
      'a failed attempt gives its sentence',
      new Failure('timed-out', 'registry.example.com: no answer in 30s'),
      502,
      'registry.example.com: no answer in 30s',
    ],
    ['anything else says nothing outside', new Error('token=hush'), 500, 'this service failed; its log says why'],
  ])('%s, and is logged once', async (_, thrown, status, error) => {
    const { url, logged } = await serve({ explain: () => Promise.reject(thrown) });
    const response = await fetch(`${url}/api/applications/argocd/shop/explain`);
    expect([response.status, await response.json()]).toEqual([status, { error }]);
    expect(logged).toEqual([{ path: '/api/applications/argocd/shop/explain', err: thrown }]);
  });

  it('a client that goes away cancels the question', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const { url, logged } = await serve({
      explain: async (_, __, signal) => {
        asked.resolve(signal);
        await once(signal, 'abort');
        throw new Error('cancelled');
      },
    });
    const leaving = new AbortController();
    const response = fetch(`${url}/api/applications/shop/explain`, { signal: leaving.signal });
    const signal = await asked.promise;
    leaving.abort();
    await expect(response).rejects.toThrow();
    if (!signal.aborted) await once(signal, 'abort');
    expect(logged).toEqual([]);
  });
});

describe('the registry webhook', () => {
  it('hints at each image that got a tag, once', async () => {
    const { url, hints } = await serve();
    const response = await notify(url, { events: [event('team/shop'), event('team/shop'), event('team/web')] });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ looking: ['registry.example.com:5000/team/shop', 'registry.example.com:5000/team/web'] });
    expect(hints).toEqual(['registry.example.com:5000/team/shop', 'registry.example.com:5000/team/web']);
  });

  it.each([
    ['a pull', event('team/shop', { action: 'pull' })],
    ['a push by digest', event('team/shop', { target: { repository: 'team/shop' } })],
    ['a repository outside of the grammar', event('Team/../shop')],
    ['a host that would be read as a repository of Docker Hub', event('shop', { request: { host: 'registry' } })],
    ['an event of another shape', { action: 'push' }],
    ['no event at all', 7],
  ])('passes over %s', async (_, one) => {
    const { url, hints } = await serve();
    expect((await notify(url, { events: [one] })).status).toBe(202);
    expect(hints).toEqual([]);
  });

  it.each([
    ['no header', '', 401, 'expected the webhook secret in the header Authorization (alone or after Bearer), X-Gitlab-Token'],
    ['another secret', 'Bearer husk', 401, 'expected the webhook secret in the header Authorization'],
    ['the secret as another scheme', 'Basic hush', 401, 'expected the webhook secret in the header Authorization'],
    ['an empty token', 'Bearer ', 401, 'expected the webhook secret in the header Authorization'],
  ])('refuses %s', async (_, authorization, status, because) => {
    const { url, hints } = await serve();
    const response = await notify(url, { events: [event('team/shop')] }, authorization);
    expect([response.status, await response.json()]).toEqual([status, { error: expect.stringContaining(because) as unknown }]);
    expect(hints).toEqual([]);
  });

  it.each([
    ['is empty', '', 400, 'the body is empty'],
    ['is no JSON', '{', 400, "the body is no JSON (Expected property name or '}' in JSON at position 1"],
    ['is no JSON, and quotes none of it', 'hush:hush', 400, "the body is no JSON (Unexpected token 'h')"],
    ['is of no form', [], 400, 'expected a notification of one of these forms: distribution and GitLab ("events"), '],
    ['is too long', ' '.repeat(2 ** 20 + 1), 413, 'at most 1048576 bytes'],
  ])('refuses what %s', async (_, body, status, because) => {
    const { url } = await serve();
    const response = await notify(url, body);
    expect([response.status, await response.json()]).toEqual([status, { error: expect.stringContaining(because) as unknown }]);
  });

  it('tells apart what somebody watches, what nobody does, and what cannot be an image', async () => {
    const { url, lines, counted } = await serve();
    const long = 'a'.repeat(300);
    const events = [event('team/shop'), event('Team/Nobody'), event('shop', { request: { host: 'registry' } }), event(`${long}/../b`), 7];
    const response = await notify(url, { events }).then((answer) => answer.json());
    const said = {
      looking: ['registry.example.com:5000/team/shop'],
      notWatched: ['registry.example.com:5000/team/nobody'],
      passedOver: [
        '"registry/shop" because "registry" is no host with a dot or a port',
        `"registry.example.com:5000/${'a'.repeat(74)}..." because it is no name of an image`,
        'an event because action, target.repository or request.host is missing',
      ],
    };
    expect(response).toEqual(said);
    expect(lines).toEqual([[{ path: '/webhooks/registry', ...said }, 'took a webhook']]);
    expect(counted).toEqual(['registry taken']);
  });

  it.each([
    ['/webhook/?type=docker.io&secret=hush', 202, 'taken', { looking: [] }],
    ['/webhooks/registry/?secret=hush', 202, 'taken', { looking: [] }],
    [
      '/webhooks/registry?secret=husk',
      401,
      '401',
      { status: 401, because: expect.stringContaining('or ?secret= in the address') as string },
    ],
    [
      '/webhook?secret=hush&registry_url=nowhere',
      400,
      '400',
      { status: 400, because: expect.stringMatching(/^registry_url: got "nowhere", /) as string },
    ],
  ])('%s answers %i; the log and a count say so, and never the query', async (path, status, outcome, fields) => {
    const { url, lines, counted } = await serve();
    const response = await fetch(`${url}${path}`, { method: 'POST', body: '{"events":[]}' });
    expect(response.status).toBe(status);
    const [address] = path.split('?');
    expect(lines).toEqual([[{ path: address, ...fields }, outcome === 'taken' ? 'took a webhook' : 'refused a webhook']]);
    expect(counted).toEqual([`registry ${outcome}`]);
  });

  it('logs no more of many names than can be read', async () => {
    const { url, lines } = await serve();
    const events = Array.from({ length: 50 }, (_, number) => event(`team/shop-${number}`));
    const looking = events.map(({ target }) => `registry.example.com:5000/${target.repository}`);
    expect(await (await notify(url, { events })).json()).toEqual({ looking });
    expect(lines).toEqual([[{ path: '/webhooks/registry', looking: looking.slice(0, 20) }, 'took a webhook']]);
  });

  it('counts the bytes that come, whatever was announced', async () => {
    const { url } = await serve();
    const body = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent <= 2 ** 20; sent += 2 ** 16) controller.enqueue(new Uint8Array(2 ** 16));
        controller.close();
      },
    });
    const response = await fetch(`${url}/webhooks/registry`, {
      method: 'POST',
      headers: { authorization: 'Bearer hush' },
      body,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
  });

  it.each([
    ['announced', `content-length: ${5 * 2 ** 20}`, ['', '']],
    ['not announced', 'transfer-encoding: chunked', ['80000\r\n', '\r\n']],
  ])('lets a slow sender of too much finish, so that it hears why: %s', async (_, length, [before, after]) => {
    const { url } = await serve();
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
    const heard = text(socket);
    socket.write(`POST /webhooks/registry HTTP/1.1\r\nhost: x\r\nauthorization: Bearer hush\r\n${length}\r\n\r\n`);
    const part = `${before}${' '.repeat(2 ** 19)}${after}`;
    for (let parts = 0; parts < 10; parts += 1) {
      await new Promise<void>((sent, failed) => socket.write(part, (error) => (error ? failed(error) : sent())));
      await new Promise((turn) => setImmediate(turn));
    }
    if (before !== '') socket.write('0\r\n\r\n');
    expect(await heard).toMatch(/^HTTP\/1\.1 413 .*at most 1048576 bytes/s);
  });

  it('is off without a secret, and says how to turn it on', async () => {
    const server = createServer({
      host: '127.0.0.1',
      port: 0,
      ready: () => ({ ready: true, because: '' }),
      metricsText: () => Promise.resolve(''),
      onRegistryEvent: () => true,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    started.push(server);
    const response = await notify(await server.start(), { events: [] });
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: 'webhooks are off: set webhooks.secretEnv or webhooks.secretFile' },
    ]);
  });
});

describe('starting and closing', () => {
  it('a taken port is a sentence', async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    await expect(serve({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`);
  });

  it('answers what began, and takes no more', async () => {
    const [asked, answer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<string>()];
    const { server, url } = await serve({
      metricsText: () => {
        asked.resolve(undefined);
        return answer.promise;
      },
    });
    const response = fetch(`${url}/metrics`);
    await asked.promise;
    const closed = server.close();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
    answer.resolve('last 1\n');
    expect(await (await response).text()).toBe('last 1\n');
    await closed;
    await server.close();
  });
});

it('the service’s own metrics are in the text, with queue lengths as they are now', async () => {
  const metrics = createServiceMetrics();
  metrics.observeRun('updates', 250, 'ok');
  metrics.countRegistryRequest('ghcr.io', 'ok');
  metrics.countGit('push', 'raced');
  metrics.countCommits('lower', 2);
  metrics.countDecision('raise');
  metrics.countVerdict('failed');
  metrics.countWebhook('git', '401');
  await metrics.text({ syncs: 9 });
  const text = await metrics.text({ syncs: 3 });
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'windlass_reconcile_seconds_sum{queue="updates",outcome="ok"} 0.25',
      'windlass_registry_requests_total{host="ghcr.io",outcome="ok"} 1',
      'windlass_git_operations_total{operation="push",outcome="raced"} 1',
      'windlass_git_commits_total{kind="lower"} 2',
      'windlass_decisions_total{kind="raise"} 1',
      'windlass_verdicts_total{kind="failed"} 1',
      'windlass_webhooks_total{hook="git",outcome="401"} 1',
      'windlass_queue_depth{queue="syncs"} 3',
    ]),
  );
  expect(text).toContain('process_resident_memory_bytes');
});
