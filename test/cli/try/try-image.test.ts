import { Readable } from 'node:stream';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TryOptions } from '../../../src/cli/try/options.ts';
import { tryImage } from '../../../src/cli/try/try-image.ts';
import { Trial } from '../../../src/reconcile/explain/record.ts';
import { pushImage, retag } from '../../../src/sandbox/registry/push.ts';
import type { SandboxRegistry } from '../../../src/sandbox/registry/start-registry.ts';
import { startRegistry } from '../../../src/sandbox/registry/start-registry.ts';

const image = 'ghcr.io/acme/shop';
const list = ['1.0.0 2026-01-01', '', '# a remark', '1.2.0 2026-02-01', '2.0.0 2026-03-01T10:00:00Z', 'latest'].join('\n');

type Run = { readonly status: number; readonly out: string; readonly err: string };

async function run(
  written: string,
  options: Partial<TryOptions>,
  { input = list, env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Run> {
  const said = { out: '', err: '' };
  const status = await tryImage(
    written,
    { passwordStdin: false, all: false, output: 'text', ...options },
    { input: Readable.from([Buffer.from(input)]), env, out: (text) => (said.out += text), err: (text) => (said.err += text) },
  );
  return { status, ...said };
}

async function decided(written: string, options: Partial<TryOptions>, input = list): Promise<Trial> {
  const { out } = await run(written, { ...options, tags: '-', output: 'json' }, { input });
  const told: unknown = JSON.parse(out);
  const trial = Trial.parse(told);
  expect(trial, 'a field that is not documented').toEqual(told);
  return trial;
}

describe('tags from standard input', () => {
  it('are decided with the sentences of the service, grouped by rule', async () => {
    const { status, out, err } = await run(`${image}:^1`, { tags: '-' });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain(`choose 1.2.0: 1.2.0 is the newest tag of ${image} that satisfies ^1; Git has no tag yet`);
    expect(out).toMatch(/^ {2}dropped +1 +2\.0\.0 +2\.0\.0 does not satisfy \^1$/m);
    expect(out).toMatch(/^ {2}dropped +1 +latest +latest is no version$/m);
  });

  it.each([
    ['a newer one', `${image}:^1`, { current: '1.0.0' }, { status: 0, kind: 'raise', to: { tag: '1.2.0' } }],
    ['the current one', `${image}:^1`, { current: '1.2.0' }, { status: 0, kind: 'keep' }],
    ['a current one that the policy does not take', image, { current: '1.2.0', constraint: '^9' }, { status: 4, kind: 'keep' }],
    ['none', image, { constraint: '^9' }, { status: 4, kind: 'keep', because: `no tag of ${image} satisfies ^9` }],
    ['the newest build, by the times of the list', image, { strategy: 'newest-build' }, { status: 0, kind: 'raise', to: { tag: '2.0.0' } }],
    ['the lowest', image, { order: 'semver descending' }, { status: 0, kind: 'raise', to: { tag: '1.0.0' } }],
    ['what is old enough', image, { minAge: '20d', asOf: '2026-03-02' }, { status: 0, kind: 'raise', to: { tag: '1.2.0' } }],
    ['of another entry of image-list', `web=${image}:~1.0`, {}, { status: 0, kind: 'raise', to: { tag: '1.0.0' } }],
  ])('choose %s', async (_, written, options, { status, ...choice }) => {
    const trial = await decided(written, options);
    expect(trial.choice).toMatchObject(choice);
    expect((await run(written, { ...options, tags: '-' })).status).toBe(status);
  });

  it('as of a moment are those that were there', async () => {
    const trial = await decided(image, { asOf: '2026-02-15T00:00:00Z' });
    expect(trial.choice).toMatchObject({ kind: 'raise', to: { tag: '1.2.0' } });
    expect(trial.tags.find(({ tag }) => tag === '2.0.0')?.because).toBe(
      '2.0.0 was pushed at 2026-03-01T10:00:00.000Z, after 2026-02-15T00:00:00.000Z',
    );
    expect(trial.notes).toEqual(['1 of 4 tags have no push time here: they are taken as there at 2026-02-15T00:00:00.000Z']);
  });

  it('give no digest that nobody knows, and one that the list brings', async () => {
    expect((await decided(image, {})).choice.to).toEqual({ tag: '2.0.0' });
    const digest = `sha256:${'a'.repeat(64)}`;
    const followed = await decided(image, { follow: 'latest' }, `1.0.0\n1.1.0 ${digest}\nlatest ${digest}`);
    expect(followed.choice).toMatchObject({ kind: 'raise', to: { tag: '1.1.0' } });
  });

  it('that cannot be read are told with their lines, and nothing is decided', async () => {
    const { status, out, err } = await run(image, { tags: '-' }, { input: '1.0.0\n-x\n1.1.0 soon\n1.2.0 2026-01-01 2026-01-02' });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    const expected = 'expected a tag, and behind it at most a time and a digest';
    expect(err.split('\n')).toEqual([
      `standard input:2: got "x", ${expected}`,
      `standard input:3: got "1.1.0 soon", ${expected}`,
      `standard input:4: got "1.2.0 2026-01-01 2026-01-02", ${expected}`,
      '',
    ]);
  });

  it('from a file that is not there is wrong usage', async () => {
    expect(await run(image, { tags: '/nowhere/tags.txt' })).toMatchObject({
      status: 2,
      err: '--tags: got /nowhere/tags.txt, which cannot be read (no such file or directory), expected a file, or -\n',
    });
  });
});

describe('wrong options', () => {
  it('are told all at once, in the words of annotations, and nothing is asked', async () => {
    const { status, out, err } = await run('ghcr.io/acme/Shop:^1', {
      constraint: '>=1, <2',
      strategy: 'semvr',
      allowTags: 'regexp:(',
      minAge: '3x',
      current: 'a b',
      asOf: 'yesterday',
      output: 'yaml',
      tags: '-',
      passwordStdin: true,
      platforms: 'linux/amd64',
      apiUrl: 'ftp://x',
    });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(
      err
        .trim()
        .split('\n')
        .map((line) => line.replace(/, expected .*/, '')),
    ).toEqual([
      'IMAGE: got "ghcr.io/acme/Shop:^1"',
      '--strategy: got "semvr"',
      '--allow-tags: got "regexp:("',
      '--min-age: got "3x"',
      '--constraint: got ">=1, <2"',
      '--current: got "a b"',
      '--as-of: got "yesterday"',
      '--output: got "yaml"',
      '--tags: got "-"',
      '--username: got nothing',
      '--platforms: got "linux/amd64"',
      '--api-url: got "ftp://x"',
      '--api-url: got "ftp://x"',
    ]);
  });

  it.each([
    ['two constraints', `${image}:^1`, { constraint: '^2' }, '--constraint: got "^2", expected none, because IMAGE brings one: "^1"\n'],
    ['two images', 'a,b', {}, 'IMAGE: got "a,b", expected one image, such as ghcr.io/acme/shop or ghcr.io/acme/shop:^1.2\n'],
    [
      'a name without password',
      image,
      { username: 'x' },
      '--password-stdin: got nothing, expected this option too, because there is --username\n',
    ],
  ])('%s', async (_, written, options, err) => {
    expect(await run(written, options)).toEqual({ status: 2, out: '', err });
  });
});

describe('a registry', () => {
  const login = { username: 'bot', password: 's3cret' };
  let registry: SandboxRegistry;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-try-'));
    registry = await startRegistry({ credential: login });
    await pushImage(registry.url, 'team/shop', '1.0.0', { credential: login, created: '2026-01-01T00:00:00Z' });
    await pushImage(registry.url, 'team/shop', '1.1.0', { credential: login, created: '2026-02-01T00:00:00Z' });
    await retag(registry.url, 'team/shop', { from: '1.1.0', to: 'latest' }, login);
  });
  afterAll(async () => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const at = (more: Partial<TryOptions> = {}) => ({ apiUrl: registry.url, ...more });
  const name = () => `${registry.host}/team/shop`;

  it('is asked with the login of standard input', async () => {
    const { status, out } = await run(name(), at({ username: 'bot', passwordStdin: true, output: 'json' }), { input: 's3cret\n' });
    const trial = Trial.parse(JSON.parse(out));
    expect({ status, choice: trial.choice }).toMatchObject({ status: 0, choice: { kind: 'raise', to: { tag: '1.1.0' } } });
    expect(trial.choice.to?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('is asked with the login of the docker configuration, for build times too', async () => {
    const auth = Buffer.from('bot:s3cret').toString('base64');
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const env = { DOCKER_CONFIG: folder };
    expect((await run(name(), at({ strategy: 'newest-build', ignoreTags: 'latest', output: 'json' }), { env })).out).toContain(
      '"tag": "1.1.0"',
    );
    const followed = await run(name(), at({ follow: 'latest', current: '1.0.0' }), { env });
    expect(followed).toMatchObject({ status: 0, err: '', out: expect.stringContaining('choose 1.1.0') as string });
  });

  it('whose helper cannot be run is asked without a login, and says both', async () => {
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'none-such' }));
    const { status, out, err } = await run(name(), at(), { env: { DOCKER_CONFIG: folder, PATH: folder } });
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^docker-credential-none-such is not on PATH; asking without a login\n.*401/);
  });

  it('that does not answer is a failure, in the words of the service', async () => {
    expect(await run('127.0.0.1:1/shop', { apiUrl: 'http://127.0.0.1:1' })).toEqual({
      status: 1,
      out: '',
      err: '127.0.0.1:1: no connection for shop (list tags, without a credential): ECONNREFUSED\n',
    });
  });
});
