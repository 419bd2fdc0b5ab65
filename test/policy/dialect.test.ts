import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWatches } from '../../src/policy/annotations.ts';
import type { Compat } from '../../src/policy/annotations/annotation.ts';
import { keysAt } from '../../src/policy/annotations/table.ts';
import { application } from './question.ts';

const app = application('shop');
const prefix = 'argocd-image-updater.argoproj.io/';

function read(keys: Readonly<Record<string, string>>, compat: Compat = 'v0') {
  const all = { 'image-list': 'web=nginx', ...keys };
  return readWatches(app, Object.fromEntries(Object.entries(all).map(([key, value]) => [`${prefix}${key}`, value])), compat);
}

const refused = { kind: 'refused' };
const watching = (watch: object) => ({ kind: 'watched', watches: [watch] });

describe('where v0.18 and v1.3 differ', () => {
  it.each([
    ['force-update in other words', { 'force-update': 'T' }, watching({ forceUpdate: false }), watching({ forceUpdate: true })],
    ['force-update in no words', { 'force-update': 'yes' }, watching({ forceUpdate: false }), refused],
    [
      'tag-match',
      { 'web.tag-match': 'regexp:^v' },
      watching({ allow: { kind: 'regexp', expression: '^v' } }),
      { ...watching({ allow: { kind: 'any' } }), warnings: [{ at: `${prefix}web.tag-match` }] },
    ],
    ['an empty list', { 'image-list': ' ' }, { kind: 'watched', watches: [], warnings: [{ expected: 'at least one image' }] }, refused],
    ['helm and kustomize', { 'web.helm.image-tag': 'a', 'web.kustomize.image-name': 'b' }, watching({ kustomizeName: 'b' }), refused],
    ['an empty method', { 'write-back-method': '' }, refused, { kind: 'watched', writeBack: { method: 'argocd' } }],
    ['a Secret without namespace', { 'write-back-method': 'git:secret:a' }, refused, { writeBack: { credentials: `secret:argocd/a` } }],
    ['a Secret from elsewhere', { 'write-back-method': 'git:secret:x/a' }, { writeBack: { credentials: 'secret:x/a' } }, refused],
    ['a login from elsewhere', { 'web.pull-secret': 'pullsecret:x/a' }, watching({ pullSecret: 'pullsecret:x/a' }), refused],
    ['what selection reads', {}, { kind: 'watched' }, watching({ compat: 'v1' })],
  ])('%s', (...[, keys, v0, v1]) => {
    expect(read(keys)).toMatchObject(v0);
    expect(read(keys, 'v1')).toMatchObject(v1);
  });
});

describe('an alias with a slash', () => {
  it.each([
    ['with _ for it', { 'org_web.ignore-tags': 'a' }],
    ['as it is', { 'org/web.ignore-tags': 'a' }],
    ['with _ before as it is', { 'org_web.ignore-tags': 'a', 'org/web.ignore-tags': 'b' }],
  ])('is read %s', (_, keys) => {
    expect(read({ 'image-list': 'org/web=nginx', ...keys })).toMatchObject({ ...watching({ ignore: ['a'] }), warnings: [] });
  });
});

describe('pull-secret', () => {
  it.each([
    ['pullsecret:prod/regcred', { kind: 'pullsecret', namespace: 'prod', name: 'regcred' }],
    ['secret:prod/reg#login', { kind: 'secret', namespace: 'prod', name: 'reg', field: 'login' }],
    ['env:LOGIN', { kind: 'env', variable: 'LOGIN' }],
    ['ext:/scripts/login.sh', { kind: 'ext', path: '/scripts/login.sh' }],
    ['gcr.io=PullSecret:prod/regcred', { kind: 'pullsecret', namespace: 'prod', name: 'regcred', registry: 'gcr.io' }],
  ])('%s', (text, credential) => {
    expect(read({ 'pull-secret': text })).toMatchObject({ ...watching({ credential, pullSecret: text }), warnings: [] });
  });

  it.each([
    'regcred',
    'pullsecret:regcred',
    'pullsecret:a/b/c',
    'secret:a/b',
    'secret:a/b#',
    'env:',
    'env:A:B',
    'ext:login.sh',
    'foo:bar',
    '=env:A',
  ])('%s is none of the four forms', (text) => {
    const wishes = read({ 'pull-secret': text });
    expect(wishes).toMatchObject({ kind: 'watched', warnings: [{ at: `${prefix}pull-secret`, got: JSON.stringify(text) }] });
    expect(wishes.kind === 'watched' && wishes.watches[0]).not.toHaveProperty('credential');
  });
});

describe('git-branch', () => {
  const image = (name: string) => ({ image: name });
  it.each([
    ['main', { base: 'main' }],
    [' release/1.x ', { base: 'release/1.x' }],
    ['main:', { base: 'main' }],
    [':image-{{.SHA256}}', { write: [{ text: 'image-' }, { value: 'SHA256' }] }],
    [
      'main:iu{{range .Images}}-{{.Name}}-{{ .NewTag }}{{end}}',
      { base: 'main', write: [{ text: 'iu' }, { eachImage: [{ text: '-' }, image('Name'), { text: '-' }, image('NewTag')] }] },
    ],
    [
      ':{{ .AppName }}/{{range  .Images}}{{$.SHA256}}{{.Alias}}{{.OldTag}}{{ end }}{{/* why */}}x',
      {
        write: [{ value: 'AppName' }, { text: '/' }, { eachImage: [{ value: 'SHA256' }, image('Alias'), image('OldTag')] }, { text: 'x' }],
      },
    ],
    [':a  {{- .TargetKey -}}  b', { write: [{ text: 'a' }, { value: 'TargetKey' }, { text: 'b' }] }],
  ])('%s', (branch, branches) => {
    const wishes = read({ 'git-branch': branch });
    expect(wishes.kind === 'watched' && wishes.writeBack.branches).toEqual(branches);
  });

  it.each([
    ['a:b:c', 'base, base:write or :write'],
    ['-x', 'the name of a branch as base'],
    ['a..b', 'the name of a branch as base'],
    ['a b:c', 'the name of a branch as base'],
    ['main:{{.Foo}}', '({{.Foo}} is not read here)'],
    ['main:{{.Images}}', '({{.Images}} is not read here)'],
    ['main:{{.Name}}', '({{.Name}} is not read here)'],
    ['main:{{if .SHA256}}x{{end}}', '({{if .SHA256}} is not read here)'],
    ['main:{{range .Images}}{{range .Images}}{{end}}{{end}}', '({{range .Images}} is not read here)'],
    ['main:x{{end}}', '({{end}} is not read here)'],
    ['main:{{range .Images}}x', '({{range .Images}} has no {{end}})'],
    ['main:{{ .SHA256', '({{ has no }})'],
  ])('%s is refused', (branch, expected) => {
    expect(read({ 'git-branch': branch })).toMatchObject({
      kind: 'refused',
      problems: [{ at: `${prefix}git-branch`, got: JSON.stringify(branch), expected: expect.stringContaining(expected) as string }],
    });
  });
});

describe('what keeps one image from being raised', () => {
  it.each([
    ['a constraint that is none', { 'image-list': 'web=nginx:~~1, db=redis' }, [{ at: `${prefix}image-list`, got: '"~~1"' }]],
    [
      'digest without a tag to follow',
      { 'web.update-strategy': 'digest' },
      [{ got: '"nginx"', expected: 'an image with the tag to follow, such as nginx:latest, because the strategy is digest' }],
    ],
    ['nothing, where the strategy does not read it', { 'image-list': 'web=nginx:~~1', 'update-strategy': 'alphabetical' }, []],
  ])('%s', (_, keys, blocked) => {
    expect(read(keys)).toMatchObject({ kind: 'watched', blocked, warnings: [] });
  });
});

describe('what is tolerated with a warning', () => {
  it.each([
    ['an alias of two images', { 'image-list': 'a=nginx, a=redis' }, 'another alias for each image'],
    ['a glob that is none', { 'ignore-tags': 'x, [' }, "patterns of Go's filepath.Match; [ ignores nothing"],
  ])('%s', (_, keys, expected) => {
    expect(read(keys)).toMatchObject({ kind: 'watched', warnings: [{ expected }] });
  });

  it.each(['nginx@main', 'git@github.com:acme/app.git', 'helmvalues:../values.yaml'])('but %s is no image', (text) => {
    expect(read({ 'image-list': text })).toMatchObject({ kind: 'refused', problems: [{ got: JSON.stringify(text) }] });
  });

  it('and an empty git-repository is none', () => {
    const wishes = read({ 'git-repository': ' ' });
    expect(wishes.kind === 'watched' && wishes.writeBack).toEqual({ method: 'argocd' });
  });
});

describe('any text', () => {
  const keys = [...keysAt('application'), ...keysAt('image').map((key) => `web.${key}`)];
  const odd = fc.array(
    fc.constantFrom('{{', '}}', '-', ' ', 'range .Images', 'end', '=', ':', '/', ',', '@', 'a', '.', '*', '$1', '=>', '(', '\n'),
  );

  it('is read or refused, never thrown, and every problem names its key', () => {
    const texts = fc.oneof(
      fc.string(),
      odd.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), texts), fc.constantFrom<Compat>('v0', 'v1'), (annotations, compat) => {
        const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`windlass.dev/${key}`, value]));
        const wishes = readWatches(app, { 'windlass.dev/image-list': 'web=nginx', ...prefixed }, compat);
        const said = wishes.kind === 'refused' ? wishes.problems : wishes.kind === 'watched' ? [...wishes.warnings, ...wishes.blocked] : [];
        expect(said.filter(({ at }) => !Object.hasOwn(prefixed, at) && at !== 'windlass.dev/image-list')).toEqual([]);
      }),
    );
  });

  it.each([
    ['a list without end', { 'image-list': 'a,'.repeat(100_000) }],
    ['an entry without end', { 'image-list': 'a.'.repeat(100_000) }],
    ['a template without end', { 'git-branch': `main:${'{{ '.repeat(50_000)}` }],
    ['an action without end', { 'git-branch': `main:{{${' '.repeat(200_000)}` }],
    ['a branch without end', { 'git-branch': 'a/'.repeat(100_000) }],
    ['a schedule without end', { 'web.schedule': '1,'.repeat(100_000) }],
  ])('%s is refused at once', (_, keysOfIt) => {
    const wishes = readWatches(app, {
      'windlass.dev/image-list': 'web=nginx',
      ...Object.fromEntries(Object.entries(keysOfIt).map(([key, value]) => [`windlass.dev/${key}`, value])),
    });
    expect(wishes.kind).toBe('refused');
  });
});
