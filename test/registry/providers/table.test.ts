import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createLocalClient } from '../local-client.ts';
import { providerAt, providerOf, providers } from '../../../src/registry/providers/table.ts';
import type { Provider } from '../../../src/registry/providers/provider.ts';
import type { Scripted, Seen } from '../scripted-server.ts';
import { startScripted } from '../scripted-server.ts';

const stops: (() => Promise<void>)[] = [];
const { signal } = new AbortController();

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('which kind of registry a host is', () => {
  it.each<[string, keyof typeof providers]>([
    ['https://registry-1.docker.io', 'docker-hub'],
    ['https://docker.io', 'docker-hub'],
    ['https://ghcr.io', 'ghcr'],
    ['https://quay.io', 'quay'],
    ['https://123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'ecr'],
    ['https://public.ecr.aws', 'ecr-public'],
    ['https://gcr.io', 'gar'],
    ['https://us.gcr.io', 'gar'],
    ['https://europe-west3-docker.pkg.dev', 'gar'],
    ['https://team.azurecr.io', 'acr'],
    ['https://registry.gitlab.com', 'gitlab'],
    ['https://team.jfrog.io', 'artifactory'],
    // Nobody's name is in them.
    ['https://harbor.example.com', 'generic'],
    ['https://registry.example.com:5000', 'generic'],
    ['https://notghcr.io', 'generic'],
    ['https://ghcr.io.example.com', 'generic'],
    ['https://evilgcr.io', 'generic'],
    ['https://xdocker.pkg.dev', 'generic'],
    ['http://127.0.0.1:5000', 'generic'],
    ['no address', 'generic'],
  ])('%s: %s', (apiUrl, name) => expect(providerOf({ apiUrl })).toBe(providers[name]));

  it('settings know better than the host', () => {
    expect(providerOf({ apiUrl: 'https://quay.io', provider: 'harbor' })).toBe(providers.harbor);
  });

  it('an unknown kind is refused with those that are known', () => {
    expect(() => providerOf({ apiUrl: 'https://quay.io', provider: 'toString' })).toThrow(
      'provider "toString" is unknown: expected one of generic, docker-hub, ghcr, quay, ecr, ecr-public, gar, acr, harbor, gitlab, artifactory',
    );
  });

  it('no host is of two kinds', () => {
    for (const host of [
      'ghcr.io',
      'quay.io',
      'gcr.io',
      'x.azurecr.io',
      'docker.io',
      'public.ecr.aws',
      'registry.gitlab.com',
      'x.jfrog.io',
    ]) {
      expect(Object.values<Provider>(providers).filter((provider) => provider.matches(host))).toHaveLength(1);
    }
    expect(providerAt('https://ghcr.io').title).toBe('GitHub Container Registry');
  });
});

/** Answers only when `width` requests are open, and not before everything that was sent by then has arrived; the most that were open. */
async function holdUntil(width: number) {
  const held: ServerResponse[] = [];
  let most = 0;
  const server = createServer((request, response) => {
    if (request.url === '/all-arrived') return void response.end();
    held.push(response);
    most = Math.max(most, held.length);
    if (held.length !== width) return undefined;
    return void fetch(`${url}/all-arrived`).then(() => {
      for (const each of held.splice(0)) each.writeHead(200, { 'docker-content-digest': `sha256:${'1'.repeat(64)}` }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url, most: () => most };
}

// Ten requests within 3 ms got nine 429s of GHCR.
it.each([
  ['ghcr.io', 2],
  ['registry.example.com', 4],
])('%s is asked %i questions at a time', async (host, width) => {
  const { url, most } = await holdUntil(width);
  const agent = new Agent();
  const dispatcher = agent.compose(
    (dispatch: Dispatcher['dispatch']) => (options, handler) => dispatch({ ...options, origin: url }, handler),
  );
  const client = createLocalClient({ dispatcher });
  stops.push(
    () => client.close(),
    () => agent.destroy(),
  );
  const asks = Array.from({ length: 4 * width }, (_, tag) =>
    client.served(`${host}/team/shop`, `${tag}`, { apiUrl: `https://${host}` }, signal),
  );
  await Promise.all(asks);
  expect(most()).toBe(width);
});

describe('what each kind is asked for', () => {
  const listing = async (provider: string, answer: (seen: Seen) => Scripted, pageSize = 1000) => {
    const server = await startScripted(answer);
    const client = createLocalClient({ limits: { pageSize } });
    stops.push(
      () => client.close(),
      () => server.stop(),
    );
    const access = { apiUrl: `${server.url}/prefix`, provider, credential: { username: 'a', password: { reveal: () => 'b' } as never } };
    const { tags } = await client.list(`${server.host}/team/shop`, access, signal);
    return { tags, targets: server.seen.map(({ target }) => target) };
  };

  it.each(Object.keys(providers).map((name) => [name, name === 'quay' ? 100 : 1000] as const))('%s: %i tags a page', async (name, n) => {
    const { targets } = await listing(name, () => ({ body: '{"tags":["1"]}' }));
    expect(targets).toEqual([`/prefix/v2/team/shop/tags/list?n=${n}`]);
  });

  // More is a 405 of ECR and has been a 413 of Quay.
  it.each([
    ['ecr', 1000],
    ['quay', 100],
    ['generic', 5000],
  ])('%s: %i tags a page, where settings would have 5,000', async (name, n) => {
    const { targets } = await listing(name, () => ({ body: '{"tags":["1"]}' }), 5000);
    expect(targets).toEqual([`/prefix/v2/team/shop/tags/list?n=${n}`]);
  });

  // RTFACT-18971: the link of a virtual repository leads beside its prefix.
  it('artifactory: the next page has the path of the first', async () => {
    const link = '</v2/team/shop/tags/list?last=1&n=1000>; rel="next"';
    const { targets, tags } = await listing('artifactory', ({ target }) =>
      target.includes('last=1') ? { body: '{"tags":["2"]}' } : { body: '{"tags":["1"]}', headers: { link } },
    );
    expect(tags).toEqual(['1', '2']);
    expect(targets).toEqual(['/prefix/v2/team/shop/tags/list?n=1000', '/prefix/v2/team/shop/tags/list?last=1&n=1000']);
  });
});
