import { describe, expect, it } from 'vitest';
import type { FileChange, FileLog } from '../../src/writeback/file-log.ts';
import type { GitPlace } from '../../src/kernel/place.ts';
import { placeKey } from '../../src/kernel/place.ts';
import type { Trailers } from '../../src/kernel/trailers.ts';
import { blobsNeeded, placeHistory, valueIn } from '../../src/writeback/history.ts';

const place: GitPlace = { repo: 'r', branch: 'main', file: 'k.yaml', path: ['images', { key: 'name', is: 'reg/shop' }, 'newTag'] };
const encoder = new TextEncoder();

function file(tag: string, other = 'x'): Uint8Array {
  return encoder.encode(`images:\n- name: b\n  newTag: ${other}\n- name: reg/shop\n  newTag: ${tag}\n`);
}

function change(commit: string, before: string | null, after: string | null, trailers: Trailers = []): FileChange {
  return { commit, author: 'A <a@b>', at: '2026-01-01T00:00:00.000Z', subject: commit, trailers, before, after };
}

const blobs = new Map([
  ['v1', file('1.10')],
  ['v1-other', file('1.10', 'y')],
  ['v2', file('"2.0"')],
  ['broken', encoder.encode('images: [')],
]);

describe('the value at a place', () => {
  it.each([
    ['as it is written', 'images:\n- {name: reg/shop, newTag: 1.10}\n', '1.10'],
    ['without its quotes', "images:\n- {name: reg/shop, newTag: '1.10'}\n", '1.10'],
    ['through an alias', 'x: &x\n- {name: reg/shop, newTag: v1}\nimages: *x\n', 'v1'],
    ['of no entry', 'images:\n- {name: b, newTag: v1}\n', null],
    ['of an empty tag', 'images:\n- {name: reg/shop, newTag: }\n', null],
    ['of a mapping', 'images:\n- {name: reg/shop, newTag: {a: b}}\n', null],
    ['of a file that cannot be read', 'images: [', null],
    ['of an empty file', '', null],
  ])('%s', (_, text, value) => {
    expect(valueIn(encoder.encode(text), place.path)).toBe(value);
  });
});

describe('the history of a place', () => {
  const log: FileLog = {
    complete: true,
    changes: [
      change('e', 'broken', 'v2'),
      change('d', 'v2', 'broken'),
      change('c', 'v1-other', 'v2'),
      change('b', 'v1', 'v1-other'),
      change('a', null, 'v1'),
    ],
  };

  it('holds only the commits that changed its value, newest first', () => {
    const { complete, changes } = placeHistory(log, blobs, place);
    expect(complete).toBe(true);
    expect(changes.map(({ commit, before, after }) => [commit, before, after])).toEqual([
      ['e', null, '2.0'],
      ['d', '2.0', null],
      ['c', '1.10', '2.0'],
      ['a', null, '1.10'],
    ]);
  });

  it('needs every blob once, and none where our trailer tells the value', () => {
    expect(blobsNeeded(log)).toEqual(['broken', 'v2', 'v1-other', 'v1']);
    const trailers = [
      ['Windlass-Place', 'another'],
      ['Windlass-Image', 'reg/b:1.0'],
      ['Windlass-Place', placeKey(place)],
      ['Windlass-Image', 'reg.example/shop:2.0'],
      ['Windlass-Reason', 'newer'],
    ] as const;
    const ours: FileLog = { complete: true, changes: [change('e', 'v1', 'v2', trailers), change('a', null, 'v1')] };
    expect(blobsNeeded(ours, { place, value: '2.0' })).toEqual([]);
    expect(blobsNeeded(ours, { place, value: '1.0' })).toEqual(['v1', 'v2']);
    expect(blobsNeeded(ours, { place: { ...place, file: 'other.yaml' }, value: '2.0' })).toEqual(['v1', 'v2']);
    expect(placeHistory(ours, new Map(), place)).toEqual({
      complete: false,
      changes: [{ commit: 'e', author: 'A <a@b>', at: '2026-01-01T00:00:00.000Z', trailers, before: null, after: '2.0' }],
    });
  });

  it('ends where blobs are missing or the log does', () => {
    expect(placeHistory(log, new Map([...blobs].filter(([oid]) => oid !== 'v1-other')), place)).toMatchObject({
      complete: false,
      changes: [{ commit: 'e' }, { commit: 'd' }],
    });
    expect(placeHistory({ ...log, complete: false }, blobs, place).complete).toBe(false);
  });
});
