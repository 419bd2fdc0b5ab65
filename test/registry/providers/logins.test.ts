import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/kernel/secret.ts';
import { createLocalClient } from '../local-client.ts';
import type { RegistryAccess } from '../../../src/registry/listing.ts';
import { acrAnswers } from './acr.double.ts';
import { dockerHubAnswers } from './docker-hub.double.ts';
import type { Answers, Held } from './double.ts';
import { json, refused, startDouble } from './double.ts';
import { garAnswers } from './gar.double.ts';
import { githubAnswers } from './github.double.ts';
import { gitlabAnswers } from './gitlab.double.ts';
import { harborAnswers } from './harbor.double.ts';
import { quayAnswers } from './quay.double.ts';

const containing = (text: string): unknown => expect.stringContaining(text);
const stops: (() => Promise<void>)[] = [];
const { signal } = new AbortController();
const start = Date.parse('2026-01-31T12:00:00Z');
const bot = { username: 'bot', password: 's3cret' };
const tags = [{ tag: '1', digest: `sha256:${'1'.repeat(64)}`, at: start }];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Asked = { readonly address: string; readonly authorization: string | undefined };

/** A world in which every address is the double: what was asked of whom, and with which login. */
async function world(answers: Answers, held: Partial<Held> = {}) {
  const double = await startDouble(answers, { tags, ...held });
  const asked: Asked[] = [];
  const agent = new Agent();
  const dispatcher = agent.compose((dispatch: Dispatcher['dispatch']) => (options, handler) => {
    const { authorization } = (options.headers ?? {}) as { authorization?: string };
    asked.push({ address: `${String(options.origin)}${options.path}`, authorization });
    return dispatch({ ...options, origin: double.url }, handler);
  });
  let now = start;
  const client = createLocalClient({ dispatcher, now: () => now });
  stops.push(
    () => client.close(),
    () => agent.destroy(),
    () => double.stop(),
  );
  const times = (image: string, access: RegistryAccess) => client.times(image, access, signal);
  return { double, asked, client, times, later: (ms: number) => (now += ms) };
}

const as = (username: string, password = 's3cret') => ({ credential: { username, password: new Secret(password) } });
const found = new Map([['1', { digest: tags[0]?.digest, pushedAt: '2026-01-31T12:00:00.000Z' }]]);

describe('where the side door of a registry is', () => {
  it.each<[string, string, Answers, string]>([
    [
      'docker.io/team/shop',
      'https://registry-1.docker.io',
      dockerHubAnswers,
      'https://hub.docker.com/v2/namespaces/team/repositories/shop/tags?page_size=100',
    ],
    [
      'ghcr.io/team/shop',
      'https://ghcr.io',
      githubAnswers(),
      'https://api.github.com/orgs/team/packages/container/shop/versions?per_page=100&state=active',
    ],
    [
      'quay.io/team/shop',
      'https://quay.io',
      quayAnswers,
      'https://quay.io/api/v1/repository/team/shop/tag/?onlyActiveTags=true&limit=100&page=1',
    ],
    [
      'registry.gitlab.com/team/shop',
      'https://registry.gitlab.com',
      gitlabAnswers,
      'https://registry.gitlab.com/gitlab/v1/repositories/team/shop/tags/list/?n=1000',
    ],
    ['team.azurecr.io/team/shop', 'https://team.azurecr.io', acrAnswers, 'https://team.azurecr.io/acr/v1/team/shop/_tags?n=100'],
    [
      'europe-docker.pkg.dev/team/shop',
      'https://europe-docker.pkg.dev',
      garAnswers,
      'https://europe-docker.pkg.dev/v2/team/shop/tags/list',
    ],
    ['eu.gcr.io/team/shop', 'https://eu.gcr.io', garAnswers, 'https://eu.gcr.io/v2/team/shop/tags/list'],
  ])('%s', async (image, apiUrl, answers, address) => {
    const { times, asked } = await world(answers, image.startsWith('ghcr') ? { wants: bot } : {});
    // The doubles' own token server is not the registry's: it is asked without the credential.
    await times(image, { apiUrl, ...(image.startsWith('ghcr') ? as('bot') : {}) }).catch(() => undefined);
    expect(asked[0]?.address).toBe(address);
  });

  it.each(['registry.example.com', 'public.ecr.aws', 'team.jfrog.io'])('%s has none', async (host) => {
    const { times, asked } = await world(quayAnswers);
    expect(await times(`${host}/team/shop`, { apiUrl: `https://${host}` })).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('one that settings call generic is asked nothing', async () => {
    const { times, asked } = await world(quayAnswers);
    expect(await times('quay.io/team/shop', { apiUrl: 'https://quay.io', provider: 'generic' })).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('Docker Hub', () => {
  const access = { apiUrl: 'https://registry-1.docker.io' };

  it('shows a public repository to everybody: the credential stays at home', async () => {
    const { times, asked } = await world(dockerHubAnswers);
    expect(await times('docker.io/team/shop', { ...access, ...as('bot') })).toEqual(found);
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('shows a private one to a token, which is kept for five minutes', async () => {
    const { times, asked, later } = await world(dockerHubAnswers, { wants: bot });
    const read = () => times('docker.io/team/shop', { ...access, ...as('bot') });
    expect(await Promise.all([read(), read()])).toEqual([found, found]);
    const logins = () => asked.filter(({ address }) => address === 'https://hub.docker.com/v2/auth/token').length;
    expect(logins()).toBe(1);
    later(5 * 60e3);
    expect(await read()).toEqual(found);
    expect(logins()).toBe(2);
  });

  it.each([
    ['a wrong password', as('bot', 'wrong'), 'unauthorized', '401 for team/shop (log in to read push times, as bot)'],
    ['no credential', {}, 'not-found', '404 for team/shop (read push times, without a credential)'],
  ])('says so of a private one with %s', async (_, credential, code, text) => {
    const { times } = await world(dockerHubAnswers, { wants: bot });
    await expect(times('docker.io/team/shop', { ...access, ...credential })).rejects.toMatchObject({ code, message: containing(text) });
  });

  it("never sees the credential of a mirror, whose times are Docker Hub's only where it is public", async () => {
    const { times, asked } = await world(dockerHubAnswers, { wants: bot });
    expect(await times('docker.io/team/shop', { apiUrl: 'https://mirror.example', provider: 'docker-hub', ...as('bot') })).toBeUndefined();
    expect(asked).toEqual([{ address: containing('https://hub.docker.com/v2/namespaces'), authorization: undefined }]);
  });

  it('says in its own header when to come back', async () => {
    const { times, double } = await world(dockerHubAnswers);
    double.failFrom(1, refused(429, {}, { 'x-ratelimit-remaining': '0', 'x-retry-after': String(start / 1000 + 60) }));
    await expect(times('docker.io/team/shop', access)).rejects.toMatchObject({
      code: 'rate-limited',
      retry: { afterMs: 60_000 },
      message: containing('asks to wait 1m'),
    });
  });
});

it('a side door that asked us to wait is left alone until then, and the registry is not', async () => {
  const { times, double, asked, later } = await world(harborAnswers);
  const access = { apiUrl: 'https://harbor.example.com', provider: 'harbor', providerUrl: 'https://api.example.com' };
  double.failFrom(1, refused(429, {}, { 'retry-after': '60' }));
  const read = () => times('harbor.example.com/team/shop', access);
  await expect(read()).rejects.toMatchObject({ code: 'rate-limited' });
  later(50_000);
  await expect(read()).rejects.toMatchObject({ code: 'throttled', retry: { afterMs: 10_000 } });
  expect(asked).toHaveLength(1);
  later(10_000);
  await expect(read()).rejects.toMatchObject({ code: 'rate-limited' });
  expect(asked).toHaveLength(2);
});

describe('GHCR', () => {
  const access = { apiUrl: 'https://ghcr.io' };

  it('is asked nothing without a credential: its API wants one for public packages too', async () => {
    const { times, asked } = await world(githubAnswers());
    expect(await times('ghcr.io/team/shop', access)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each([
    ['an organization', githubAnswers('orgs'), ['orgs']],
    ['a person', githubAnswers('users'), ['orgs', 'users']],
  ])('a package of %s', async (_, answers, kinds) => {
    const { times, asked } = await world(answers, { wants: bot });
    expect(await times('ghcr.io/team/shop/web', { ...access, ...as('anybody') })).toEqual(found);
    const path = 'team/packages/container/shop%2Fweb/versions?per_page=100&state=active';
    expect(asked).toEqual(kinds.map((kind) => ({ address: `https://api.github.com/${kind}/${path}`, authorization: 'Bearer s3cret' })));
  });

  it.each([
    ['is wrong', bot, as('bot', 'wrong')],
    ['is for a package that is not there', undefined, as('bot', 'anything')],
  ])('a credential that %s opens no side door', async (_, wants, credential) => {
    const { times } = await world(githubAnswers(), wants === undefined ? {} : { wants });
    expect(await times('ghcr.io/team/none', { ...access, ...credential })).toBeUndefined();
  });

  it.each([
    ['a spent quota', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(start / 1000 + 90) }, 90_000],
    ['a second limit', { 'retry-after': '60' }, 60_000],
  ])('%s is no closed door', async (_, headers, afterMs) => {
    const { times, double } = await world(githubAnswers(), { wants: bot });
    double.failFrom(1, refused(403, { message: 'API rate limit exceeded' }, headers));
    await expect(times('ghcr.io/team/shop', { ...access, ...as('bot') })).rejects.toMatchObject({
      code: 'rate-limited',
      retry: { afterMs },
    });
  });

  it('sends no credential of a mirror to GitHub', async () => {
    const { times, asked } = await world(githubAnswers(), { wants: bot });
    expect(await times('ghcr.io/team/shop', { apiUrl: 'https://mirror.example', provider: 'ghcr', ...as('bot') })).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('Quay', () => {
  const access = { apiUrl: 'https://quay.io' };

  it('takes an OAuth token', async () => {
    const { times, asked } = await world(quayAnswers, { wants: bot });
    expect(await times('quay.io/team/shop', { ...access, ...as('$oauthtoken') })).toEqual(found);
    expect(asked[0]?.authorization).toBe('Bearer s3cret');
  });

  it('takes no robot account: it is not sent, and opens no side door of a private repository', async () => {
    const open = await world(quayAnswers);
    expect(await open.times('quay.io/team/shop', { ...access, ...as('team+robot') })).toEqual(found);
    const closed = await world(quayAnswers, { wants: bot });
    expect(await closed.times('quay.io/team/shop', { ...access, ...as('team+robot') })).toBeUndefined();
    expect([...open.asked, ...closed.asked].map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  it.each([
    ['without a credential', {}],
    ['with a token that is refused', as('$oauthtoken', 'wrong')],
  ])('says so of a private repository %s', async (_, credential) => {
    const { times } = await world(quayAnswers, { wants: bot });
    await expect(times('quay.io/team/shop', { ...access, ...credential })).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

describe('Harbor', () => {
  const access = { apiUrl: 'https://harbor.example.com', provider: 'harbor' };

  it('takes the login of the registry; what is behind the project is encoded twice', async () => {
    const { times, asked } = await world(harborAnswers, { wants: bot });
    expect(await times('harbor.example.com/team/shop/web', { ...access, ...as('bot') })).toEqual(found);
    expect(asked).toEqual([
      {
        address:
          'https://harbor.example.com/api/v2.0/projects/team/repositories/shop%252Fweb/artifacts?with_tag=true&q=tags%3D*&page=1&page_size=100',
        authorization: `Basic ${Buffer.from('bot:s3cret').toString('base64')}`,
      },
    ]);
  });

  it('a robot account that may pull and not list has no side door; a wrong password is refused', async () => {
    const { times, double } = await world(harborAnswers, { wants: bot });
    double.failFrom(1, refused(403, { errors: [{ code: 'FORBIDDEN', message: 'forbidden' }] }));
    expect(await times('harbor.example.com/team/shop', { ...access, ...as('bot') })).toBeUndefined();
    const other = await world(harborAnswers, { wants: bot });
    await expect(other.times('harbor.example.com/team/shop', { ...access, ...as('bot', 'wrong') })).rejects.toMatchObject({
      code: 'unauthorized',
      message: containing('UNAUTHORIZED: unauthorized'),
    });
  });
});

describe('GitLab', () => {
  const reading = async (answers: Answers, repository = 'team/shop') => {
    const double = await startDouble(answers, { tags });
    const client = createLocalClient();
    stops.push(
      () => client.close(),
      () => double.stop(),
    );
    return client.times(`${double.host}/${repository}`, { apiUrl: double.url, provider: 'gitlab' }, signal);
  };

  it('without a metadata database it has no such API', async () => {
    expect(await reading(() => refused(404, {}))).toBeUndefined();
  });

  it('an unknown repository is not found', async () => {
    await expect(reading(gitlabAnswers, 'team/none')).rejects.toMatchObject({ code: 'not-found', message: containing('NAME_UNKNOWN') });
  });
});

describe('Azure', () => {
  it('gives one token for listing, manifests and blobs, and for the side door', async () => {
    const double = await startDouble(acrAnswers, { tags, wants: bot });
    const client = createLocalClient();
    stops.push(
      () => client.close(),
      () => double.stop(),
    );
    const access = { apiUrl: double.url, provider: 'acr', ...as('bot') };
    await client.list(`${double.host}/team/shop`, access, signal).catch(() => undefined);
    expect(await client.times(`${double.host}/team/shop`, access, signal)).toEqual(found);
    const tokens = double.seen.filter(({ target }) => target.startsWith('/token'));
    expect(tokens.map(({ target }) => new URL(target, double.url).searchParams.getAll('scope'))).toEqual([
      ['repository:team/shop:pull,metadata_read,content_read'],
    ]);
  });
});

describe('Google', () => {
  it.each([
    ['a tag that no manifest has', { tags: ['1'], manifest: {} }, 'a list that says no manifest for 1 of its 1 tags'],
    ['no manifests at all', { tags: ['1', '2'] }, 'a list that says no manifest for 2 of its 2 tags'],
  ])('%s makes a list that is not whole', async (_, body, text) => {
    const { times } = await world(() => json(body));
    await expect(times('gcr.io/team/shop', { apiUrl: 'https://gcr.io' })).rejects.toMatchObject({
      code: 'broken-answer',
      message: containing(text),
    });
  });
});
