import { createClientV2 } from 'docker-registry-client';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { pushImage, retag } from '../../src/sandbox/registry/push.ts';
import type { RegistryOptions, SandboxRegistry } from '../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../src/sandbox/registry/start-registry.ts';

// Two readers of one registry must say the same. What only ours can do stands in rows of its own, and docs/decisions/0001 says why.

type Reader = {
  tags(registry: SandboxRegistry): Promise<readonly string[]>;
  digest(registry: SandboxRegistry, tag: string): Promise<string>;
};

const username = 'bot';
const password = 's3cret';
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const ours: Reader = {
  async tags(registry) {
    const { image, access, client, signal } = reading(registry);
    return (await client.list(image, access, signal)).tags;
  },
  async digest(registry, tag) {
    const { image, access, client, signal } = reading(registry);
    const facts = await client.facts(image, tag, access, signal);
    return facts === 'absent' ? facts : facts.digest;
  },
};

function reading(registry: SandboxRegistry) {
  const client = createRegistryClient();
  stops.push(() => client.close());
  const access = { apiUrl: registry.url, credential: { username, password: new Secret(password) } };
  return { client, access, image: `${registry.host}/team/shop`, signal: new AbortController().signal };
}

const second: Reader = {
  tags: (registry) =>
    new Promise((resolve, reject) => {
      secondClient(registry).listTags((error, answer) => (error === null || error === undefined ? resolve(answer.tags) : reject(error)));
    }),
  digest: (registry, tag) =>
    new Promise((resolve, reject) => {
      secondClient(registry).getManifest({ ref: tag }, (error, _manifest, response) => {
        if (error === null || error === undefined) resolve(response.headers['docker-content-digest'] ?? 'none');
        else if (error.statusCode === 404) resolve('absent');
        else reject(error);
      });
    }),
};

function secondClient(registry: SandboxRegistry): ReturnType<typeof createClientV2> {
  const client = createClientV2({
    name: `${registry.host}/team/shop`,
    username,
    password,
    insecure: true,
    maxSchemaVersion: 2,
    acceptManifestLists: true,
    log: pino({ level: 'silent' }),
  });
  stops.push(() => Promise.resolve(client.close()));
  return client;
}

const indexType = 'application/vnd.oci.image.index.v1+json';

/** A registry with tags 1, 2 and 3, and an index under the tag `all`; `digests` are those of 1 and all. */
async function filled(options: RegistryOptions): Promise<{ registry: SandboxRegistry; one: string; all: string }> {
  const credential = { username, password };
  const registry = await startRegistry({ credential, ...options });
  stops.push(() => registry.stop());
  const { digest: one } = await pushImage(registry.url, 'team/shop', '1', { credential });
  await pushImage(registry.url, 'team/shop', '2', { credential });
  await retag(registry.url, 'team/shop', { from: '1', to: '3' }, credential);
  const { digest: all } = await pushIndex(registry, one, indexType);
  return { registry, one, all };
}

async function pushIndex(registry: SandboxRegistry, child: string, mediaType?: string): Promise<{ digest: string }> {
  const platform = { os: 'linux', architecture: 'amd64' };
  const body = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [{ mediaType: indexType, digest: child, size: 1, platform }] });
  const token = await tokenFor(registry);
  const headers = { 'content-type': indexType, authorization: token };
  const put = await fetch(`${registry.url}/v2/team/shop/manifests/all`, { method: 'PUT', headers, body });
  return { digest: put.headers.get('docker-content-digest') ?? `refused with ${put.status}` };
}

/** The Authorization header that a push needs, whatever the registry asks for. */
async function tokenFor(registry: SandboxRegistry): Promise<string> {
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const probe = await fetch(`${registry.url}/v2/`, { headers: { authorization: basic } });
  if (probe.status === 200) return basic;
  const granted = await fetch(`${registry.url}/token?scope=repository:team/shop:pull,push`, { headers: { authorization: basic } });
  const { token } = (await granted.json()) as { token: string };
  return `Bearer ${token}`;
}

describe.each([
  ['our client', ours],
  ['docker-registry-client', second],
])('%s', (_, reader) => {
  it.each([['none'], ['basic'], ['bearer']] as const)('reads tags and digests (auth: %s)', async (auth) => {
    const { registry, one, all } = await filled({ auth });
    expect((await reader.tags(registry)).toSorted()).toEqual(['1', '2', '3', 'all']);
    expect(await reader.digest(registry, '1')).toBe(one);
    expect(await reader.digest(registry, '3')).toBe(one);
    expect(await reader.digest(registry, 'all')).toBe(all);
    expect(await reader.digest(registry, '9')).toBe('absent');
  });
});

describe('where the two differ', () => {
  it('ours reads every page, the other one the first', async () => {
    const { registry } = await filled({ auth: 'none', pageSize: 2 });
    expect(await ours.tags(registry)).toEqual(['1', '2', '3', 'all']);
    expect(await second.tags(registry)).toEqual(['1', '2']);
  });

  it('ours says unauthorized for a wrong password, the other one says that the image is not there', async () => {
    const { registry } = await filled({ auth: 'basic' });
    registry.setFaults([{ path: /manifests/, status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }]);
    await expect(ours.digest(registry, '1')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(await second.digest(registry, '1')).toBe('absent');
  });

  it('ours reads an index without mediaType, the other one refuses it', async () => {
    const { registry, one } = await filled({ auth: 'none' });
    const { digest } = await pushIndex(registry, one);
    expect(await ours.digest(registry, 'all')).toBe(digest);
    await expect(second.digest(registry, 'all')).rejects.toThrow('no layers');
  });
});
