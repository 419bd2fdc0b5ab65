import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/kernel/secret.ts';
import type { RegistryClientOptions } from '../../../src/registry/client.ts';
import { createLocalClient } from '../local-client.ts';
import type { RegistryAccess } from '../../../src/registry/listing.ts';
import type { Scripted } from '../scripted-server.ts';
import { acrAnswers } from './acr.double.ts';
import { dockerHubAnswers } from './docker-hub.double.ts';
import type { Answers, Double, Pushed } from './double.ts';
import { json, startDouble } from './double.ts';
import { garAnswers } from './gar.double.ts';
import { githubAnswers } from './github.double.ts';
import { gitlabAnswers } from './gitlab.double.ts';
import { harborAnswers } from './harbor.double.ts';
import { quayAnswers } from './quay.double.ts';

const containing = (text: string): unknown => expect.stringContaining(text);
const stops: (() => Promise<void>)[] = [];
const { signal } = new AbortController();
const start = Date.parse('2026-01-31T12:00:00Z');
const wants = { username: 'bot', password: 's3cret' };

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const pushed = (count: number): readonly Pushed[] =>
  Array.from({ length: count }, (_, index) => ({
    tag: `1.0.${index}`,
    digest: `sha256:${String(index).padStart(64, '0')}`,
    at: start + index * 60_000,
  }));

const expected = (tags: readonly Pushed[]) =>
  new Map(tags.map(({ tag, digest, at }) => [tag, { digest, pushedAt: new Date(at).toISOString() }]));

/** Each provider with its documented answers; `needed` for 1,001 tags. */
type Row = { readonly provider: string; readonly answers: Answers; readonly needed: number };

const rows: readonly Row[] = [
  { provider: 'docker-hub', answers: dockerHubAnswers, needed: 11 },
  { provider: 'ghcr', answers: githubAnswers(), needed: 11 },
  { provider: 'quay', answers: quayAnswers, needed: 11 },
  { provider: 'harbor', answers: harborAnswers, needed: 11 },
  // A challenge and a token before the pages.
  { provider: 'gitlab', answers: gitlabAnswers, needed: 2 + 2 },
  { provider: 'acr', answers: acrAnswers, needed: 2 + 11 },
  { provider: 'gar', answers: garAnswers, needed: 2 + 1 },
];

const named = { username: wants.username, password: new Secret(wants.password) };

async function opened(row: Row, count: number, options: RegistryClientOptions = {}) {
  const double = await startDouble(row.answers, { tags: pushed(count), ...(row.provider === 'ghcr' ? { wants } : {}) });
  const client = createLocalClient({ now: () => start, ...options });
  stops.push(
    () => client.close(),
    () => double.stop(),
  );
  const access: RegistryAccess = {
    ...{ apiUrl: double.url, provider: row.provider, providerUrl: double.url },
    ...(row.provider === 'ghcr' ? { credential: named } : {}),
  };
  return { double, times: () => client.times(`${double.host}/team/shop`, access, signal) };
}

describe.each(rows)('the side door of $provider', (row) => {
  it('gives time and digest of 1,001 tags, and asks no more often than it has to', async () => {
    const { double, times } = await opened(row, 1001);
    expect(await times()).toEqual(expected(pushed(1001)));
    expect(double.seen).toHaveLength(row.needed);
  });

  it('gives nothing of a repository without tags', async () => {
    const { times } = await opened(row, 0);
    expect(await times()).toEqual(new Map());
  });

  /** One page less than it takes, and on the last one something else. */
  async function withLastPage(scripted: (double: Double) => Scripted, options: RegistryClientOptions = {}) {
    const { double, times } = await opened(row, 1001, options);
    double.failFrom(row.needed, scripted(double));
    return times;
  }

  it.each<[string, Scripted, object]>([
    ['fails', { status: 502 }, { code: 'server-error', message: containing('502 for team/shop (read push times') }],
    ['is no JSON', { body: '<html>' }, { code: 'broken-answer', message: containing('not as its provider documents it') }],
    [
      'is JSON of another shape',
      json({ tags: [{}], results: 1, manifest: [] }),
      { code: 'broken-answer', message: containing('expected') },
    ],
    [
      'asks to wait',
      { status: 429, headers: { 'retry-after': '7' } },
      { code: 'rate-limited', retry: { afterMs: 7000 }, message: containing('asks to wait 7s') },
    ],
  ])('fails as a whole where a page %s', async (_, scripted, failure) => {
    const times = await withLastPage(() => scripted);
    await expect(times()).rejects.toMatchObject(failure);
  });

  it('fails where there is more than the limit of tags', async () => {
    const { times } = await opened(row, 1001, { limits: { maxTags: 1000 } });
    await expect(times()).rejects.toMatchObject({ code: 'too-large', message: containing('more than 1000 tags') });
  });

  it('leaves out what is no tag, and a digest that is none', async () => {
    const double = await startDouble(row.answers, {
      tags: [
        { tag: '-x', digest: 'no digest', at: start },
        { tag: '1', digest: 'no digest', at: 0 },
      ],
      ...(row.provider === 'ghcr' ? { wants } : {}),
    });
    const client = createLocalClient();
    stops.push(
      () => client.close(),
      () => double.stop(),
    );
    const access = { apiUrl: double.url, provider: row.provider, providerUrl: double.url };
    const found = await client.times(
      `${double.host}/team/shop`,
      row.provider === 'ghcr' ? { ...access, credential: named } : access,
      signal,
    );
    expect([...(found ?? new Map()).keys()]).toEqual(['1']);
    expect(found?.get('1')?.digest).toBeUndefined();
  });
});

it.each(rows.filter(({ provider }) => provider !== 'gar'))('more pages than the limit fail ($provider)', async (row) => {
  const { times } = await opened(row, 1001, { limits: { maxPages: 1 } });
  await expect(times()).rejects.toMatchObject({ code: 'too-large', message: containing('more than 1 pages') });
});

describe('a link to the next page', () => {
  const elsewhere = 'http://elsewhere.test/next';
  it.each<[string, Answers, Scripted]>([
    ['docker-hub', dockerHubAnswers, json({ next: elsewhere, results: [] })],
    ['ghcr', githubAnswers(), json([], { link: `<${elsewhere}>; rel="next"` })],
    ['harbor', harborAnswers, json([], { link: `<${elsewhere}>; rel="next"` })],
  ])('of %s that leads to another host is not followed', async (provider, answers, scripted) => {
    const { double, times } = await opened({ provider, answers, needed: 1 }, 1);
    double.failFrom(1, scripted);
    await expect(times()).rejects.toMatchObject({ code: 'broken-answer', message: containing('leads to another host, elsewhere.test') });
  });

  it('that leads to another port gets neither the question nor the credential', async () => {
    const { double, times } = await opened({ provider: 'ghcr', answers: githubAnswers(), needed: 1 }, 1);
    double.failFrom(1, json([], { link: '<http://127.0.0.1:1/next>; rel="next"' }));
    await expect(times()).rejects.toMatchObject({ code: 'broken-answer', message: containing('another host, 127.0.0.1:1') });
  });

  it('that leads to itself ends the reading', async () => {
    const { double, times } = await opened({ provider: 'harbor', answers: harborAnswers, needed: 1 }, 1);
    const target = '/api/v2.0/projects/team/repositories/shop/artifacts?with_tag=true&q=tags%3D*&page=1&page_size=100';
    double.failFrom(1, json([], { link: `<${target}>; rel="next"` }));
    await expect(times()).rejects.toMatchObject({ code: 'broken-answer', message: containing('read already') });
  });
});
