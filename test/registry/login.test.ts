import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { RegistryClient, RegistryClientOptions } from '../../src/registry/client.ts';
import { createLocalClient } from './local-client.ts';
import type { RegistryAccess } from '../../src/registry/listing.ts';
import { pushImage } from '../../src/sandbox/registry/push.ts';
import type { RegistryOptions, SandboxRegistry } from '../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../src/sandbox/registry/start-registry.ts';
import type { Scripted, ScriptedServer, Seen } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

const { signal } = new AbortController();
const stops: (() => Promise<void>)[] = [];
const known = { username: 'bot', password: 's3cret' };
const bot = { username: 'bot', password: new Secret('s3cret') };

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function clientOf(options: RegistryClientOptions = {}): RegistryClient {
  const client = createLocalClient(options);
  stops.push(() => client.close());
  return client;
}

async function registryOf(options: RegistryOptions): Promise<SandboxRegistry> {
  const registry = await startRegistry({ credential: known, ...options });
  stops.push(() => registry.stop());
  await pushImage(registry.url, 'team/shop', '1.0.0', { credential: known });
  return registry;
}

async function scripted(answer: (seen: Seen, url: string) => Scripted): Promise<ScriptedServer> {
  const server = await startScripted(answer);
  stops.push(() => server.stop());
  return server;
}

/** How often each route was asked since `before`. */
function since(registry: SandboxRegistry, before: ReadonlyMap<string, number>): Record<string, number> {
  const counts = [...registry.requests].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const tags = { body: '{"tags":["1"]}' };

function listOf(client: RegistryClient, server: { host: string; url: string }, access: Partial<RegistryAccess> = {}): Promise<unknown> {
  return client.list(`${server.host}/team/shop`, { apiUrl: server.url, ...access }, signal);
}

describe('bearer tokens', () => {
  it.each(['token', 'access_token'] as const)('one token serves many requests (%s)', async (tokenField) => {
    const registry = await registryOf({ auth: 'bearer', tokenField });
    const before = new Map(registry.requests);
    const client = clientOf();
    for (let round = 0; round < 3; round++) expect(await listOf(client, registry, { credential: bot })).toMatchObject({ tags: ['1.0.0'] });
    expect(since(registry, before)).toEqual({ 'GET tags': 4, 'GET token': 1 });
  });

  it('requests at the same time share one token', async () => {
    const registry = await registryOf({ auth: 'bearer' });
    const before = new Map(registry.requests);
    const client = clientOf();
    await Promise.all(Array.from({ length: 8 }, () => listOf(client, registry, { credential: bot })));
    expect(since(registry, before)['GET token']).toBe(1);
  });

  it('a token is per repository and credential', async () => {
    const registry = await registryOf({ auth: 'bearer' });
    const client = clientOf();
    await listOf(client, registry, { credential: bot });
    await expect(listOf(client, registry)).rejects.toMatchObject({ code: 'unauthorized' });
    const wrong = { username: 'bot', password: new Secret('guess') };
    await expect(listOf(client, registry, { credential: wrong })).rejects.toMatchObject({
      code: 'unauthorized',
      message: `${registry.host}: 401 for team/shop (token for ${registry.host}, as bot): UNAUTHORIZED: authentication required`,
    });
  });

  it('is renewed before it ends, without a refused request', async () => {
    const registry = await registryOf({ auth: 'bearer', tokenSeconds: 300 });
    const before = new Map(registry.requests);
    let now = 0;
    const client = clientOf({ now: () => now });
    await listOf(client, registry, { credential: bot });
    now = 289_000;
    await listOf(client, registry, { credential: bot });
    expect(since(registry, before)).toEqual({ 'GET tags': 3, 'GET token': 1 });
    now = 291_000;
    await listOf(client, registry, { credential: bot });
    expect(since(registry, before)).toEqual({ 'GET tags': 4, 'GET token': 2 });
  });

  it('is renewed once when the registry has forgotten it, by many requests together', async () => {
    const registry = await registryOf({ auth: 'bearer' });
    const client = clientOf();
    await listOf(client, registry, { credential: bot });
    registry.revokeTokens();
    const before = new Map(registry.requests);
    await Promise.all(Array.from({ length: 4 }, () => listOf(client, registry, { credential: bot })));
    expect(since(registry, before)['GET token']).toBe(1);
  });

  it('a fresh token that is refused is unauthorized, after one renewal', async () => {
    const server = await scripted(({ target }, url) =>
      target.startsWith('/token')
        ? { body: '{"token":"t"}' }
        : { status: 401, headers: { 'www-authenticate': `Bearer realm="${url}/token"` } },
    );
    await expect(listOf(clientOf(), server, { credential: bot })).rejects.toMatchObject({
      code: 'unauthorized',
      message: `${server.host}: 401 for team/shop (list tags, as bot)`,
    });
    expect(server.seen).toHaveLength(3);
  });

  it('asks with service and every scope that the registry wanted', async () => {
    const server = await scripted(({ target, headers }, url) => {
      const action = target.includes('/tags/') ? 'metadata_read' : 'pull';
      if (target.startsWith('/token')) return { body: JSON.stringify({ access_token: Buffer.from(target).toString('base64url') }) };
      const scopes = Buffer.from(headers.authorization?.slice('Bearer '.length) ?? '', 'base64url').toString();
      if (scopes.includes(action)) return { ...tags, headers: { 'docker-content-digest': `sha256:${'1'.repeat(64)}` } };
      const challenge = `Bearer realm="${url}/token?account=a",service="reg, one",scope="repository:team/shop:${action}"`;
      return { status: 401, headers: { 'www-authenticate': challenge } };
    });
    const client = clientOf();
    for (let round = 0; round < 2; round++) {
      await listOf(client, server, { credential: bot });
      await client.served(`${server.host}/team/shop`, '1', { apiUrl: server.url, credential: bot }, signal);
    }
    const asked = server.seen.filter(({ target }) => target.startsWith('/token'));
    expect(asked.map(({ target }) => [...new URL(target, server.url).searchParams])).toEqual([
      [
        ['account', 'a'],
        ['service', 'reg, one'],
        ['scope', 'repository:team/shop:metadata_read'],
      ],
      [
        ['account', 'a'],
        ['service', 'reg, one'],
        ['scope', 'repository:team/shop:metadata_read'],
        ['scope', 'repository:team/shop:pull'],
      ],
    ]);
  });

  it.each<[string, Scripted, string, string]>([
    ['is forbidden', { status: 403 }, 'forbidden', '403 for team/shop (token for'],
    ['fails', { status: 500 }, 'server-error', '500 for team/shop (token for'],
    ['is busy', { status: 429, headers: { 'retry-after': '3' } }, 'rate-limited', 'asks to wait 3s'],
    ['sends no token', { body: '{}' }, 'broken-answer', 'an answer without a token'],
    ['sends nothing', {}, 'broken-answer', 'an answer without a token'],
    ['sends a token that is no header', { body: '{"token":"a\\r\\nb"}' }, 'broken-answer', 'an answer without a token'],
  ])('a token server that %s', async (_, token, code, text) => {
    const server = await scripted(({ target }, url) =>
      target.startsWith('/token') ? token : { status: 401, headers: { 'www-authenticate': `Bearer realm="${url}/token"` } },
    );
    await expect(listOf(clientOf(), server)).rejects.toMatchObject({ code, message: containing(text) });
  });
});

describe('Basic', () => {
  it('is sent at once after the first time', async () => {
    const registry = await registryOf({ auth: 'basic' });
    const before = new Map(registry.requests);
    const client = clientOf();
    await listOf(client, registry, { credential: bot });
    await listOf(client, registry, { credential: bot });
    expect(since(registry, before)).toEqual({ 'GET tags': 3 });
  });

  it.each([
    ['no credential', undefined, 'without a credential'],
    ['a wrong password', { username: 'bot', password: new Secret('guess') }, 'as bot'],
  ])('%s is unauthorized', async (_, credential, who) => {
    const registry = await registryOf({ auth: 'basic' });
    await expect(listOf(clientOf(), registry, credential === undefined ? {} : { credential })).rejects.toMatchObject({
      code: 'unauthorized',
      message: `${registry.host}: 401 for team/shop (list tags, ${who}): UNAUTHORIZED: authentication required`,
    });
  });

  it.each([
    ['another scheme', { 'www-authenticate': 'Negotiate' }, 'it offers negotiate, expected a Bearer or Basic challenge'],
    ['no challenge', {}, 'it offers nothing'],
  ])('a 401 with %s says what it offers', async (_, headers, text) => {
    const server = await scripted(() => ({ status: 401, headers }));
    await expect(listOf(clientOf(), server, { credential: bot })).rejects.toMatchObject({
      code: 'unauthorized',
      message: containing(text),
    });
  });
});

describe('where a credential does not go', () => {
  it('a redirect to another host is followed without Authorization', async () => {
    const elsewhere = await scripted(() => tags);
    const server = await scripted(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic' } }
        : { status: 307, headers: { location: `${elsewhere.url}/moved` } },
    );
    expect(await listOf(clientOf(), server, { credential: bot })).toMatchObject({ tags: ['1'] });
    expect(elsewhere.seen).toEqual([expect.objectContaining({ target: '/moved' })]);
    expect(elsewhere.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('a redirect on the same host keeps it, relative too', async () => {
    const server = await scripted(({ target, headers }) => {
      if (headers.authorization === undefined) return { status: 401, headers: { 'www-authenticate': 'Basic' } };
      return target === '/moved' ? tags : { status: 302, headers: { location: '/moved' } };
    });
    expect(await listOf(clientOf(), server, { credential: bot })).toMatchObject({ tags: ['1'] });
  });

  it('a 401 of the host behind a redirect is not answered', async () => {
    const elsewhere = await scripted(() => ({ status: 401, headers: { 'www-authenticate': 'Basic' } }));
    const server = await scripted(() => ({ status: 307, headers: { location: elsewhere.url } }));
    await expect(listOf(clientOf(), server, { credential: bot })).rejects.toMatchObject({ code: 'unauthorized' });
    expect(elsewhere.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it.each([
    ['no address', 'http://['],
    ['another scheme', 'file:///etc/passwd'],
    ['itself', '/v2/team/shop/tags/list?n=1000'],
  ])('a redirect to %s is a broken answer', async (_, location) => {
    const server = await scripted(() => ({ status: 302, headers: { location } }));
    await expect(listOf(clientOf(), server)).rejects.toMatchObject({ code: 'broken-answer', message: containing('redirect') });
  });

  it('the next page on another port is read without it', async () => {
    const elsewhere = await scripted(() => ({ body: '{"tags":["2"]}' }));
    const server = await scripted(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic' } }
        : { ...tags, headers: { link: `<${elsewhere.url}/page>; rel="next"` } },
    );
    expect(await listOf(clientOf(), server, { credential: bot })).toMatchObject({ tags: ['1', '2'] });
    expect(elsewhere.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['another scheme', 'ftp://127.0.0.1/token', 'must not be asked, ftp://127.0.0.1,'],
    ['no address', 'token', 'without the address of a token server'],
  ])('a token server at %s is refused', async (_, realm, text) => {
    const server = await scripted(() => ({ status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } }));
    await expect(listOf(clientOf(), server, { credential: bot })).rejects.toMatchObject({
      code: 'broken-answer',
      message: containing(text),
    });
  });

  it('a token server of another party is refused, with what to do about it', async () => {
    const server = await scripted(() => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="http://localhost:1/token"' } }));
    await expect(listOf(clientOf(), server, { credential: bot })).rejects.toMatchObject({
      code: 'forbidden',
      message: `${server.host}: a token server of another party, http://localhost:1, for team/shop (list tags, as bot): if it is the right one, name its host in registries.tokenHosts`,
    });
    expect(server.seen).toHaveLength(1);
  });

  it('no message holds the password', async () => {
    const server = await scripted(() => ({ status: 401, headers: { 'www-authenticate': 'Basic' } }));
    const thrown = await listOf(clientOf(), server, { credential: bot }).catch((error: unknown) => error);
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toMatch(/s3cret|Ym90OnMzY3JldA/);
  });
});
