import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../src/kernel/secret.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { createLocalClient } from '../local-client.ts';
import type { ControlApi, Image } from './control-api.double.ts';
import { startControlApi } from './control-api.double.ts';
import { startScripted } from '../scripted-server.ts';

const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const image = `${host}/team/shop`;
const { signal } = new AbortController();
const stops: (() => Promise<void>)[] = [];
const containing = (text: string): unknown => expect.stringContaining(text);
const digestOf = (index: number): string => `sha256:${String(index).padStart(64, '0')}`;
const pushed = Date.parse('2026-01-31T12:00:00Z');

let now = pushed;
let client: RegistryClient;

beforeEach(() => {
  now = pushed;
  client = createLocalClient({ now: () => now });
  stops.push(() => client.close());
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const file of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(file, '/dev/null');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const stop of stops.splice(0)) await stop();
});

async function controlApi(images: readonly Image[] = [], password = () => 'token-1'): Promise<ControlApi> {
  const api = await startControlApi({ account: '123456789012', password, now: () => now, repositories: { 'team/shop': images } });
  stops.push(() => api.stop());
  return api;
}

/** The registry's data plane: Basic, with the user AWS and one of these passwords; it says which one came. */
async function dataPlane(passwords: readonly string[]) {
  const server = await startScripted(({ headers }) => {
    const [, text = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
    const password = Buffer.from(text, 'base64').toString('utf8').replace(/^AWS:/, '');
    if (!passwords.includes(password))
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="x",service="ecr.amazonaws.com"' } };
    return { body: JSON.stringify({ name: 'team/shop', tags: [password] }) };
  });
  stops.push(() => server.stop());
  return server;
}

const times = (api: ControlApi) => client.times(image, { apiUrl: `https://${host}`, providerUrl: api.url }, signal);

describe('DescribeImages', () => {
  it('2,250 images come 1,000 a page, by tag, with time and digest', async () => {
    const images = Array.from({ length: 2250 }, (_, index) => ({
      digest: digestOf(index),
      tags: [`1.0.${index}`],
      pushedAt: pushed + index * 1000,
    }));
    const api = await controlApi([...images, { digest: digestOf(9999), tags: [], pushedAt: pushed }]);
    const read = await times(api);
    expect(read?.size).toBe(2250);
    expect(read?.get('1.0.2249')).toEqual({ digest: digestOf(2249), pushedAt: '2026-01-31T12:37:29.000Z' });
    expect(api.called.map(({ operation }) => operation)).toEqual(Array(3).fill('DescribeImages'));
    expect(api.called[0]?.input).toEqual({
      registryId: '123456789012',
      repositoryName: 'team/shop',
      maxResults: 1000,
      filter: { tagStatus: 'TAGGED' },
    });
    expect(api.called[0]?.headers.authorization).toContain('/eu-west-1/ecr/aws4_request');
  });

  it('one image with several tags', async () => {
    const api = await controlApi([{ digest: digestOf(1), tags: ['1', 'latest'], pushedAt: pushed }]);
    const said = { digest: digestOf(1), pushedAt: '2026-01-31T12:00:00.000Z' };
    expect(await times(api)).toEqual(
      new Map([
        ['1', said],
        ['latest', said],
      ]),
    );
  });

  it.each([
    ['tags', { maxTags: 3 }, 'more than 3 tags'],
    ['pages', { maxPages: 1 }, 'more than 1 pages of images'],
  ])('a limit of %s is a failure, not a short list', async (_, limits, text) => {
    client = createLocalClient({ limits });
    stops.push(() => client.close());
    const api = await controlApi(
      Array.from({ length: 1001 }, (_, index) => ({ digest: digestOf(index), tags: [`${index}`], pushedAt: pushed })),
    );
    await expect(times(api)).rejects.toMatchObject({ code: 'too-large', message: containing(text) });
  });

  it.each([
    [
      'AccessDeniedException',
      'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: ecr:DescribeImages on resource: arn:aws:ecr:eu-west-1:123456789012:repository/team/shop because no identity-based policy allows it',
      'forbidden',
      `the IAM policy must allow ecr:DescribeImages on arn:aws:ecr:eu-west-1:123456789012:repository/team/shop; AWS says:`,
    ],
    ['AccessDeniedException', 'no', 'forbidden', 'the IAM policy must allow ecr:DescribeImages; AWS says: no'],
    [
      'ExpiredTokenException',
      'The security token included in the request is expired',
      'unauthorized',
      'is expired; they are looked for in',
    ],
    ['InvalidParameterException', 'bad name', 'rejected', 'bad name'],
  ])('%s: %s', async (name, message, code, text) => {
    const api = await controlApi();
    api.faults.push({ name, message });
    await expect(times(api)).rejects.toMatchObject({ code, message: containing(text) });
  });

  it('an unknown repository is not found', async () => {
    const api = await controlApi();
    await expect(client.times(`${host}/none`, { apiUrl: `https://${host}`, providerUrl: api.url }, signal)).rejects.toMatchObject({
      code: 'not-found',
      message: `${host}: RepositoryNotFoundException (push times of none, ecr:DescribeImages): The repository with name 'none' does not exist in the registry with id '123456789012'`,
    });
  });

  it('a second page that fails gives no times at all', async () => {
    const api = await controlApi(
      Array.from({ length: 1001 }, (_, index) => ({ digest: digestOf(index), tags: [`${index}`], pushedAt: pushed })),
    );
    api.faults.push('none', { name: 'InvalidParameterException', message: 'the token is old' });
    await expect(times(api)).rejects.toMatchObject({ code: 'rejected' });
  });
});

describe('throttling', () => {
  const throttle = { name: 'ThrottlingException', message: 'Rate exceeded' };

  it('passes where the SDK tries again', async () => {
    const api = await controlApi([{ digest: digestOf(1), tags: ['1'], pushedAt: pushed }]);
    api.faults.push(throttle);
    expect((await times(api))?.size).toBe(1);
    expect(api.called).toHaveLength(2);
  });

  it('that lasts says when to come back, and the registry is left alone until then', async () => {
    const api = await controlApi([{ digest: digestOf(1), tags: ['1'], pushedAt: pushed }]);
    api.faults.push(throttle, throttle, throttle);
    await expect(times(api)).rejects.toMatchObject({
      code: 'rate-limited',
      retry: { afterMs: 30_000 },
      message: containing('Rate exceeded'),
    });
    now += 10_000;
    await expect(times(api)).rejects.toMatchObject({
      code: 'throttled',
      retry: { afterMs: 20_000 },
      message: containing('not asked again for 20s'),
    });
    expect(api.called).toHaveLength(3);
    now += 20_000;
    expect((await times(api))?.size).toBe(1);
  });
});

describe('the token', () => {
  it('is the password of the registry, asked for once however many ask, and again after half of its life', async () => {
    let asked = 0;
    const api = await controlApi([], () => `token-${(asked += 1)}`);
    const { url } = await dataPlane(['token-1', 'token-2']);
    const access = { apiUrl: url, provider: 'ecr', providerUrl: api.url };
    const list = async () => (await client.list(image, access, signal)).tags;
    expect(await Promise.all([list(), list(), list()])).toEqual([['token-1'], ['token-1'], ['token-1']]);
    now += 6 * 3600e3 - 1;
    expect(await list()).toEqual(['token-1']);
    now += 1;
    expect(await list()).toEqual(['token-2']);
    expect(asked).toBe(2);
  });

  it('that is new is not renewed for each image that it is refused for', async () => {
    let asked = 0;
    const api = await controlApi([], () => `token-${(asked += 1)}`);
    const { url } = await dataPlane(['another']);
    const list = async () => client.list(image, { apiUrl: url, provider: 'ecr', providerUrl: api.url }, signal);
    for (let times = 0; times < 3; times += 1) await expect(list()).rejects.toThrow('401 for team/shop');
    expect(asked).toBe(1);
    now += 60_000;
    await expect(list()).rejects.toThrow('401 for team/shop');
    expect(asked).toBe(2);
  });

  it('is not asked for where a credential was named', async () => {
    const api = await controlApi();
    const { url } = await dataPlane(['named']);
    const credential = { username: 'AWS', password: new Secret('named') };
    const listing = await client.list(image, { apiUrl: url, provider: 'ecr', providerUrl: api.url, credential }, signal);
    expect(listing.tags).toEqual(['named']);
    expect(api.called).toEqual([]);
  });

  it('of another registry is another one', async () => {
    const api = await controlApi();
    const { url } = await dataPlane(['token-1']);
    for (const registry of [host, '210987654321.dkr.ecr.us-east-1.amazonaws.com']) {
      await client.list(`${registry}/team/shop`, { apiUrl: url, provider: 'ecr', providerUrl: api.url }, signal);
    }
    expect(api.called.map(({ headers }) => /\/([a-z0-9-]+)\/ecr\//.exec(headers.authorization ?? '')?.[1])).toEqual([
      'eu-west-1',
      'us-east-1',
    ]);
  });

  it.each([
    ['one who gives up leaves it to the others', 0],
    ['one who gave up before asks nothing', 1],
  ])('%s', async (_, before) => {
    const api = await controlApi();
    const { url } = await dataPlane(['token-1']);
    const access = { apiUrl: url, provider: 'ecr', providerUrl: api.url };
    const impatient = new AbortController();
    if (before === 1) impatient.abort();
    const [left, stayed] = [client.list(image, access, impatient.signal), client.list(image, access, signal)];
    impatient.abort();
    await expect(left).rejects.toMatchObject({ code: 'cancelled' });
    expect((await stayed).tags).toEqual(['token-1']);
    expect(api.called).toHaveLength(1);
  });

  it.each([
    ['denied', { name: 'AccessDeniedException', message: 'no' }, 'forbidden', 'the IAM policy must allow ecr:GetAuthorizationToken'],
    ['refused', { name: 'UnrecognizedClientException', message: 'The security token is invalid' }, 'unauthorized', 'is invalid'],
    ['broken', { name: 'ServerException', message: 'oops', status: 500 }, 'server-error', 'oops'],
  ])('%s', async (_, fault, code, text) => {
    const api = await controlApi();
    api.faults.push(fault, fault, fault);
    const listing = client.list(image, { apiUrl: 'http://127.0.0.1:1', provider: 'ecr', providerUrl: api.url }, signal);
    await expect(listing).rejects.toMatchObject({ code, message: containing(text) });
  });

  it('without an answer in time', async () => {
    client = createLocalClient({ timeoutMs: 200 });
    stops.push(() => client.close());
    const api = await controlApi();
    api.faults.push('hang');
    const listing = client.list(image, { apiUrl: 'http://127.0.0.1:1', provider: 'ecr', providerUrl: api.url }, signal);
    await expect(listing).rejects.toMatchObject({
      code: 'timed-out',
      message: `${host}: no answer within 200ms (get a token, ecr:GetAuthorizationToken)`,
    });
  });

  it('nobody answers', async () => {
    const listing = client.list(image, { apiUrl: 'http://127.0.0.1:1', provider: 'ecr', providerUrl: 'http://127.0.0.1:1' }, signal);
    await expect(listing).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('without AWS credentials', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  });

  it('a listing says where they are looked for', async () => {
    const api = await controlApi();
    await expect(client.list(image, { apiUrl: 'http://127.0.0.1:1', provider: 'ecr', providerUrl: api.url }, signal)).rejects.toMatchObject(
      {
        code: 'unauthorized',
        message: containing(
          `${host}: no AWS credentials (get a token, ecr:GetAuthorizationToken): Could not load credentials from any providers; they are looked for`,
        ),
      },
    );
  });

  it('there is no side door for a credential that somebody named', async () => {
    const api = await controlApi();
    const credential = { username: 'AWS', password: new Secret('named') };
    expect(await client.times(image, { apiUrl: `https://${host}`, providerUrl: api.url, credential }, signal)).toBeUndefined();
    await expect(times(api)).rejects.toMatchObject({ code: 'unauthorized' });
  });
});
