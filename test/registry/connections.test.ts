import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createSecureServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAddressRule } from '../../src/egress/addresses.ts';
import type { RegistryClient, RegistryClientOptions } from '../../src/registry/client.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import type { Authority } from './authority.ts';
import { createAuthority } from './authority.ts';
import { createLocalClient } from './local-client.ts';
import type { Scripted } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const { signal } = new AbortController();
const stops: (() => Promise<unknown>)[] = [];
let authority: Authority;

beforeAll(() => {
  authority = createAuthority();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function kept(client: RegistryClient): RegistryClient {
  stops.push(() => client.close());
  return client;
}

const list = (client: RegistryClient, apiUrl: string) => client.list('registry.example.com/team/shop', { apiUrl }, signal);

async function listen(server: Server & { closeAllConnections?: () => void }): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections?.();
      }),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a registry with a certificate of its own authority', () => {
  let host = '';
  let stop: () => void;
  const answer = (_: IncomingMessage, response: ServerResponse) => void response.end('{"tags":["1"]}');

  beforeAll(async () => {
    const server = createSecureServer({ cert: authority.cert, key: authority.key }, answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `localhost:${(server.address() as AddressInfo).port}`;
    stop = () => {
      server.close();
      server.closeAllConnections();
    };
  });
  afterAll(() => stop());

  const clientFor = (own: Partial<NonNullable<RegistryClientOptions['hosts']>[number]>) =>
    kept(createLocalClient({ hosts: [{ prefix: 'registry.example.com', apiUrl: `https://${host}`, ...own }] }));

  it('is trusted by that authority, or where the settings say so', async () => {
    expect(await list(clientFor({ ca: authority.ca }), `https://${host}`)).toMatchObject({ tags: ['1'] });
    expect(await list(clientFor({ insecure: true }), `https://${host}`)).toMatchObject({ tags: ['1'] });
  });

  it.each([
    ['without it', () => ({})],
    ['by another one', () => ({ ca: createAuthority().ca })],
  ])('is not trusted %s', async (_, own) => {
    await expect(list(clientFor(own()), `https://${host}`)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED|UNABLE_TO_GET_ISSUER/) as string,
    });
  });

  it('is trusted for its own address alone', async () => {
    const other = kept(createLocalClient({ hosts: [{ prefix: 'x', apiUrl: 'https://localhost:1', insecure: true }] }));
    await expect(list(other, `https://${host}`)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

it.each([
  [false, '1.1'],
  [true, '2.0'],
])('HTTP/2 is spoken only where the settings say so (%s)', async (http2, version) => {
  const seen: string[] = [];
  const server = createHttp2Server({ allowHTTP1: true, cert: authority.cert, key: authority.key }, (request, response) => {
    seen.push(request.httpVersion);
    response.end('{"tags":["1"]}');
  });
  server.on('session', (session) => stops.unshift(() => Promise.resolve(session.destroy())));
  const apiUrl = `https://${await listen(server)}`;
  const client = kept(createLocalClient({ http2, hosts: [{ prefix: 'x', apiUrl, ca: authority.ca }] }));
  const many = await Promise.all(Array.from({ length: 8 }, () => list(client, apiUrl)));
  expect(many.every(({ tags }) => tags.includes('1'))).toBe(true);
  expect(new Set(seen)).toEqual(new Set([version]));
  await client.close();
});

describe('an address is checked', () => {
  const guarded = (allow: readonly string[], hosts: RegistryClientOptions['hosts'] = []) =>
    kept(createRegistryClient({ allowAddress: createAddressRule(allow), hosts, retryMs: 1 }));
  const serve = async (answer: Scripted = { body: '{"tags":["1"]}' }) => {
    const server = await startScripted(() => answer);
    stops.push(() => server.stop());
    return server;
  };

  it.each([
    ['loopback', 'http://127.0.0.1:1', /loopback addresses only where addresses\.allow has them$/],
    ['a name of it', 'http://localhost:1', /loopback/],
    ['the metadata service', 'http://169.254.169.254', /169\.254\.169\.254, which is not asked: metadata addresses/],
    ['the metadata service of IPv6', 'http://[fd00:ec2::254]', /metadata addresses/],
    ['the metadata service in other clothes', 'http://[::ffff:169.254.169.254]', /metadata addresses/],
    ['a private address', 'http://10.0.0.1', /private addresses/],
  ])('%s is not asked by default', async (_, apiUrl, sentence) => {
    await expect(list(guarded([]), apiUrl)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(sentence) as string,
    });
  });

  it('a metadata service is not meant by a block, nor by a registry of the settings', async () => {
    const apiUrl = 'http://169.254.169.254';
    const client = guarded(['169.254.0.0/16'], [{ prefix: 'x', apiUrl }]);
    await expect(list(client, apiUrl)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('and asked where addresses.allow or the registries of the settings have it', async () => {
    const server = await serve();
    expect(await list(guarded(['127.0.0.0/8']), server.url)).toMatchObject({ tags: ['1'] });
    expect(await list(guarded([], [{ prefix: 'x', apiUrl: server.url }]), server.url)).toMatchObject({ tags: ['1'] });
    await expect(list(guarded([], [{ prefix: 'x', apiUrl: 'http://127.0.0.1:1' }]), server.url)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it.each<[string, (elsewhere: string) => Scripted]>([
    ['a redirect', (elsewhere) => ({ status: 307, headers: { location: `${elsewhere}/x` } })],
    ['a link to the next page', (elsewhere) => ({ body: '{"tags":["1"]}', headers: { link: `<${elsewhere}/x>; rel="next"` } })],
    ['a token server', (elsewhere) => ({ status: 401, headers: { 'www-authenticate': `Bearer realm="${elsewhere}/x"` } })],
  ])('%s leads nowhere that it may not', async (_, answer) => {
    const inner = await serve();
    const server = await serve(answer(inner.url));
    const client = guarded([], [{ prefix: 'x', apiUrl: server.url }]);
    await expect(list(client, server.url)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining(`${inner.host} is at 127.0.0.1, which is not asked`) as string,
    });
    expect(inner.seen).toEqual([]);
  });
});
