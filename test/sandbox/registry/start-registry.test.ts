import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isBody } from '../../../src/kernel/json.ts';
import { pushImage, retag } from '../../../src/sandbox/registry/push.ts';
import type { RegistryOptions, SandboxRegistry } from '../../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../../src/sandbox/registry/start-registry.ts';

const stops: (() => Promise<void>)[] = [];
const credential = { username: 'bot', password: 's3cret' };

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(options: RegistryOptions = {}): Promise<SandboxRegistry> {
  const registry = await startRegistry(options);
  stops.push(() => registry.stop());
  return registry;
}

async function tagsOf(registry: SandboxRegistry, query = ''): Promise<{ tags: unknown; link: string | null }> {
  const response = await fetch(`${registry.url}/v2/team/shop/tags/list${query}`);
  const body: unknown = await response.json();
  return { tags: isBody(body) ? body['tags'] : undefined, link: response.headers.get('link') };
}

describe('pushing', () => {
  it('the same seed, labels and time give the same digest under any tag', async () => {
    const registry = await start();
    const one = await pushImage(registry.url, 'team/shop', '1', { labels: { a: 'b' }, seed: 's' });
    expect(await pushImage(registry.url, 'team/other', '2', { labels: { a: 'b' }, seed: 's' })).toEqual(one);
    expect(await pushImage(registry.url, 'team/shop', '3', { labels: { a: 'c' }, seed: 's' })).not.toEqual(one);
    expect(await retag(registry.url, 'team/shop', { from: '1', to: '4' })).toEqual(one);
  });

  it.each(['basic', 'bearer'] as const)('needs the credential (%s)', async (auth) => {
    const registry = await start({ auth, credential });
    await expect(pushImage(registry.url, 'team/shop', '1')).rejects.toThrow();
    await pushImage(registry.url, 'team/shop', '1', { credential });
    expect((await fetch(`${registry.url}/v2/team/shop/tags/list`)).status).toBe(401);
  });

  it('takes a blob in parts, and from another repository', async () => {
    const registry = await start();
    const digest = 'sha256:fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603'; // of "ab"
    const begun = await fetch(`${registry.url}/v2/a/uploads-in/blobs/uploads/`, { method: 'POST' });
    const location = begun.headers.get('location') ?? '';
    expect((await fetch(location, { method: 'PATCH', body: 'a' })).status).toBe(202);
    expect((await fetch(`${location}?digest=${digest}`, { method: 'PUT', body: 'b' })).status).toBe(201);
    const mounted = await fetch(`${registry.url}/v2/c/shop/blobs/uploads/?mount=${digest}&from=a/uploads-in`, { method: 'POST' });
    expect(mounted.status).toBe(201);
    expect(await (await fetch(`${registry.url}/v2/c/shop/blobs/${digest}`)).text()).toBe('ab');
  });

  it('tells of every pushed tag', async () => {
    const bodies: unknown[] = [];
    const hook = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push([request.headers['content-type'], JSON.parse(Buffer.concat(chunks).toString())]);
        response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const registry = await startRegistry({ notify: { url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook` } });
    const { digest } = await pushImage(registry.url, 'team/shop', '1');
    await registry.stop();
    hook.closeAllConnections();
    await new Promise((resolve) => hook.close(resolve));
    const target: unknown = expect.objectContaining({ repository: 'team/shop', tag: '1', digest });
    const event: unknown = expect.objectContaining({ action: 'push', target });
    expect(bodies).toEqual([['application/vnd.docker.distribution.events.v1+json', { events: [event] }]]);
  });
});

describe('listing and deleting', () => {
  it('pages by n and last, and by its own page size', async () => {
    const registry = await start({ pageSize: 2 });
    await pushImage(registry.url, 'team/shop', 'b');
    for (const to of ['d', 'a', 'c']) await retag(registry.url, 'team/shop', { from: 'b', to });
    expect(await tagsOf(registry)).toEqual({ tags: ['a', 'b'], link: '</v2/team/shop/tags/list?last=b&n=2>; rel="next"' });
    expect(await tagsOf(registry, '?n=1&last=b')).toEqual({ tags: ['c'], link: '</v2/team/shop/tags/list?last=c&n=1>; rel="next"' });
    expect(await tagsOf(registry, '?n=9&last=b')).toEqual({ tags: ['c', 'd'], link: null });
    expect(await tagsOf(registry, '?n=0')).toEqual({ tags: [], link: null });
  });

  it('a deleted digest takes its tags along', async () => {
    const registry = await start();
    const { digest } = await pushImage(registry.url, 'team/shop', '1');
    await retag(registry.url, 'team/shop', { from: '1', to: '2' });
    expect((await fetch(`${registry.url}/v2/team/shop/manifests/${digest}`, { method: 'DELETE' })).status).toBe(202);
    expect(await tagsOf(registry)).toEqual({ tags: [], link: null });
  });
});

describe('faults', () => {
  it('replace an answer as often as they say', async () => {
    const registry = await start();
    await pushImage(registry.url, 'team/shop', '1');
    registry.setFaults([{ path: /tags/, times: 1, status: 503, headers: { 'retry-after': '1' }, body: 'busy' }]);
    const response = await fetch(`${registry.url}/v2/team/shop/tags/list`);
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([503, '1', 'busy']);
    expect(await tagsOf(registry)).toEqual({ tags: ['1'], link: null });
    registry.setFaults([{ path: /tags/, drop: true }]);
    await expect(tagsOf(registry)).rejects.toThrow();
    registry.setFaults([
      { path: /tags/, method: 'HEAD', hang: true },
      { path: /tags/, delayMs: 1 },
    ]);
    expect(await tagsOf(registry)).toEqual({ tags: ['1'], link: null });
    expect(registry.requests.get('GET tags')).toBe(4);
  });
});
