import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEcr } from '../../../src/registry/ecr/control.ts';
import type { Ecr } from '../../../src/registry/ecr/ecr.ts';
import type { Seen } from '../scripted-server.ts';
import { startScripted } from '../scripted-server.ts';
import { startControlApi } from './control-api.double.ts';

// Which credentials the AWS SDK finds is AWS's word: these rows hold that nothing of ours stands between it and a cluster's identities.
const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const ours = { host, account: '123456789012', region: 'eu-west-1', fips: false, dualStack: false };
const { signal } = new AbortController();
const stops: (() => Promise<unknown>)[] = [];
let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'windlass-aws-'));
  stops.push(() => rm(home, { recursive: true, force: true }));
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_REGION']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function filed(name: string, text: string): Promise<string> {
  await writeFile(join(home, name), text);
  return join(home, name);
}

async function served(answer: (seen: Seen) => object | string): Promise<string> {
  const server = await startScripted((seen) => {
    const body = answer(seen);
    const type = typeof body === 'string' ? 'text/xml' : 'application/json';
    return { headers: { 'content-type': type }, body: typeof body === 'string' ? body : JSON.stringify(body) };
  });
  stops.push(() => server.stop());
  return server.url;
}

const expiration = '2099-01-01T00:00:00Z';

/** Sets up one way of finding credentials, with the access key `AKIDFOUND`. */
const ways: Readonly<Record<string, () => Promise<void>>> = {
  environment: () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDFOUND');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    return Promise.resolve();
  },
  'a profile': async () => {
    await filed('credentials', '[shop]\naws_access_key_id = AKIDFOUND\naws_secret_access_key = secret\n');
    vi.stubEnv('AWS_PROFILE', 'shop');
  },
  'Pod Identity': async () => {
    const url = await served(({ headers }) =>
      headers.authorization === 'pod-token' ? { AccessKeyId: 'AKIDFOUND', SecretAccessKey: 's', Token: 't', Expiration: expiration } : {},
    );
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${url}/v1/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', await filed('token', 'pod-token'));
  },
  IRSA: async () => {
    const url = await served(({ body }) => {
      const asked = new URLSearchParams(body);
      const right = asked.get('Action') === 'AssumeRoleWithWebIdentity' && asked.get('WebIdentityToken') === 'web-token';
      const keys = `<AccessKeyId>${right ? 'AKIDFOUND' : 'AKIDWRONG'}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
      const result = `<Credentials>${keys}<Expiration>${expiration}</Expiration></Credentials>`;
      return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>${result}</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
    });
    vi.stubEnv('AWS_ENDPOINT_URL_STS', url);
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/windlass');
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', await filed('token', 'web-token'));
  },
};

type Control = { readonly createEcr: (options: { readonly now: () => number; readonly timeoutMs: number }) => Ecr };

/** The control API's caller in one bundle, as the image holds it (scripts/build.ts): what the SDK loads later are parts of that bundle. */
async function fromBundle(): Promise<Control> {
  const outdir = await mkdtemp(join(tmpdir(), 'windlass-bundle-'));
  const js = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  await build({
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node22', splitting: true, outExtension: { '.js': '.mjs' } },
    ...{ entryPoints: ['src/registry/ecr/control.ts'], outdir, banner: { js }, logLevel: 'error' },
  });
  bundles.push(outdir);
  return (await import(pathToFileURL(join(outdir, 'control.mjs')).href)) as Control;
}

const bundles: string[] = [];
afterAll(() => Promise.all(bundles.map((outdir) => rm(outdir, { recursive: true }))));

describe.each<[string, () => Promise<Control>]>([
  ['from its sources', () => Promise.resolve({ createEcr })],
  ['from a bundle', fromBundle],
])('%s, the control API is asked with the credentials of', (_, load) => {
  const control = load();

  it.each(Object.entries(ways))('%s', async (_, setUp) => {
    await setUp();
    const api = await startControlApi({ password: () => 'unused', repositories: { 'team/shop': [] } });
    const ecr = (await control).createEcr({ now: Date.now, timeoutMs: 60_000 });
    stops.push(
      () => api.stop(),
      () => Promise.resolve(ecr.close()),
    );
    const place = { ...ours, endpoint: api.url };
    expect(await ecr.times(place, { repository: 'team/shop', limits: { maxPages: 1, maxTags: 1 } }, signal)).toEqual(new Map());
    const [, key] = /Credential=(\w+)\/\d+\/eu-west-1\/ecr\//.exec(api.called[0]?.headers.authorization ?? '') ?? [];
    expect(key).toBe('AKIDFOUND');
  });
});
