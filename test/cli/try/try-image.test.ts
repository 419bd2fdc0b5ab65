import { describe, expect, it } from 'vitest';
import type { TryOptions } from '../../../src/cli/try/options.ts';
import { Trial } from '../../../src/reconcile/explain/record.ts';
import { list, run } from './run.ts';

const image = 'ghcr.io/acme/shop';

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

  it('are read as v1.3 does where that is asked for', async () => {
    const tags = '1.0.0\n1.1.0-rc.1';
    expect((await decided(image, {}, tags)).choice.to).toEqual({ tag: '1.1.0-rc.1' });
    expect((await decided(image, { compat: 'v1' }, tags)).choice.to).toEqual({ tag: '1.0.0' });
  });

  it('that are none are none, and no policy that takes none', async () => {
    expect((await decided(image, {}, '')).choice.because).toBe(`no tag of ${image} is listed`);
  });

  it('without a current one to differ from are written with their digest', async () => {
    const { because } = (await decided(`${image}:latest`, { strategy: 'digest' })).choice;
    expect(because).toBe(`latest of ${image} is written with its digest; Git has no tag yet`);
  });

  it.each([
    ['an age', { minAge: '3d' }],
    ['build times', { strategy: 'newest-build' }],
  ])('without the times that %s needs ask for them, and for no push', async (_, options) => {
    expect((await decided(image, options, '1.0.0\n1.1.0')).changes).toEqual([
      'give the time behind the tags, such as 1.2.3 2026-03-01T12:00:00Z',
    ]);
  });

  it('do not have a tag to follow that is none of them', async () => {
    const { choice, changes } = await decided(image, { follow: 'stable', current: '1.0.0' });
    expect(choice.because).toContain('the registry does not serve stable');
    expect(changes).toEqual(['push stable, or let follow name a tag that the registry serves']);
  });

  it('have no digest in the question that nobody gave them', async () => {
    expect(JSON.stringify((await decided(image, {})).question)).not.toContain('sha256:');
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
    const err = '--tags: got /nowhere/tags.txt, which cannot be read (no such file or directory), expected a file, or -\n';
    expect(await run(image, { tags: '/nowhere/tags.txt' })).toEqual({ status: 2, out: '', err });
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
        .map((line) => line.replace(/, expected .*/, ''))
        .sort(),
    ).toEqual(
      [
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
      ].sort(),
    );
  });

  it('name a constraint that is none beside the others, and nothing that is used in place of what is wrong', async () => {
    const { status, err } = await run(image, { constraint: '>>', minAge: '3x', strategy: 'semver', tags: '-' });
    expect({ status, at: err.split('\n').map((line) => line.replace(/: .*/, '')) }).toEqual({
      status: 2,
      at: ['--min-age', '--constraint', ''],
    });
    expect((await run(image, { strategy: 'semvr', tags: '-' })).err).not.toContain('is used');
  });

  it('of a kind are told once', async () => {
    const { err } = await run(image, { platforms: 'linux', tags: '-' });
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    [
      'a constraint with = and no alias, which image-list refuses',
      'nginx:>=1.0 <2',
      { tags: '-' },
      'IMAGE: got "nginx:>=1.0 <2", expected an alias before the first =, as in image-list (web=nginx:>=1.0 <2), or the constraint as an option (--constraint ">=1.0 <2")\n',
    ],
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
