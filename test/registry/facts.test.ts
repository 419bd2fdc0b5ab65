import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { RegistryClient, RegistryClientOptions } from '../../src/registry/client.ts';
import { createLocalClient } from './local-client.ts';
import { pushImage, retag } from '../../src/sandbox/registry/push.ts';
import type { SandboxRegistry } from '../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../src/sandbox/registry/start-registry.ts';
import type { Scripted, ScriptedServer } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

const { signal } = new AbortController();
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function clientOf(options: RegistryClientOptions = {}): RegistryClient {
  const client = createLocalClient(options);
  stops.push(() => client.close());
  return client;
}

async function sandbox(): Promise<SandboxRegistry> {
  const registry = await startRegistry();
  stops.push(() => registry.stop());
  return registry;
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A registry that serves what `paths` says, by the end of the path; anything else is a bare 404. */
async function scripted(paths: Readonly<Record<string, Scripted>>): Promise<ScriptedServer> {
  const server = await startScripted(({ target }) => paths[target.replace('/v2/team/shop/', '')] ?? { status: 404 });
  stops.push(() => server.stop());
  return server;
}

type At = { readonly url: string; readonly host: string };
const facts = (client: RegistryClient, at: At, tag = '1'): ReturnType<RegistryClient['facts']> =>
  client.facts(`${at.host}/team/shop`, tag, { apiUrl: at.url }, signal);
const served = (client: RegistryClient, at: At, reference = '1'): Promise<string> =>
  client.served(`${at.host}/team/shop`, reference, { apiUrl: at.url }, signal);

const config = JSON.stringify({ created: '2026-01-31T12:00:00Z', config: { Labels: { 'org.opencontainers.image.revision': 'abc' } } });
const imageType = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
const indexType = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
const image = JSON.stringify({
  schemaVersion: 2,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config) },
  layers: [],
});
const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [
    { digest: sha256(image), platform: { os: 'linux', architecture: 'amd64' } },
    { digest: sha256('b'), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    { digest: sha256('c'), platform: { os: 'unknown', architecture: 'unknown' } },
  ],
});
const children = [
  { platform: 'linux/amd64', digest: sha256(image) },
  { platform: 'linux/arm64/v8', digest: sha256('b') },
];
const origin = { createdAt: '2026-01-31T12:00:00.000Z', revision: 'abc' };

describe('the facts of a tag', () => {
  it('of a pushed image: digest, time and revision', async () => {
    const registry = await sandbox();
    const labels = { 'org.opencontainers.image.revision': 'abc' };
    const { digest } = await pushImage(registry.url, 'team/shop', '1', { labels, created: '2026-01-31T12:00:00Z' });
    expect(await facts(clientOf(), registry)).toEqual({ tag: '1', digest, children: [], platform: 'linux/amd64', ...origin });
  });

  it('of an index without mediaType: its platforms, and the first one for time and revision', async () => {
    const server = await scripted({
      'manifests/1': { headers: indexType, body: index },
      [`manifests/${sha256(image)}`]: { headers: imageType, body: image },
      [`blobs/${sha256(config)}`]: { body: config },
    });
    expect(await facts(clientOf(), server)).toEqual({ tag: '1', digest: sha256(index), children, ...origin });
  });

  it('of an index whose first platform is not there yet: the next one for time and revision', async () => {
    const listed = (JSON.parse(index) as { manifests: readonly object[] }).manifests;
    const body = JSON.stringify({ manifests: [listed[1], listed[0]] });
    const server = await scripted({
      'manifests/1': { headers: indexType, body },
      [`manifests/${sha256(image)}`]: { headers: imageType, body: image },
      [`blobs/${sha256(config)}`]: { body: config },
    });
    expect(await facts(clientOf(), server)).toEqual({ tag: '1', digest: sha256(body), children: children.toReversed(), ...origin });
  });

  it('of an index with entries that say no platform: their digests too, which may be held', async () => {
    const [first] = (JSON.parse(index) as { manifests: readonly unknown[] }).manifests;
    const body = JSON.stringify({ manifests: [first, { digest: sha256('d') }] });
    const server = await scripted({ 'manifests/1': { headers: indexType, body } });
    expect(await facts(clientOf(), server)).toEqual({
      tag: '1',
      digest: sha256(body),
      children: children.slice(0, 1),
      others: [sha256('d')],
    });
  });

  it('asks with all four media types', async () => {
    const server = await scripted({});
    await facts(clientOf(), server);
    expect(server.seen[0]?.headers.accept?.split(', ').toSorted()).toEqual([
      'application/vnd.docker.distribution.manifest.list.v2+json',
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.oci.image.manifest.v1+json',
    ]);
  });

  it.each([
    ['its configuration is gone', { 'manifests/1': { headers: imageType, body: image } }, image, []],
    ['no platform is there yet', { 'manifests/1': { headers: indexType, body: index } }, index, children],
  ])('are digest and platforms alone where %s', async (_, paths, body, platforms) => {
    expect(await facts(clientOf(), await scripted(paths))).toEqual({ tag: '1', digest: sha256(body), children: platforms });
  });

  it('a registry that fails at the configuration does not pass for an image without a revision', async () => {
    const server = await scripted({
      'manifests/1': { headers: imageType, body: image },
      [`blobs/${sha256(config)}`]: { status: 503, headers: { 'retry-after': '2' } },
    });
    await expect(facts(clientOf(), server)).rejects.toMatchObject({ code: 'server-error', retry: { afterMs: 2000 } });
  });

  it('a false digest is refused', async () => {
    const claimed = sha256('something else');
    const server = await scripted({ 'manifests/1': { headers: { ...imageType, 'docker-content-digest': claimed }, body: image } });
    await expect(facts(clientOf(), server)).rejects.toMatchObject({
      code: 'broken-answer',
      message: `${server.host}: a false digest for team/shop (read manifest 1, without a credential): it says ${claimed}, the bytes have ${sha256(image)}`,
    });
  });

  it.each([
    ['a configuration with other bytes', { [`blobs/${sha256(config)}`]: { body: 'other' } }, 'a false digest'],
    [
      'a first platform with other bytes',
      { 'manifests/1': { headers: indexType, body: index }, [`manifests/${sha256(image)}`]: { body: 'other' } },
      'a false digest',
    ],
    [
      'a digest header that is none',
      { 'manifests/1': { headers: { 'docker-content-digest': 'latest' }, body: image } },
      'a digest that is none',
    ],
    [
      'a digest of an unknown algorithm',
      { 'manifests/1': { headers: { 'docker-content-digest': `md5:${'1'.repeat(32)}` }, body: image } },
      'algorithm md5',
    ],
    ['an empty manifest', { 'manifests/1': { headers: imageType } }, 'a manifest that is no JSON object'],
    ['schema 1', { 'manifests/1': { body: '{"schemaVersion":1}' } }, 'a manifest of another schema version than 2'],
  ])('%s is refused', async (_, paths, text) => {
    const server = await scripted({ 'manifests/1': { headers: imageType, body: image }, ...paths });
    await expect(facts(clientOf(), server)).rejects.toMatchObject({ message: containing(text) });
  });

  it('a manifest over the limit of bytes is too large', async () => {
    const server = await scripted({ 'manifests/1': { headers: imageType, body: image } });
    await expect(facts(clientOf({ limits: { manifestBytes: 16 } }), server)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('sha512 is verified too', async () => {
    const digest = `sha512:${createHash('sha512').update(image).digest('hex')}`;
    const server = await scripted({ 'manifests/1': { headers: { ...imageType, 'docker-content-digest': digest }, body: image } });
    expect(await facts(clientOf(), server)).toMatchObject({ digest });
  });

  it('are read again by HEAD alone while the tag has not moved', async () => {
    const registry = await sandbox();
    const client = clientOf();
    await pushImage(registry.url, 'team/shop', '1', { seed: 'one' });
    const first = await facts(client, registry);
    const before = new Map(registry.requests);
    expect(await facts(client, registry)).toEqual(first);
    expect(registry.requests.get('HEAD manifest')).toBe((before.get('HEAD manifest') ?? 0) + 1);
    expect(registry.requests.get('GET manifest')).toBe(before.get('GET manifest'));
    const { digest } = await pushImage(registry.url, 'team/shop', '1', { seed: 'two' });
    expect(await facts(client, registry)).toMatchObject({ digest });
  });
});

describe('absent', () => {
  const unknown = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
  const noName = JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'no such repository' }] });

  it('an unknown tag is absent, by facts and by HEAD', async () => {
    const registry = await sandbox();
    await pushImage(registry.url, 'team/shop', '1');
    expect(await facts(clientOf(), registry, '2')).toBe('absent');
    expect(await served(clientOf(), registry, '2')).toBe('absent');
  });

  it.each([
    ['a registry error about the manifest', unknown],
    ['an empty body, which the specification allows', ''],
  ])('a 404 with %s is absent', async (_, body) => {
    expect(await facts(clientOf(), await scripted({ 'manifests/1': { status: 404, body } }))).toBe('absent');
  });

  it.each([
    ['an unknown repository', noName],
    ['the page of some other server', '<html>404</html>'],
  ])('%s is not-found', async (_, body) => {
    const server = await scripted({ 'manifests/1': { status: 404, body } });
    await expect(facts(clientOf(), server)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('served', () => {
  it('asks HEAD only, by tag and by digest', async () => {
    const registry = await sandbox();
    const { digest } = await pushImage(registry.url, 'team/shop', '1');
    await retag(registry.url, 'team/shop', { from: '1', to: '2' });
    const before = registry.requests.get('GET manifest');
    expect(await served(clientOf(), registry, '2')).toBe(digest);
    expect(await served(clientOf(), registry, digest)).toBe(digest);
    expect(registry.requests.get('GET manifest')).toBe(before);
  });

  it('computes the digest where the HEAD has none', async () => {
    const server = await scripted({ 'manifests/1': { headers: imageType, body: image } });
    expect(await served(clientOf(), server)).toBe(sha256(image));
  });

  it('a digest that answers with another one is a broken answer', async () => {
    const asked = sha256('one');
    const server = await scripted({ [`manifests/${asked}`]: { headers: { 'docker-content-digest': sha256('two') } } });
    await expect(served(clientOf(), server, asked)).rejects.toMatchObject({ code: 'broken-answer', message: containing('a false digest') });
  });

  it('what is neither a tag nor a digest is not asked for', async () => {
    const server = await scripted({});
    await expect(served(clientOf(), server, '../tags/list')).rejects.toMatchObject({
      code: 'rejected',
      message: containing('this is neither a tag nor a digest'),
    });
    expect(server.seen).toEqual([]);
  });

  it('many requests in turn use one connection', async () => {
    const registry = await sandbox();
    await pushImage(registry.url, 'team/shop', '1');
    const client = clientOf({ limits: { inFlightPerHost: 1 } });
    const before = registry.connections();
    for (let round = 0; round < 20; round++) {
      await served(client, registry);
      await client.list(`${registry.host}/team/shop`, { apiUrl: registry.url }, signal);
    }
    expect(registry.connections() - before).toBe(1);
  });
});
