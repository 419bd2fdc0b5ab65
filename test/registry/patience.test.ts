import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { RegistryClient, RegistryClientOptions } from '../../src/registry/client.ts';
import type { RegistryAccess } from '../../src/registry/listing.ts';
import { createLocalClient } from './local-client.ts';
import type { Scripted, ScriptedServer, Seen } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const { signal } = new AbortController();
const stops: (() => Promise<void>)[] = [];
let now = Date.parse('2026-01-31T12:00:00Z');
const tags = { body: '{"tags":["1"]}' };

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function clientOf(options: RegistryClientOptions = {}): RegistryClient {
  const client = createLocalClient({ now: () => now, ...options });
  stops.push(() => client.close());
  return client;
}

async function serve(answer: (seen: Seen, url: string) => Scripted | 'hang' | 'drop'): Promise<ScriptedServer> {
  const server = await startScripted(answer);
  stops.push(() => server.stop());
  return server;
}

type At = { readonly url: string; readonly host: string };
const list = (client: RegistryClient, at: At, access: Partial<RegistryAccess> = {}, name = 'team/shop') =>
  client.list(`${at.host}/${name}`, { apiUrl: at.url, ...access }, signal);
const login = (username: string, password = 'pw') => ({ username, password: new Secret(password) });

describe('a registry that asked to wait', () => {
  it('is not asked again before, neither for another image, and says so', async () => {
    let busy = true;
    const server = await serve(() => (busy ? { status: 429, headers: { 'retry-after': '90' } } : tags));
    const client = clientOf();
    await expect(list(client, server)).rejects.toMatchObject({ code: 'rate-limited', retry: { afterMs: 90_000 } });
    busy = false;
    const until = new Date(now + 90_000).toISOString();
    await expect(list(client, server, {}, 'team/other')).rejects.toMatchObject({
      code: 'throttled',
      retry: { afterMs: 90_000 },
      message: `${server.host}: not asked for team/other (list tags, without a credential): ${server.host} asked us to wait; it is asked again at ${until}`,
    });
    expect(server.seen).toHaveLength(1);
    expect(client.budget(`${server.host}/x`, { apiUrl: server.url })).toEqual({ until, because: `${server.host} asked us to wait` });
    now += 90_000;
    expect(await list(client, server)).toMatchObject({ tags: ['1'] });
    expect(client.budget(`${server.host}/x`, { apiUrl: server.url })).toBeUndefined();
  });

  it('is not asked for what waited for its turn meanwhile', async () => {
    const server = await serve(() => ({ status: 429, headers: { 'retry-after': '90' } }));
    const client = clientOf({ limits: { inFlightPerHost: 2 } });
    const names = Array.from({ length: 20 }, (_, index) => `team/${index}`);
    const ended = await Promise.allSettled(names.map((name) => list(client, server, {}, name)));
    expect(server.seen).toHaveLength(2);
    expect(ended[19]).toMatchObject({ status: 'rejected', reason: { code: 'throttled', retry: { afterMs: 90_000 } } });
  });

  it('is asked with another credential', async () => {
    const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
    const server = await serve(({ headers }) => {
      const who = Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
      return who === '' ? basic : who.startsWith('a:') ? { status: 429, headers: { 'retry-after': '90' } } : tags;
    });
    const client = clientOf();
    await expect(list(client, server, { credential: login('a') })).rejects.toMatchObject({ code: 'rate-limited' });
    expect(await list(client, server, { credential: login('b') })).toMatchObject({ tags: ['1'] });
    await expect(list(client, server, { credential: login('a') })).rejects.toMatchObject({ code: 'throttled' });
  });

  it('for a moment is waited for', async () => {
    let asked = 0;
    const server = await serve(() => ((asked += 1) === 1 ? { status: 429, headers: { 'retry-after': '0.05' } } : tags));
    const client = clientOf();
    await expect(list(client, server)).rejects.toMatchObject({ code: 'rate-limited' });
    expect(await list(client, server)).toMatchObject({ tags: ['1'] });
  });

  it('at its token server is not asked either', async () => {
    const server = await serve(({ target }, url) =>
      target.startsWith('/token')
        ? { status: 429, headers: { 'retry-after': '30' } }
        : { status: 401, headers: { 'www-authenticate': `Bearer realm="${url}/token"` } },
    );
    const client = clientOf();
    await expect(list(client, server)).rejects.toMatchObject({ code: 'rate-limited' });
    await expect(list(client, server)).rejects.toMatchObject({ code: 'throttled' });
    expect(server.seen).toHaveLength(2);
  });
});

describe('a quota that is short', () => {
  const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const config = '{"created":"2026-01-01T00:00:00Z"}';
  const type = 'application/vnd.oci.image.config.v1+json';
  const manifest = (tag: string) =>
    JSON.stringify({ schemaVersion: 2, config: { mediaType: type, digest: sha256(config) }, layers: [{ tag }] });

  it('stops pulls, and neither lists nor HEADs', async () => {
    let remaining = 98;
    const server = await serve(({ method, target }) => {
      const headers = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': `${remaining};w=21600` };
      if (target.includes('/tags/')) return tags;
      if (target.includes('/blobs/')) return { body: config };
      const body = manifest(target.split('/').at(-1) ?? '');
      const digest = { 'docker-content-digest': sha256(body), 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
      return method === 'HEAD' ? { headers: { ...headers, ...digest } } : { headers: { ...headers, ...digest }, body };
    });
    const client = clientOf();
    const access = { apiUrl: server.url };
    const image = `${server.host}/team/shop`;
    expect(await client.facts(image, '1', access, signal)).toMatchObject({ createdAt: '2026-01-01T00:00:00.000Z' });
    expect(client.budget(image, access)).toMatchObject({ remaining: 98 });
    remaining = 10;
    await expect(client.facts(image, '2', access, signal)).rejects.toMatchObject({
      code: 'throttled',
      retry: { afterMs: 216_000 },
      message: expect.stringContaining('10 of 100 requests are left in 6h, which is short; it is asked again at') as string,
    });
    expect(await client.facts(image, '1', access, signal)).toMatchObject({ createdAt: '2026-01-01T00:00:00.000Z' });
    expect(await client.served(image, '2', access, signal)).toBe(sha256(manifest('2')));
    expect(await list(client, server)).toMatchObject({ tags: ['1'] });
    now += 3_600_000;
    remaining = 60;
    expect(await client.facts(image, '2', access, signal)).toMatchObject({ digest: sha256(manifest('2')) });
    // One configuration for both, read once; each manifest once.
    const pulls = server.seen.filter(({ method, target }) => method === 'GET' && !target.includes('/tags/')).map(({ target }) => target);
    expect(pulls).toEqual(['/v2/team/shop/manifests/1', `/v2/team/shop/blobs/${sha256(config)}`, '/v2/team/shop/manifests/2']);
  });
});

describe('a refused credential', () => {
  const accepts = (password: string, status = 401) =>
    serve(({ headers }) => {
      const known = headers.authorization === `Basic ${Buffer.from(`bot:${password}`).toString('base64')}`;
      if (known) return tags;
      return headers.authorization === undefined || status === 401 ? { status: 401, headers: { 'www-authenticate': 'Basic' } } : { status };
    });
  const renewing = (password: string | undefined) => {
    const asked: string[] = [];
    const renew = () => {
      asked.push('renew');
      return Promise.resolve(password === undefined ? undefined : login('bot', password));
    };
    return { asked, access: { credential: login('bot', 'old'), renew } };
  };

  it.each([401, 403])('is renewed once (%i)', async (status) => {
    const server = await accepts('new', status);
    const { asked, access } = renewing('new');
    expect(await list(clientOf(), server, access)).toMatchObject({ tags: ['1'] });
    expect(asked).toEqual(['renew']);
  });

  it.each([
    ['the same one', 'old'],
    ['another wrong one', 'wrong'],
    ['none', undefined],
  ])('stays refused where the renewed one is %s', async (_, password) => {
    const server = await accepts('new');
    const { asked, access } = renewing(password);
    await expect(list(clientOf(), server, access)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(asked).toEqual(['renew']);
  });

  it('by the token server is renewed too', async () => {
    const server = await serve(({ target, headers }, url) => {
      if (headers.authorization === 'Bearer t') return tags;
      if (!target.startsWith('/token')) return { status: 401, headers: { 'www-authenticate': `Bearer realm="${url}/token"` } };
      const known = headers.authorization === `Basic ${Buffer.from('bot:new').toString('base64')}`;
      return known ? { body: '{"token":"t"}' } : { status: 401 };
    });
    const { asked, access } = renewing('new');
    expect(await list(clientOf(), server, access)).toMatchObject({ tags: ['1'] });
    expect(asked).toEqual(['renew']);
  });
});

describe('another try', () => {
  const failing = async (times: number, failure: Scripted | 'drop') => {
    const server = await serve(() => (server.seen.length <= times ? failure : tags));
    return server;
  };

  it.each<[string, Scripted | 'drop']>([
    ['a connection that breaks', 'drop'],
    ['a gateway without a registry', { status: 502 }],
    ['a registry that is busy', { status: 503 }],
    ['a gateway that waited too long', { status: 504 }],
  ])('follows %s, twice', async (_, failure) => {
    expect(await list(clientOf(), await failing(2, failure))).toMatchObject({ tags: ['1'] });
    const server = await failing(9, failure);
    await expect(list(clientOf(), server)).rejects.toThrow();
    expect(server.seen).toHaveLength(3);
  });

  it.each<[string, Scripted]>([
    ['a refusal', { status: 403 }],
    ['an error of its own', { status: 500 }],
    ['a word when to come back', { status: 503, headers: { 'retry-after': '60' } }],
    ['a 429', { status: 429 }],
  ])('does not follow %s', async (_, failure) => {
    const server = await failing(9, failure);
    await expect(list(clientOf(), server)).rejects.toThrow();
    expect(server.seen).toHaveLength(1);
  });

  it('ends with the time of the request', async () => {
    const server = await failing(9, { status: 503 });
    await expect(list(clientOf({ timeoutMs: 1000, retryMs: 60_000, random: () => 0.5 }), server)).rejects.toMatchObject({
      code: 'timed-out',
    });
    expect(server.seen).toHaveLength(1);
  });
});

it('requests begin no faster than the settings say', async () => {
  const server = await serve(() => tags);
  const client = clientOf({ hosts: [{ prefix: 'x', apiUrl: server.url, requestsPerSecond: 50 }] });
  const begun = performance.now();
  await Promise.all(Array.from({ length: 5 }, async () => list(client, server)));
  // The first at once, each of the others a fiftieth of a second after the one before; timers count in whole milliseconds.
  expect(performance.now() - begun).toBeGreaterThan(4 * 20 - 5);
});
