import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryClient } from '../../src/registry/client.ts';
import { createLocalClient } from './local-client.ts';
import { pushImage, retag } from '../../src/sandbox/registry/push.ts';
import type { RegistryOptions, SandboxRegistry } from '../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../src/sandbox/registry/start-registry.ts';
import type { Scripted, ScriptedServer } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

const { signal } = new AbortController();
const stops: (() => Promise<void>)[] = [];
let client: RegistryClient;

beforeEach(() => {
  client = createLocalClient({ now: () => Date.parse('2026-01-31T12:00:00Z') });
  stops.push(() => client.close());
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function registryWith(tags: readonly string[], options: RegistryOptions = {}): Promise<SandboxRegistry> {
  const registry = await startRegistry(options);
  stops.push(() => registry.stop());
  const [first = 'none', ...others] = tags;
  await pushImage(registry.url, 'team/shop', first);
  for (const to of others) await retag(registry.url, 'team/shop', { from: first, to });
  return registry;
}

/** A registry whose pages are scripted by the query of the request; unknown queries are not found. */
async function pages(byQuery: Readonly<Record<string, Scripted>>): Promise<ScriptedServer> {
  const server = await startScripted(({ target }) => byQuery[target.slice(target.indexOf('?'))] ?? { status: 404 });
  stops.push(() => server.stop());
  return server;
}

function page(tags: readonly string[] | null, link?: string): Scripted {
  return { body: JSON.stringify({ name: 'team/shop', tags }), ...(link === undefined ? {} : { headers: { link } }) };
}

const list = (server: { host: string; url: string }): ReturnType<RegistryClient['list']> =>
  client.list(`${server.host}/team/shop`, { apiUrl: server.url }, signal);

describe('listing tags', () => {
  it('one page is one request', async () => {
    const registry = await registryWith(['1.0.0', '1.0.1', '1.0.2']);
    expect(await list(registry)).toEqual({
      image: `${registry.host}/team/shop`,
      tags: ['1.0.0', '1.0.1', '1.0.2'],
      complete: true,
      observedAt: '2026-01-31T12:00:00.000Z',
    });
    expect(registry.requests.get('GET tags')).toBe(1);
  });

  it('follows every page, also where the registry pages by itself', async () => {
    const tags = Array.from({ length: 23 }, (_, index) => `1.0.${String(index).padStart(2, '0')}`);
    const registry = await registryWith(tags, { pageSize: 5 });
    expect(await list(registry)).toMatchObject({ tags, complete: true });
    expect(registry.requests.get('GET tags')).toBe(5);
  });

  it('goes on without a Link after exactly as many tags as it asked for', async () => {
    client = createLocalClient({ limits: { pageSize: 2 } });
    stops.push(() => client.close());
    const server = await pages({ '?n=2': page(['b', 'a']), '?n=2&last=a': page(['c']) });
    expect(await list(server)).toMatchObject({ tags: ['b', 'a', 'c'], complete: true });
  });

  it('ends where a registry ignores `last` and sends the same page again', async () => {
    client = createLocalClient({ limits: { pageSize: 2 } });
    stops.push(() => client.close());
    const server = await pages({ '?n=2': page(['a', 'b']), '?n=2&last=b': page(['a', 'b']) });
    expect(await list(server)).toMatchObject({ tags: ['a', 'b'], complete: true });
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    [
      'an absolute link and a cursor of its own',
      (url: string) => `<${url}/v2/team/shop/tags/list?next_page=x>; rel="next"`,
      '?next_page=x',
    ],
    ['a link relative to the path', () => '<list?last=a>; rel=next', '?last=a'],
  ])('follows %s', async (_, link, query) => {
    const server = await startScripted(({ target }, url) => (target.endsWith(query) ? page(['b']) : page(['a'], link(url))));
    stops.push(() => server.stop());
    expect(await list(server)).toMatchObject({ tags: ['a', 'b'], complete: true });
  });

  it('drops tags outside the grammar and repeated ones', async () => {
    const server = await pages({ '?n=1000': page(['ok', '-x', 'a b', 'ok', `v${'1'.repeat(128)}`, '$(id)']) });
    expect((await list(server)).tags).toEqual(['ok']);
  });

  it('a repository without tags says null', async () => {
    expect(await list(await pages({ '?n=1000': page(null) }))).toMatchObject({ tags: [], complete: true });
  });
});

describe('what is not the whole list', () => {
  it.each([
    ['pages', { maxPages: 2 }, ['a', 'b'], 'more than 2 pages of tags'],
    ['tags', { maxTags: 1 }, ['a'], 'more than 1 tags'],
  ])('a limit of %s says so', async (_, limits, tags, because) => {
    client = createLocalClient({ limits });
    stops.push(() => client.close());
    const server = await pages({
      '?n=1000': page(['a'], '<?p=2>; rel="next"'),
      '?p=2': page(['b'], '<?p=3>; rel="next"'),
      '?p=3': page(['c']),
    });
    expect(await list(server)).toMatchObject({ tags, complete: false, because });
  });

  it.each<[string, Scripted, string, string]>([
    ['fails', { status: 500 }, 'server-error', '500 for team/shop (list tags, without a credential)'],
    ['is rate limited', { status: 429, headers: { 'retry-after': '7' } }, 'rate-limited', 'asks to wait 7s'],
    ['is cut off', { body: '{"tags":["b"' }, 'broken-answer', 'an answer that is no list of tags'],
    ['links to itself', page(['b'], '<?p=2>; rel="next"'), 'broken-answer', 'a link to a page that was read already'],
    ['links to the first', page(['b'], '<?n=1000>; rel="next"'), 'broken-answer', 'a link to a page that was read already'],
    ['links elsewhere', page(['b'], '<http://elsewhere.test/>; rel="next"'), 'broken-answer', 'leads to another host, elsewhere.test'],
  ])('a second page that %s fails the listing', async (_, second, code, text) => {
    const server = await pages({ '?n=1000': page(['a'], '<?p=2>; rel="next"'), '?p=2': second });
    await expect(list(server)).rejects.toMatchObject({ code, message: containing(text) });
  });

  it.each([
    ['an empty body', ''],
    ['no JSON', '<html>'],
    ['no tags', '{"name":"team/shop"}'],
    ['tags that are no list', '{"tags":{"a":1}}'],
    ['a list', '[]'],
  ])('%s is a broken answer', async (_, body) => {
    const server = await pages({ '?n=1000': { body } });
    await expect(list(server)).rejects.toMatchObject({
      code: 'broken-answer',
      message: `${server.host}: an answer that is no list of tags for team/shop (list tags, without a credential)`,
    });
  });

  it('a page over the limit of bytes is too large', async () => {
    client = createLocalClient({ limits: { pageBytes: 64 } });
    stops.push(() => client.close());
    const server = await pages({ '?n=1000': page(['a'.repeat(100)]) });
    await expect(list(server)).rejects.toMatchObject({ code: 'too-large', message: containing('more than 64 bytes') });
  });
});
