import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pushImage, retag } from '../../src/sandbox/registry/push.ts';
import { startControlApi } from '../registry/ecr/control-api.double.ts';
import { createLocalClient } from '../registry/local-client.ts';
import { credential, registries } from './registry/servers.ts';

// Amazon ECR is a registry behind Basic whose password comes from an API of another host: the registry is a real one, the API a double.
const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const image = `${host}/team/shop`;
const { signal } = new AbortController();
const aws = { username: 'AWS', password: credential.password };
const pushedAt = Date.parse('2026-02-01T08:00:00Z');

describe.each(registries)('Amazon ECR on %s', (_, start) => {
  const stops: (() => Promise<void>)[] = [];
  let digest = '';
  let access = { apiUrl: '', provider: 'ecr', providerUrl: '' };
  let password = aws.password;
  let tokens = 0;

  beforeAll(async () => {
    const registry = await start('basic', aws.username);
    ({ digest } = await pushImage(registry.url, 'team/shop', '1.0.0', { credential: aws }));
    await retag(registry.url, 'team/shop', { from: '1.0.0', to: '1.0.1' }, aws);
    const images = [{ digest, tags: ['1.0.0', '1.0.1'], pushedAt }];
    const nextPassword = (): string => {
      tokens += 1;
      return password;
    };
    const api = await startControlApi({ account: '123456789012', password: nextPassword, repositories: { 'team/shop': images } });
    stops.push(
      () => registry.stop(),
      () => api.stop(),
    );
    access = { ...access, apiUrl: registry.url, providerUrl: api.url };
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const stop of stops) await stop();
  });

  it('tags, digests, facts and times with one token', async () => {
    const client = createLocalClient();
    tokens = 0;
    expect((await client.list(image, access, signal)).tags).toEqual(['1.0.0', '1.0.1']);
    expect(await client.served(image, '1.0.1', access, signal)).toBe(digest);
    expect(await client.facts(image, '1.0.1', access, signal)).toMatchObject({ digest });
    const said = { digest, pushedAt: '2026-02-01T08:00:00.000Z' };
    expect(await client.times(image, access, signal)).toEqual(
      new Map([
        ['1.0.0', said],
        ['1.0.1', said],
      ]),
    );
    expect(tokens).toBe(1);
    await client.close();
  });

  it('a token that the registry refuses is asked for once more, when it is a minute old', async () => {
    let now = Date.now();
    const client = createLocalClient({ now: () => now });
    tokens = 0;
    password = 'revoked';
    const refused = client.list(image, access, signal);
    await expect(refused).rejects.toMatchObject({ code: 'unauthorized', message: expect.stringContaining('as AWS') as string });
    // A new one would be refused as well, and its calls are those of the whole account.
    expect(tokens).toBe(1);
    password = aws.password;
    now += 61_000;
    expect((await client.list(image, access, signal)).complete).toBe(true);
    expect(tokens).toBe(2);
    await client.close();
  });
});
