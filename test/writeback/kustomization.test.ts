import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { edit } from '../../src/writeback/targets.ts';
import type { Target } from '../../src/writeback/edit.ts';
import { applied, kustomization } from './files.ts';

const root: Target = { kind: 'kustomization', directory: '' };
const shop = { image: 'reg.example/shop', written: 'reg.example/shop' };

function raised(text: string, tag = '1.3.0', watch: { image: string; written: string; kustomizeName?: string } = shop): string {
  const snapshot = kustomization(text);
  return applied(edit(root, snapshot, { watch, to: { tag } }), snapshot, 'kustomization.yaml');
}

describe('an edit changes the bytes of one value', () => {
  it.each([
    ['a plain scalar', 'images:\n- name: reg.example/shop\n  newTag: 1.2.0\n', 'images:\n- name: reg.example/shop\n  newTag: 1.3.0\n'],
    [
      'double quotes stay',
      'images:\n  - newTag: "1.2.0"\n    name: reg.example/shop\n',
      'images:\n  - newTag: "1.3.0"\n    name: reg.example/shop\n',
    ],
    [
      'single quotes stay',
      "images:\n- name: 'reg.example/shop'\n  newTag: '1.2.0'\n",
      "images:\n- name: 'reg.example/shop'\n  newTag: '1.3.0'\n",
    ],
    [
      'comments, blank lines and odd spaces stay',
      '# head\nimages:   # all\n\n-   name:  reg.example/shop   # the shop\n    newTag:   1.2.0   # bumped by a bot\n\n# tail\n',
      '# head\nimages:   # all\n\n-   name:  reg.example/shop   # the shop\n    newTag:   1.3.0   # bumped by a bot\n\n# tail\n',
    ],
    [
      'CRLF stays',
      'images:\r\n- name: reg.example/shop\r\n  newTag: 1.2.0\r\n',
      'images:\r\n- name: reg.example/shop\r\n  newTag: 1.3.0\r\n',
    ],
    [
      'multi-byte text before it',
      '# größe 日本 🚀\nimages:\n- name: reg.example/shop\n  newTag: 1.2.0 # ü\n',
      '# größe 日本 🚀\nimages:\n- name: reg.example/shop\n  newTag: 1.3.0 # ü\n',
    ],
    [
      'a byte order mark',
      '\uFEFFimages:\n- name: reg.example/shop\n  newTag: 1.2.0\n',
      '\uFEFFimages:\n- name: reg.example/shop\n  newTag: 1.3.0\n',
    ],
    [
      'flow style',
      'images: [{name: reg.example/shop, newTag: 1.2.0}, {name: b}]\n',
      'images: [{name: reg.example/shop, newTag: 1.3.0}, {name: b}]\n',
    ],
    ['JSON', '{"images":[{"name":"reg.example/shop","newTag":"1.2.0"}]}', '{"images":[{"name":"reg.example/shop","newTag":"1.3.0"}]}'],
    ['no newline at the end', 'images:\n- name: reg.example/shop\n  newTag: 1.2.0', 'images:\n- name: reg.example/shop\n  newTag: 1.3.0'],
    [
      'an empty value',
      'images:\n- name: reg.example/shop\n  newTag: # none\n',
      'images:\n- name: reg.example/shop\n  newTag: 1.3.0 # none\n',
    ],
    [
      'a value that is read as a number',
      'images:\n- name: reg.example/shop\n  newTag: 1.20\n',
      'images:\n- name: reg.example/shop\n  newTag: 1.3.0\n',
    ],
    [
      'another entry with the same tag',
      'images:\n- name: b\n  newTag: 1.2.0\n- name: reg.example/shop\n  newTag: 1.2.0\n',
      'images:\n- name: b\n  newTag: 1.2.0\n- name: reg.example/shop\n  newTag: 1.3.0\n',
    ],
    [
      'an entry found by newName',
      'images:\n- name: web\n  newName: reg.example/shop\n  newTag: v1\n',
      'images:\n- name: web\n  newName: reg.example/shop\n  newTag: 1.3.0\n',
    ],
  ])('%s', (_, before, after) => {
    expect(raised(before)).toBe(after);
  });

  it.each(['1.20', '1e3', '0123', '0x1f', '0o7', '0b11', 'yes', 'on', 'null', 'true', '2024-01-01', '20240101', '1_000', '0o7_7', '12e03'])(
    'a plain %s gets quotes, because a reader could take it for something else',
    (tag) => {
      expect(raised('images:\n- name: reg.example/shop\n  newTag: 1.2.0\n', tag)).toBe(
        `images:\n- name: reg.example/shop\n  newTag: "${tag}"\n`,
      );
    },
  );
});

describe('what is missing is inserted in the style of its neighbours', () => {
  it.each([
    [
      'newTag below name',
      'images:\n  - name: reg.example/shop # it\n  - name: b\n',
      'images:\n  - name: reg.example/shop # it\n    newTag: 1.3.0\n  - name: b\n',
    ],
    [
      'newTag below newName',
      'images:\n- newName: reg.example/shop\n  name: web\n',
      'images:\n- newName: reg.example/shop\n  newTag: 1.3.0\n  name: web\n',
    ],
    ['newTag in a flow entry', 'images:\n- {name: reg.example/shop}\n', 'images:\n- {name: reg.example/shop, newTag: 1.3.0}\n'],
    [
      'newTag at the end without a newline',
      'images:\r\n- name: reg.example/shop',
      'images:\r\n- name: reg.example/shop\r\n  newTag: 1.3.0',
    ],
    [
      'an entry below the others',
      'images:\n  - name: b\n    newTag: v1 # b\n# about resources\nresources:\n  - x.yaml\n',
      'images:\n  - name: b\n    newTag: v1 # b\n  - name: reg.example/shop\n    newTag: 1.3.0\n# about resources\nresources:\n  - x.yaml\n',
    ],
    [
      'an entry in an empty list',
      'images: []\nresources: [x.yaml]\n',
      'images: [{name: reg.example/shop, newTag: 1.3.0}]\nresources: [x.yaml]\n',
    ],
    [
      'an entry below images without a value',
      'resources:\n  - x\nimages:\n',
      'resources:\n  - x\nimages:\n  - name: reg.example/shop\n    newTag: 1.3.0\n',
    ],
    [
      'an entry in a JSON list',
      '{"images": [{"name": "b", "newTag": "v1"}]}\n',
      '{"images": [{"name": "b", "newTag": "v1"}, {"name": "reg.example/shop", "newTag": "1.3.0"}]}\n',
    ],
    [
      'the whole block, lists indented',
      'resources:\r\n  - x.yaml\r\n',
      'resources:\r\n  - x.yaml\r\nimages:\r\n  - name: reg.example/shop\r\n    newTag: 1.3.0\r\n',
    ],
    [
      'the whole block, lists not indented',
      'resources:\n- x.yaml',
      'resources:\n- x.yaml\nimages:\n- name: reg.example/shop\n  newTag: 1.3.0\n',
    ],
    ['the whole block in an empty file', '', 'images:\n- name: reg.example/shop\n  newTag: 1.3.0\n'],
    ['the whole block in a file of comments', '# nothing yet\n', '# nothing yet\nimages:\n- name: reg.example/shop\n  newTag: 1.3.0\n'],
    [
      'the whole block in JSON',
      '{"resources": ["x.yaml"]}',
      '{"resources": ["x.yaml"], "images": [{"name": "reg.example/shop", "newTag": "1.3.0"}]}',
    ],
  ])('%s', (_, before, after) => {
    expect(raised(before)).toBe(after);
  });

  it('a renamed image gets its newName', () => {
    expect(raised('', '2', { ...shop, kustomizeName: 'web' })).toBe('images:\n- name: web\n  newName: reg.example/shop\n  newTag: "2"\n');
  });
});

describe('the value', () => {
  const text = 'images:\n- name: reg.example/shop\n  newTag: latest\n';
  const digest = `sha256:${'0'.repeat(64)}`;
  it('is tag@digest where both are to be written', () => {
    const snapshot = kustomization(text);
    const edited = edit(root, snapshot, { watch: shop, to: { tag: 'latest', digest } });
    expect(applied(edited, snapshot, 'kustomization.yaml')).toBe(`images:\n- name: reg.example/shop\n  newTag: latest@${digest}\n`);
  });

  it('that stands there already is no change', () => {
    expect(edit(root, kustomization(text), { watch: shop, to: { tag: 'latest' } })).toEqual({ kind: 'unchanged' });
  });

  it('must be a tag', () => {
    expect(edit(root, kustomization(text), { watch: shop, to: { digest } })).toMatchObject({
      because: 'there is no tag to write for reg.example/shop',
    });
    expect(edit(root, kustomization(text), { watch: shop, to: { tag: 'a\nb: c' } })).toMatchObject({ kind: 'refused' });
  });
});

describe('property', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
  const comment = fc.constantFrom('', ' # c', ' # größe 🚀', ' #');
  const quoted = (value: string) => fc.constantFrom(JSON.stringify(value), `'${value}'`);
  const field = (key: string, value: string) => fc.tuple(quoted(value), comment).map(([text, tail]) => `${key}: ${text}${tail}`);
  const entry = (name: string) =>
    fc.tuple(field('name', name), fc.option(tag.chain((value) => field('newTag', value))), fc.boolean()).map(([first, second, swap]) => {
      const lines = second === null ? [first] : swap ? [second, first] : [first, second];
      return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
    });
  const file = fc
    .record({
      names: fc.uniqueArray(word, { minLength: 0, maxLength: 5 }),
      indent: fc.constantFrom('', '  ', '    '),
      newline: fc.constantFrom('\n', '\r\n'),
      head: fc.constantFrom('', '# ü\n', 'resources:\n- a.yaml # 🚀\n'),
      tail: fc.constantFrom('', '\n', '\n\n# end', '\nnamespace: x\n'),
    })
    .chain(({ names, indent, newline, head, tail }) =>
      fc.tuple(...names.map((name) => entry(`reg.example/${name}`))).map((entries) => {
        const images =
          entries.length === 0
            ? ''
            : `images:\n${entries
                .flat()
                .map((line) => indent + line)
                .join('\n')}`;
        return { names, text: `${head}${images}${tail}`.replaceAll('\n', newline) };
      }),
    );

  it('an edit changes exactly one value and no other byte', () => {
    fc.assert(
      fc.property(file, word, tag, ({ names, text }, fresh, to) => {
        const name = `reg.example/${names[0] ?? fresh}`;
        const snapshot = kustomization(text);
        const result = edit(root, snapshot, { watch: { image: name, written: name }, to: { tag: to } });
        if (result.kind === 'unchanged') return;
        const after = applied(result, snapshot, 'kustomization.yaml');
        const before = (parse(text) ?? {}) as { images?: { name: string }[] };
        const list = before.images ?? [];
        const images = list.some((item) => item.name === name)
          ? list.map((item) => (item.name === name ? { ...item, newTag: to } : item))
          : [...list, { name, newTag: to }];
        expect(parse(after)).toEqual({ ...before, images });
        expect(parse(after, { version: '1.1' })).toEqual({ ...before, images });
        expect(result.kind === 'edited' && result.splices.length).toBe(1);
      }),
      { numRuns: 400 },
    );
  });
});
