import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/writeback/edit.ts';
import { edit, locate } from '../../src/writeback/targets.ts';
import { kustomization, snapshotOf } from './files.ts';

const root: Target = { kind: 'kustomization', directory: '' };
const shop = { image: 'reg.example/shop', written: 'reg.example/shop' };

describe('refused, with the spot', () => {
  const entry = '- name: reg.example/shop\n';
  it.each([
    ['an anchor', `images:\n${entry}  newTag: &v 1.2.0\n`, 3, 'newTag carries the anchor &v'],
    ['an alias', `x: &v 1.2.0\nimages:\n${entry}  newTag: *v\n`, 4, 'newTag is an alias (*v)'],
    ['an anchored entry', 'images:\n- &e\n  name: reg.example/shop\n', 3, 'the image entry carries the anchor &e'],
    ['a merged entry', 'x: &x\n  newTag: v1\nimages:\n- <<: *x\n  name: reg.example/shop\n', 4, 'the image entry merges another mapping'],
    ['a block scalar', `images:\n${entry}  newTag: |\n    1.2.0\n`, 3, 'newTag is a block scalar'],
    ['a mapping', `images:\n${entry}  newTag: {a: b}\n`, 3, 'newTag is not a text'],
    ['a digest', `images:\n${entry}  digest: sha256:abc\n`, 3, 'the image entry is pinned by digest'],
    ['two entries', `images:\n${entry}${entry}`, 3, 'kustomization.yaml has two entries for reg.example/shop'],
    [
      'an entry that writes another image',
      `images:\n${entry}  newName: mirror/shop\n`,
      2,
      'the entry reg.example/shop writes the image mirror/shop, not reg.example/shop',
    ],
    ['a list of texts', 'images:\n- reg.example/shop\n', 2, 'an entry of images in kustomization.yaml is not a mapping'],
    ['images that are no list', 'images: {a: b}\n', 1, 'images of kustomization.yaml is not a list'],
    ['a list at the root', '- a\n', 1, 'kustomization.yaml is not a mapping'],
    ['broken YAML', 'images:\n- name: "a\nb: c\n', 4, 'kustomization.yaml is not valid YAML'],
    ['two documents', `images:\n${entry}---\na: b\n`, 3, 'kustomization.yaml holds 2 documents'],
    ['a duplicate key', 'images: []\nimages: []\n', 2, 'kustomization.yaml is not valid YAML: Map keys must be unique'],
  ])('%s', (_, text, line, because) => {
    const refused = edit(root, kustomization(text), { watch: shop, to: { tag: '1.3.0' } });
    expect(refused).toMatchObject({ kind: 'refused', at: { file: 'kustomization.yaml', line } });
    expect(refused.kind === 'refused' && refused.because).toContain(because);
  });

  it.each([
    ['a symbolic link', kustomization('../base/kustomization.yaml', { mode: '120000' }), 'is a symbolic link'],
    ['a submodule', kustomization('', { mode: '160000' }), 'is not a file (mode 160000)'],
    ['bytes that are not UTF-8', kustomization(Uint8Array.of(0x61, 0xff)), 'is not valid UTF-8'],
    ['nesting without end', kustomization('['.repeat(20_000)), 'kustomization.yaml'],
    ['an alias bomb', kustomization(bomb()), 'aliases that do not resolve or multiply'],
    [
      'no file',
      snapshotOf({ 'kustomization.yaml': 'absent', 'kustomization.yml': 'absent', Kustomization: 'absent' }),
      'the root of the repository holds no kustomization.yaml',
    ],
    [
      'two files',
      snapshotOf({ 'kustomization.yaml': 'a: b', 'kustomization.yml': 'a: b', Kustomization: 'absent' }),
      'more than one kustomization',
    ],
  ])('%s', (_, snapshot, because) => {
    const refused = edit(root, snapshot, { watch: shop, to: { tag: '1.3.0' } });
    expect(refused.kind === 'refused' ? refused.because : refused.kind).toContain(because);
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(', ')}]\n`,
  );
  return `l0: &l0 x\n${levels.join('')}images:\n- name: reg.example/shop\n  newTag: v1\n`;
}

describe('locating', () => {
  it('asks for all three names at once', () => {
    expect(locate({ kind: 'kustomization', directory: 'apps/shop' }, shop, snapshotOf({}))).toEqual({
      kind: 'needs',
      paths: ['apps/shop/kustomization.yaml', 'apps/shop/kustomization.yml', 'apps/shop/Kustomization'],
    });
  });

  it.each([
    ['a tag', 'newTag: v1', { tag: 'v1' }],
    ['a tag as it is written, not as a number', 'newTag: 1.20', { tag: '1.20' }],
    ['a pinned tag', 'newTag: v1@sha256:abc', { tag: 'v1', digest: 'sha256:abc' }],
    ['a digest', 'digest: sha256:abc', { digest: 'sha256:abc' }],
    ['nothing', 'newName: nginx', undefined],
  ])('finds %s', (_, line, current) => {
    const snapshot = kustomization(`images:\n- name: docker.io/library/nginx\n  ${line}\n`, { directory: 'a' });
    expect(locate({ kind: 'kustomization', directory: 'a' }, { image: 'docker.io/library/nginx', written: 'nginx' }, snapshot)).toEqual({
      kind: 'located',
      place: {
        repo: 'git.example/team/deploy',
        branch: 'main',
        file: 'a/kustomization.yaml',
        path: ['images', { key: 'name', is: 'docker.io/library/nginx' }, 'newTag'],
      },
      current,
    });
  });

  it('names the entry that will be written where there is none', () => {
    expect(locate(root, { ...shop, kustomizeName: 'web' }, kustomization(''))).toMatchObject({
      kind: 'located',
      place: { path: ['images', { key: 'name', is: 'web' }, 'newTag'] },
      current: undefined,
    });
  });

  it('says why a target is not written', () => {
    expect(locate({ kind: 'unsupported', method: 'argocd', because: 'not yet' }, shop, kustomization(''))).toMatchObject({
      kind: 'refused',
      because: 'not yet',
    });
  });
});
