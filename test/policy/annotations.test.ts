import { describe, expect, it } from 'vitest';
import { readWatches } from '../../src/policy/annotations.ts';
import { policies } from '../../src/policy/policies/table.ts';
import { application } from './question.ts';

const app = application('shop');

function read(keys: Readonly<Record<string, string>>, prefix = 'argocd-image-updater.argoproj.io') {
  return readWatches(app, Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${prefix}/${key}`, value])));
}

/** The one watch of annotations that watch one image. */
function watchOf(keys: Readonly<Record<string, string>>) {
  const wishes = read(keys);
  if (wishes.kind !== 'watched') throw new Error(JSON.stringify(wishes));
  return wishes.watches[0];
}

function warningsOf(keys: Readonly<Record<string, string>>) {
  const wishes = read(keys);
  return wishes.kind === 'watched' ? wishes.warnings : [];
}

describe('image-list', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx', 'nginx', undefined],
    ['nginx:1.x', 'docker.io/library/nginx', 'nginx', '1.x'],
    ['nginx:~1.26', 'docker.io/library/nginx', 'nginx', '~1.26'],
    ['a=nginx:>=1.0 <2.0', 'docker.io/library/nginx', 'nginx', '>=1.0 <2.0'],
    ['nginx:^1 || ^3', 'docker.io/library/nginx', 'nginx', '^1 || ^3'],
    ['nginx:1.2 - 1.5', 'docker.io/library/nginx', 'nginx', '1.2 - 1.5'],
    ['docker.io/library/nginx:~1.2', 'docker.io/library/nginx', 'docker.io/library/nginx', '~1.2'],
    ['index.docker.io/library/nginx:1', 'docker.io/library/nginx', 'index.docker.io/library/nginx', '1'],
    ['localhost:5000/foo:1.2', 'localhost:5000/foo', 'localhost:5000/foo', '1.2'],
    ['localhost:5000/foo:~1.2', 'localhost:5000/foo', 'localhost:5000/foo', '~1.2'],
    ['registry:5000/foo:~1.2', 'registry:5000/foo', 'registry:5000/foo', '~1.2'],
    ['reg.example.com:5000/foo/bar:~1.2', 'reg.example.com:5000/foo/bar', 'reg.example.com:5000/foo/bar', '~1.2'],
    ['localhost/foo:~1.2', 'localhost/foo', 'localhost/foo', '~1.2'],
    ['foo.bar:5000', 'docker.io/library/foo.bar', 'foo.bar', '5000'],
    ['nginx:', 'docker.io/library/nginx', 'nginx', undefined],
    [' web = nginx : ~1 ', 'docker.io/library/nginx', 'nginx', '~1'],
  ])('%s', (text, image, written, constraint) => {
    const watch = watchOf({ 'image-list': text });
    expect(watch).toMatchObject({ image, written });
    expect(watch?.constraint).toBe(constraint);
  });

  it('is unmanaged where it is absent, and warned about where it is empty', () => {
    expect(readWatches(app, { 'argocd-image-updater.argoproj.io/update-strategy': 'semver' })).toEqual({ kind: 'unmanaged' });
    expect(read({ 'image-list': ' , ' })).toMatchObject({ kind: 'watched', watches: [], warnings: [{ expected: 'at least one image' }] });
  });

  it('tells all problems at once: where, got, expected', () => {
    expect(
      read({
        'image-list': 'nginx:>=1.0, web=, https://reg.io/app:1, ghcr.io/Team/app',
        'write-back-method': 'Git',
        'git-branch': 'a:b:c',
        'force-updat': 'true',
      }),
    ).toEqual({
      kind: 'refused',
      warnings: [
        {
          at: 'argocd-image-updater.argoproj.io/force-updat',
          got: 'a key that nothing reads',
          expected: expect.stringMatching(/^one of .*\bforce-update\b/) as string,
        },
      ],
      problems: [
        {
          at: 'argocd-image-updater.argoproj.io/image-list',
          got: '"nginx:>=1.0"',
          expected: 'an alias before the first =, such as web=nginx:>=1.0 (a constraint with = needs one)',
        },
        {
          at: 'argocd-image-updater.argoproj.io/image-list',
          got: '"web="',
          expected: '[alias=]image[:constraint] with an image name in lower case',
        },
        {
          at: 'argocd-image-updater.argoproj.io/image-list',
          got: '"https://reg.io/app:1"',
          expected: 'an image without scheme, such as reg.example.com/app',
        },
        {
          at: 'argocd-image-updater.argoproj.io/image-list',
          got: '"ghcr.io/Team/app"',
          expected: '[alias=]image[:constraint] with an image name in lower case',
        },
        {
          at: 'argocd-image-updater.argoproj.io/write-back-method',
          got: '"Git"',
          expected: 'argocd, git, git:repocreds or git:secret:<namespace>/<name>',
        },
        { at: 'argocd-image-updater.argoproj.io/git-branch', got: '"a:b:c"', expected: 'base, base:write or :write' },
      ],
    });
  });

  it('does not use a digest, and says so', () => {
    expect(warningsOf({ 'image-list': 'gcr.io/x/y:1.2@sha256:abcde' })).toMatchObject([
      { expected: 'an image without digest; the digest is not used' },
    ]);
  });
});

describe('the two prefixes', () => {
  it('are one, and windlass.dev wins where both are set', () => {
    const wishes = readWatches(app, {
      'windlass.dev/web.allow-tags': 'regexp:^1',
      'argocd-image-updater.argoproj.io/image-list': 'web=nginx',
      'argocd-image-updater.argoproj.io/web.allow-tags': 'any',
      'windlass.dev/paused': 'true',
    });
    expect(wishes).toMatchObject({
      kind: 'watched',
      paused: true,
      warnings: [],
      watches: [{ allow: { kind: 'regexp', expression: '^1' } }],
    });
  });

  it.each([
    ['false', false, 0],
    ['TRUE', true, 0],
    ['yes', true, 1],
  ])('paused %s', (paused, expected, warned) => {
    const wishes = read({ 'image-list': 'nginx', paused }, 'windlass.dev');
    expect(wishes).toMatchObject({ paused: expected });
    expect(wishes.kind === 'watched' && wishes.warnings.length).toBe(warned);
  });
});

describe('an option of an image', () => {
  it.each([
    ['its own wins', { 'web.ignore-tags': 'a, b', 'ignore-tags': 'c' }, ['a', 'b']],
    ["the Application's follows", { 'ignore-tags': 'c,' }, ['c']],
    ['its own counts also when empty', { 'web.ignore-tags': '', 'ignore-tags': 'c' }, []],
  ])('%s', (_, keys, ignore) => {
    expect(watchOf({ 'image-list': 'web=nginx', ...keys })).toMatchObject({ ignore });
  });

  it('is read for an alias with a slash under an underscore, and without alias under a leading dot', () => {
    expect(watchOf({ 'image-list': 'org/web=nginx', 'org_web.update-strategy': 'alphabetical' })).toMatchObject({
      strategy: 'alphabetical',
    });
    expect(watchOf({ 'image-list': 'nginx', '.update-strategy': 'alphabetical' })).toMatchObject({ strategy: 'alphabetical' });
  });

  it.each([
    ['SemVer', 'semver', []],
    ['latest', 'newest-build', [{ got: '"latest"', expected: 'newest-build, its newer name' }]],
    ['Name', 'alphabetical', [{ got: '"Name"', expected: 'alphabetical, its newer name' }]],
    ['digest ', 'semver', [{ got: '"digest "', expected: `one of ${Object.keys(policies).join(', ')}; semver is used` }]],
    ['constructor', 'semver', [{ got: '"constructor"' }]],
  ])('update-strategy %s', (text, strategy, warnings) => {
    expect(watchOf({ 'image-list': 'web=nginx', 'web.update-strategy': text })).toMatchObject({ strategy });
    expect(warningsOf({ 'image-list': 'web=nginx', 'web.update-strategy': text })).toMatchObject(warnings);
  });

  it.each([
    [{ 'web.allow-tags': 'ANY' }, { kind: 'any' }],
    [{ 'web.allow-tags': 'RegExp:a:b' }, { kind: 'regexp', expression: 'a:b' }],
    [{ 'web.allow-tags': 'regexp:' }, { kind: 'regexp', expression: '' }],
    [{ 'web.allow-tags': 'any ' }, { kind: 'nothing' }],
    [{ 'web.allow-tags': 'regexp:(?=x)' }, { kind: 'nothing' }],
    [{ 'web.tag-match': 'regexp:^v' }, { kind: 'regexp', expression: '^v' }],
    [
      { 'web.tag-match': 'regexp:^v', 'allow-tags': 'regexp:^1' },
      { kind: 'regexp', expression: '^1' },
    ],
    [
      { 'web.tag-match': 'regexp:^v', 'web.allow-tags': '' },
      { kind: 'regexp', expression: '^v' },
    ],
  ])('%j', (keys, allow) => {
    expect(watchOf({ 'image-list': 'web=nginx', ...keys })).toMatchObject({ allow });
    expect(warningsOf({ 'image-list': 'web=nginx', ...keys })).toHaveLength(allow.kind === 'nothing' ? 1 : 0);
  });

  it('reads the rest', () => {
    const watch = watchOf({
      'image-list': 'web=nginx',
      'force-update': 'true',
      'web.pull-secret': 'pullsecret:prod/regcred',
      'web.platforms': 'linux/amd64, linux/arm/v7,linux/amd64',
      'web.kustomize.image-name': ' old ',
      'web.helm.image-tag': 'image.tag',
    });
    expect(watch).toMatchObject({
      alias: 'web',
      forceUpdate: true,
      pullSecret: 'pullsecret:prod/regcred',
      platforms: ['linux/amd64', 'linux/arm/v7'],
      kustomizeName: 'old',
      helm: { imageTag: 'image.tag' },
    });
  });

  it.each([
    ['force-update', 'True', 'true or false; false is used'],
    [
      'web.pull-secret',
      'regcred',
      'pullsecret:<namespace>/<name>, secret:<namespace>/<name>#<field>, env:<variable> or ext:<absolute path>; none is used',
    ],
    ['web.platforms', 'linux', 'platforms such as linux/amd64,linux/arm/v7; "linux" is none'],
    ['web.platforms', 'linux/amd64,foo,', 'platforms such as linux/amd64,linux/arm/v7; "foo" is none'],
  ])('%s: %s is tolerated with a warning', (key, value, expected) => {
    expect(warningsOf({ 'image-list': 'web=nginx', [key]: value })).toEqual([
      { at: `argocd-image-updater.argoproj.io/${key}`, got: JSON.stringify(value), expected },
    ]);
  });

  it('is warned about once, also where several images read it', () => {
    expect(warningsOf({ 'image-list': 'a=nginx,b=redis', 'update-strategy': 'semvr' })).toHaveLength(1);
  });

  it.each([
    ['web.update-stategy', 'one of update-strategy, force-update, allow-tags'],
    ['wbe.allow-tags', 'an alias of image-list: web'],
    ['image-lists', 'one of image-list, update-strategy'],
  ])('%s is a key that nothing reads', (key, expected) => {
    expect(warningsOf({ 'image-list': 'web=nginx', [key]: 'any' })).toMatchObject([
      { got: 'a key that nothing reads', expected: expect.stringContaining(expected) as string },
    ]);
  });

  it.each([
    ['foo/bar:latest', 'foo_bar.update-strategy', 'an alias in image-list to read it for: foo_bar=foo/bar:latest'],
    ['web=nginx, reg.example.com/foo/bar', 'bar.update-strategy', 'an alias in image-list to read it for: bar=reg.example.com/foo/bar'],
    ['foo/bar', 'baz.update-strategy', 'an alias in image-list to read it for'],
  ])('says which alias an image of %s needs for %s', (list, key, expected) => {
    expect(warningsOf({ 'image-list': list, [key]: 'digest' })).toEqual([
      { at: `argocd-image-updater.argoproj.io/${key}`, got: 'a key that nothing reads', expected },
    ]);
  });

  it('does not hide what is wrong beside an entry that cannot be read', () => {
    const wishes = readWatches(app, {
      'windlass.dev/image-list': 'nginx:>=1.0, redis',
      'windlass.dev/min-age': 'soon',
      'windlass.dev/redis.min-age': '3 days',
      'windlass.dev/redis.allow-tags': 'regexp:(',
      'windlass.dev/web.update-strategy': 'semvr',
      'windlass.dev/web.hold': 'yes',
      'windlass.dev/web.hodl': 'true',
    });
    if (wishes.kind !== 'refused') throw new Error(wishes.kind);
    expect(wishes.problems.map(({ at, got }) => `${at} ${got}`)).toEqual([
      'windlass.dev/image-list "nginx:>=1.0"',
      'windlass.dev/min-age "soon"',
      'windlass.dev/redis.min-age "3 days"',
    ]);
    expect(wishes.warnings.map(({ at, got }) => `${at} ${got}`)).toEqual([
      'windlass.dev/redis.allow-tags "regexp:("',
      'windlass.dev/web.update-strategy "semvr"',
      'windlass.dev/web.hold "yes"',
      'windlass.dev/redis.min-age a key that nothing reads',
      'windlass.dev/redis.allow-tags a key that nothing reads',
      'windlass.dev/web.hodl a key that nothing reads',
    ]);
  });

  it('reads keys of the whole Application also where no entry of the list can be read', () => {
    expect(readWatches(app, { 'windlass.dev/image-list': 'http://x', 'windlass.dev/min-age': 'soon' })).toMatchObject({
      kind: 'refused',
      problems: [{ at: 'windlass.dev/image-list' }, { at: 'windlass.dev/min-age' }],
      warnings: [],
    });
  });

  it('leaves keys of windlass.dev to the rooms that read them', () => {
    expect(readWatches(app, { 'windlass.dev/image-list': 'web=nginx', 'windlass.dev/on-error': 'hold' })).toMatchObject({ warnings: [] });
  });
});

describe('write-back', () => {
  it.each([
    [{}, { method: 'argocd' }],
    [{ 'write-back-method': ' argocd ' }, { method: 'argocd' }],
    [{ 'write-back-method': ' git ' }, { method: 'git', credentials: 'repocreds' }],
    [{ 'write-back-method': 'git:repocreds' }, { method: 'git', credentials: 'repocreds' }],
    [{ 'write-back-method': 'git:secret:prod/git' }, { method: 'git', credentials: 'secret:prod/git' }],
    [
      {
        'write-back-method': 'git',
        'write-back-target': 'kustomization:../base',
        'git-branch': 'main',
        'git-repository': 'https://git.example.com/x.git',
      },
      {
        method: 'git',
        credentials: 'repocreds',
        target: 'kustomization:../base',
        branch: 'main',
        repository: 'https://git.example.com/x.git',
      },
    ],
  ])('%j', (keys, writeBack) => {
    expect(read({ 'image-list': 'nginx', ...keys })).toMatchObject({ kind: 'watched', writeBack });
  });

  it.each(['', 'argocd:x', 'ARGOCD', 'git:foo', 'git:secret:', 'git:secret:name'])('method %j is refused', (method) => {
    expect(read({ 'image-list': 'nginx', 'write-back-method': method })).toMatchObject({
      kind: 'refused',
      problems: [{ got: JSON.stringify(method) }],
    });
  });
});
