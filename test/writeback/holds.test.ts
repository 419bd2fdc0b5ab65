import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hold } from '../../src/kernel/hold.ts';
import { oneLine } from '../../src/kernel/escape.ts';
import { canonicalJson } from '../../src/kernel/json.ts';
import { addHolds, removeHolds } from '../../src/writeback/holds-edit.ts';
import { readHolds } from '../../src/writeback/holds.ts';
import type { Snapshot } from '../../src/writeback/edit.ts';
import { applied, snapshotOf } from './files.ts';

const path = '.windlass/holds.yaml';
const digest = `sha256:${'1'.repeat(64)}`;

function hold(name: string, more: Partial<Hold> = {}): Hold {
  return {
    place: {
      repo: 'git.example/team/deploy',
      branch: 'main',
      file: `apps/${name}/kustomization.yaml`,
      path: ['images', { key: 'name', is: `reg.example:5000/${name}` }, 'newTag'],
    },
    image: `reg.example:5000/${name}`,
    tag: '1.30',
    digests: [digest],
    verdict: '7c1d1a4e-0000-4000-8000-000000000000',
    because: 'error rate 0.4 is above 0.05: canary taken back',
    since: '2026-01-31T12:00:00.000Z',
    ...more,
  };
}

function fileOf(text: string): Snapshot {
  return snapshotOf({ [path]: text });
}

function added(snapshot: Snapshot, ...holds: Hold[]): string {
  return applied(addHolds(snapshot, path, holds), snapshot, path);
}

const entryB = `- place:
    file: apps/b/kustomization.yaml
    path: "images[name=reg.example:5000/b].newTag"
  image: reg.example:5000/b
  tag: "1.30"
  digests:
  - ${digest}
  verdict: 7c1d1a4e-0000-4000-8000-000000000000
  because: "error rate 0.4 is above 0.05: canary taken back"
  since: "2026-01-31T12:00:00.000Z"
`;

describe('a new holds file', () => {
  it('says what it is for and holds the entries as people read them', () => {
    expect(added(fileOf('absent'), hold('b')))
      .toBe(`# Images that must not be written here again, each with the reason. Windlass reads this file before every change.
# To allow an image again, delete its entry; the history then says who did.
holds:
${entryB}`);
  });

  it('is sorted by place, image and since', () => {
    const text = added(fileOf('absent'), hold('c'), hold('b', { since: '2026-02-01T00:00:00.000Z', verdict: 'v2' }), hold('b'));
    expect([...text.matchAll(/file: apps\/(.)|since: "(.{10})/g)].map(([, name, since]) => name ?? since)).toEqual([
      'b',
      '2026-01-31',
      'b',
      '2026-02-01',
      'c',
      '2026-01-31',
    ]);
  });
});

describe('adding to a file', () => {
  const [a, b, c] = [hold('a'), hold('b'), hold('c')];
  const entryA = entryB.replaceAll('/b', '/a');
  const entryC = entryB.replaceAll('/b', '/c');
  it.each([
    ['below what comes before', `holds: # ours\n${entryA}# about c\n${entryC}`, `holds: # ours\n${entryA}${entryB}# about c\n${entryC}`],
    ['above all others', `holds:\n# about c\n${entryC}`, `holds:\n${entryB}# about c\n${entryC}`],
    ['at the end, without a newline there', `holds:\n${entryA}`.trimEnd(), `holds:\n${entryA}${entryB}`.trimEnd()],
    ['with the indentation of the list', `holds:\n${indented(entryA)}`, `holds:\n${indented(entryA + entryB)}`],
    ['into an empty list', 'holds: [] # none\nmore: 1\n', `holds: # none\n${entryB}more: 1\n`],
    ['below holds without a value', 'holds:\n', `holds:\n${entryB}`],
    ['to an empty file', '# nothing\n', `# nothing\nholds:\n${entryB}`],
    ['with CRLF', `holds:\n${entryA}`.replaceAll('\n', '\r\n'), `holds:\n${entryA}${entryB}`.replaceAll('\n', '\r\n')],
  ])('%s', (_, before, after) => {
    expect(added(fileOf(before), b)).toBe(after);
  });

  it('several at once, each at its place', () => {
    expect(added(fileOf(`holds:\n${entryB}`), c, a)).toBe(`holds:\n${entryA}${entryB}${entryC}`);
  });

  it('does not add what stands there already', () => {
    expect(addHolds(fileOf(`holds:\n${entryB}`), path, [b, b])).toEqual({ kind: 'unchanged' });
  });

  const other = `place: {file: f, path: a}, image: i, digests: [], verdict: v, because: x, since: "2026-01-31"`;
  const otherLines = [
    '- place:',
    '    file: f',
    '    path: a',
    '  image: i',
    '  digests: []',
    '  verdict: v',
    '  because: x',
    '  since: "2026-01-31"',
  ].join('\n');
  it.each([
    ['a list in brackets', `# ours\nholds: [{${other}}]\n`],
    ['a document in braces', `# ours\n{ holds: [{${other}}] }\n`],
    ['JSON over several lines', `# ours\n{\n  "holds": [\n    {${other}}\n  ]\n}\n`],
  ])('written as %s makes it blocks, and loses nothing', (_, before) => {
    const after = added(fileOf(before), b);
    expect(after.replaceAll('"holds"', 'holds').replace(/^ {2}(?=[ -])/gm, '')).toContain(otherLines);
    expect(after).toMatch(/^# ours\n/);
    expect(addHolds(fileOf(after), path, [b])).toEqual({ kind: 'unchanged' });
  });

  it('in braces that holds nothing yet', () => {
    expect(added(fileOf('# ours\n{\n  "holds": []\n}\n'), b)).toBe(`# ours\n"holds":\n${entryB}`);
  });

  it('asks for the file, and refuses one that it cannot edit', () => {
    expect(addHolds(snapshotOf({}), path, [b])).toEqual({ kind: 'needs', paths: [path] });
    expect(addHolds(fileOf(`before: &one [{${other}}]\nholds: *one\n`), path, [b])).toMatchObject({
      kind: 'refused',
      because: `the edit would change other holds of ${path}`,
    });
  });
});

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}

describe('removing from a file', () => {
  const entryA = entryB.replaceAll('/b', '/a');
  it.each([
    ['one of two', `holds:\n# about a\n${entryA}\n# about b\n${entryB}# end\n`, `holds:\n# about a\n${entryA}\n# about b\n# end\n`],
    ['the last one', `# head\nholds: # ours\n${entryB}`, `# head\nholds: [] # ours\n`],
  ])('%s', (_, before, after) => {
    const snapshot = fileOf(before);
    expect(
      applied(
        removeHolds(snapshot, path, (one) => one.image.endsWith('/b')),
        snapshot,
        path,
      ),
    ).toBe(after);
  });

  it('without a match changes nothing', () => {
    expect(removeHolds(fileOf(`holds:\n${entryB}`), path, () => false)).toEqual({ kind: 'unchanged' });
    expect(removeHolds(fileOf('absent'), path, () => true)).toEqual({ kind: 'unchanged' });
  });
});

describe('reading', () => {
  it.each([
    ['no file', 'absent'],
    ['an empty one', ''],
    ['an empty list', 'holds: []\n'],
    ['no value', 'holds:\n'],
  ])('%s holds nothing', (_, text) => {
    expect(readHolds(fileOf(text), path)).toEqual({ kind: 'holds', holds: [] });
  });

  it('accepts what people write by hand: no quotes, other branches, unknown keys', () => {
    const text = entryB
      .replaceAll('"', '')
      .replace('because: ', 'because: >-\n    ')
      .replace('    file:', '    branch: next\n    note: mine\n    file:');
    expect(readHolds(fileOf(`holds:\n${text}  suspected: true\n  by: person\n`), path)).toEqual({
      kind: 'holds',
      holds: [{ ...hold('b'), place: { ...hold('b').place, branch: 'next' }, suspected: true, by: 'person' }],
    });
  });

  it('refuses a file with every problem at once', () => {
    const text = `holds:\n${entryB.replace('tag: "1.30"', 'tag: a b').replace('  image: reg.example:5000/b\n', '').replace('2026-01-31T12', 'yesterday')}- x\n`;
    const read = readHolds(fileOf(text), path);
    expect(read.kind === 'refused' ? read.because.split('; ') : read).toEqual([
      `${path}: holds[0].image: got nothing, expected a text`,
      'holds[0].tag: got "a b", expected a tag',
      'holds[0].since: got "yesterday:00:00.000Z", expected a time such as 2026-01-31T12:00:00.000Z',
      'holds[1]: got "x", expected a mapping',
    ]);
  });

  it.each([
    ['a misspelt key', 'hold: []\n', 'holds: got nothing, expected a list'],
    ['a mapping', 'holds: {a: b}\n', 'holds: got something else, expected a list'],
    ['broken YAML', 'holds: [\n', 'is not valid YAML'],
    ['an incomplete place', 'holds:\n- place: {file: a}\n', 'holds[0].place: got {"file":"a"}, expected file and path'],
  ])('refuses %s', (_, text, because) => {
    const read = readHolds(fileOf(text), path);
    expect(read.kind === 'refused' ? read.because : read.kind).toContain(because);
  });
});

describe('property', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9/.-]{0,10}$/);
  const foreign = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 60 })
    .filter((text) => oneLine(text) !== '' && oneLine(oneLine(text)) === oneLine(text));
  const step = fc.oneof(
    fc.string({ minLength: 1, maxLength: 8 }),
    fc.record({ key: fc.string({ minLength: 1, maxLength: 5 }), is: fc.string({ maxLength: 12 }) }),
  );
  const steps = fc.oneof(
    name.map((one) => ['images', { key: 'name', is: `reg/${one}` }, 'newTag']),
    fc.array(step, { minLength: 1, maxLength: 4 }),
  );
  const time = fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString());
  const place = fc.oneof(
    fc.record({
      repo: fc.constantFrom('git.example/team/deploy', 'other.example/x'),
      branch: fc.constantFrom('main', 'next'),
      file: name,
      path: steps,
    }),
    fc.record({
      application: fc.record({
        cluster: fc.constantFrom('', 'in-cluster'),
        group: fc.constant('argoproj.io'),
        kind: fc.constant('Application'),
        namespace: name,
        name,
      }),
      path: steps,
    }),
  );
  const arbitraryHold = fc.record(
    {
      place,
      image: name,
      digests: fc.array(fc.constantFrom(digest, digest.replaceAll('1', '2')), { maxLength: 3 }),
      verdict: foreign.map(oneLine),
      because: foreign.map(oneLine),
      since: time,
      tag: fc.stringMatching(/^\w[\w.-]{0,12}$/),
      until: time,
      suspected: fc.constant(true as const),
      by: fc.constant('person' as const),
    },
    { requiredKeys: ['place', 'image', 'digests', 'verdict', 'because', 'since'] },
  );

  it('what is added in any order and in any portions is read back', () => {
    const unique = fc.uniqueArray(arbitraryHold, { maxLength: 6, selector: (one) => JSON.stringify([one.place, one.image, one.verdict]) });
    fc.assert(
      fc.property(unique, fc.nat(6), (holds, cut) => {
        const empty = fileOf('absent');
        const texts = [holds.slice(0, cut), holds.slice(cut)].reduce((snapshot, part) => {
          const edit = addHolds(snapshot, path, part);
          return edit.kind === 'unchanged' ? snapshot : fileOf(applied(edit, snapshot, path));
        }, empty);
        const read = readHolds(texts, path);
        const byText = (list: readonly Hold[]) => list.map(canonicalJson).sort();
        expect(read.kind === 'holds' ? byText(read.holds) : read).toEqual(byText(holds));
      }),
      { numRuns: 150 },
    );
  });
});
