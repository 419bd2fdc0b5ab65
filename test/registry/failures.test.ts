import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/kernel/failure.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { connectionFailure } from '../../src/registry/broken-connection.ts';
import type { RegistryClient, RegistryClientOptions } from '../../src/registry/client.ts';
import { createLocalClient } from './local-client.ts';
import type { Scripted } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

const stops: (() => Promise<void>)[] = [];
const now = Date.parse('2026-01-31T12:00:00Z');

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function clientOf(options: RegistryClientOptions = {}): RegistryClient {
  const client = createLocalClient({ now: () => now, ...options });
  stops.push(() => client.close());
  return client;
}

async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const thrown = await attempt.catch((error: unknown) => error);
  if (thrown instanceof Failure) return thrown;
  throw new Error(`expected a Failure, got ${String(thrown)}`);
}

const denied = JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access is denied' }] });

describe('each status has its failure, for lists and manifests alike', () => {
  it.each<[number, Scripted, string, string]>([
    [400, {}, 'rejected', '400 for team/shop'],
    [403, { body: denied }, 'forbidden', 'DENIED: requested access is denied'],
    [405, {}, 'rejected', '405 for team/shop'],
    [409, {}, 'conflict', '409 for team/shop'],
    [410, {}, 'gone', '410 for team/shop'],
    [418, {}, 'rejected', '418 for team/shop'],
    [429, {}, 'rate-limited', '429 for team/shop'],
    [500, { body: 'oops' }, 'server-error', '500 for team/shop'],
    [503, {}, 'server-error', '503 for team/shop'],
    [204, {}, 'broken-answer', '204 for team/shop'],
    [304, {}, 'broken-answer', '304 for team/shop'],
  ])('%i', async (status, scripted, code, text) => {
    const server = await startScripted(() => ({ ...scripted, status }));
    stops.push(() => server.stop());
    const image = `${server.host}/team/shop`;
    const { signal } = new AbortController();
    const listed = await failureOf(clientOf().list(image, { apiUrl: server.url }, signal));
    expect(listed).toMatchObject({ code, message: containing(`${server.host}: `), retry: undefined });
    expect(listed.message).toContain(text);
    expect(listed.message).toContain('(list tags, without a credential)');
    expect(await failureOf(clientOf().facts(image, '1.0', { apiUrl: server.url }, signal))).toMatchObject({ code });
    expect(await failureOf(clientOf().served(image, '1.0', { apiUrl: server.url }, signal))).toMatchObject({ code });
  });

  it('is a short sentence, however many errors the body holds, and without the credential, however it is spelled there', async () => {
    const password = 'p@ss [skip ci]word';
    const errors = Array.from({ length: 10_000 }, () => ({ code: 'DENIED', message: `${password} is wrong` }));
    const server = await startScripted(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
        : { status: 403, body: JSON.stringify({ errors }) },
    );
    stops.push(() => server.stop());
    const access = { apiUrl: server.url, credential: { username: 'bot', password: new Secret(password) } };
    const { message } = await failureOf(clientOf().list(`${server.host}/team/shop`, access, new AbortController().signal));
    expect(message).toMatch(/as bot\): (?:DENIED: \*\*\* is wrong(?:; |$)){3}$/);
  });

  it('404 of a list is not-found', async () => {
    const body = JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'no such\nrepository' }] });
    const server = await startScripted(() => ({ status: 404, body }));
    stops.push(() => server.stop());
    const failure = await failureOf(clientOf().list(`${server.host}/team/shop`, { apiUrl: server.url }, new AbortController().signal));
    expect(failure).toMatchObject({
      code: 'not-found',
      message: `${server.host}: 404 for team/shop (list tags, without a credential): NAME_UNKNOWN: no such repository`,
    });
  });

  it.each([
    [429, 'rate-limited', '30', 30_000],
    [429, 'rate-limited', 'Sat, 31 Jan 2026 12:02:00 GMT', 120_000],
    [503, 'server-error', '5', 5000],
  ])('%i is %s and says when to come back (%s)', async (status, code, header, afterMs) => {
    const server = await startScripted(() => ({ status, headers: { 'retry-after': header } }));
    stops.push(() => server.stop());
    const failure = await failureOf(clientOf().list(`${server.host}/team/shop`, { apiUrl: server.url }, new AbortController().signal));
    expect(failure).toMatchObject({ code, retry: { afterMs } });
  });
});

describe('no answer', () => {
  it.each([
    [
      'list',
      (client: RegistryClient, host: string, signal: AbortSignal) => client.list(`${host}/a/b`, { apiUrl: `http://${host}` }, signal),
    ],
    [
      'served',
      (client: RegistryClient, host: string, signal: AbortSignal) =>
        client.served(`${host}/a/b`, '1', { apiUrl: `http://${host}` }, signal),
    ],
  ])('a registry that stalls times %s out', async (_, ask) => {
    const server = await startScripted(() => 'hang');
    stops.push(() => server.stop());
    const failure = await failureOf(ask(clientOf({ timeoutMs: 50 }), server.host, new AbortController().signal));
    expect(failure).toMatchObject({ code: 'timed-out', message: containing('no answer within 50ms for a/b') });
  });

  it('our own signal cancels, before and while the registry is asked', async () => {
    const controller = new AbortController();
    const server = await startScripted(() => {
      controller.abort();
      return 'hang';
    });
    stops.push(() => server.stop());
    const client = clientOf();
    const ask = (): Promise<unknown> => client.list(`${server.host}/a/b`, { apiUrl: server.url }, controller.signal);
    expect(await failureOf(ask())).toMatchObject({ code: 'cancelled', message: containing('cancelled for a/b') });
    expect(await failureOf(ask())).toMatchObject({ code: 'cancelled' });
    expect(server.seen).toHaveLength(1);
  });

  it('a request that waits for its turn can be cancelled too, and does not use up its time', async () => {
    const controller = new AbortController();
    const server = await startScripted(({ target }) => {
      queueMicrotask(() => controller.abort());
      return target.includes('slow') ? 'hang' : { body: '{"tags":[]}' };
    });
    stops.push(() => server.stop());
    const client = clientOf({ timeoutMs: 2000, limits: { inFlightPerHost: 1 } });
    const { signal } = new AbortController();
    const slow = failureOf(client.list(`${server.host}/slow`, { apiUrl: server.url }, signal));
    const waiting = failureOf(client.list(`${server.host}/a`, { apiUrl: server.url }, controller.signal));
    const next = client.list(`${server.host}/b`, { apiUrl: server.url }, signal);
    expect(await waiting).toMatchObject({ code: 'cancelled' });
    expect(await slow).toMatchObject({ code: 'timed-out' });
    expect(await next).toMatchObject({ tags: [] });
    expect(server.seen.map(({ target }) => target)).toEqual(['/v2/slow/tags/list?n=1000', '/v2/b/tags/list?n=1000']);
  });

  it('closing the client cancels what it is doing', async () => {
    const server = await startScripted(() => {
      void client.close();
      return 'hang';
    });
    stops.push(() => server.stop());
    const client = createLocalClient();
    const failure = await failureOf(client.list(`${server.host}/a/b`, { apiUrl: server.url }, new AbortController().signal));
    expect(failure).toMatchObject({ code: 'cancelled', message: containing('the client was closed for a/b') });
  });

  it('a failure behind a redirect names the host that failed', async () => {
    const storage = await startScripted(() => ({ status: 503 }));
    const server = await startScripted(() => ({ status: 307, headers: { location: storage.url } }));
    stops.push(
      () => storage.stop(),
      () => server.stop(),
    );
    const failure = await failureOf(clientOf().list(`${server.host}/a/b`, { apiUrl: server.url }, new AbortController().signal));
    expect(failure).toMatchObject({ code: 'server-error', message: containing(`${storage.host}: 503 for a/b`) });
  });

  it('nobody listening is unreachable', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const host = `127.0.0.1:${port}`;
    const failure = await failureOf(clientOf().list(`${host}/a/b`, { apiUrl: `http://${host}` }, new AbortController().signal));
    expect(failure).toMatchObject({
      code: 'unreachable',
      message: `${host}: no connection for a/b (list tags, without a credential): ECONNREFUSED`,
    });
  });

  it('a server without TLS says how its address is set', async () => {
    const server = await startScripted(() => ({}));
    stops.push(() => server.stop());
    const failure = await failureOf(
      clientOf().list(`${server.host}/a/b`, { apiUrl: `https://${server.host}` }, new AbortController().signal),
    );
    expect(failure).toMatchObject({
      code: 'unreachable',
      message: `${server.host}: no connection for a/b (list tags, without a credential): it speaks plain HTTP; set its apiUrl in registries.hosts to http://${server.host}`,
    });
  });

  it('a name without an address is said as one', () => {
    const question = {
      ...{ method: 'GET' as const, url: new URL('https://ghrc.example/v2/'), accept: '*/*', repository: 'a/b' },
      ...{ trying: 'list tags', maxBytes: 1, signal: new AbortController().signal },
    };
    const thrown = Object.assign(new Error('getaddrinfo ENOTFOUND ghrc.example'), { code: 'ENOTFOUND' });
    expect(connectionFailure(question, thrown)).toMatchObject({
      code: 'unreachable',
      message:
        'ghrc.example: no connection for a/b (list tags, without a credential): there is no host ghrc.example; where its API is elsewhere, set apiUrl in registries.hosts',
    });
  });

  it('a connection that breaks is tried three times, then unreachable', async () => {
    const server = await startScripted(() => 'drop');
    stops.push(() => server.stop());
    const failure = await failureOf(clientOf().list(`${server.host}/a/b`, { apiUrl: server.url }, new AbortController().signal));
    expect(failure.code).toBe('unreachable');
    expect(server.seen).toHaveLength(3);
  });

  it('something that does not speak HTTP is a broken answer', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(() => resolve())));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const failure = await failureOf(clientOf().list(`${host}/a/b`, { apiUrl: `http://${host}` }, new AbortController().signal));
    expect(failure).toMatchObject({ code: 'broken-answer', message: containing('an answer that is not HTTP') });
  });
});
