import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine } from '../../src/writeback/combine.ts';
import type { Edit, Splice } from '../../src/writeback/edit.ts';

function splice(start: number, end: number, text: string, more: Partial<Splice> = {}): Splice {
  return { path: 'a.yaml', baseOid: 'a', start, end, was: 'x'.repeat(end - start), text, ...more };
}

function edited(...splices: Splice[]): Edit {
  return { kind: 'edited', splices, places: [{ repo: 'r', branch: 'main', file: 'a.yaml', path: ['a'] }] };
}

describe('combining edits', () => {
  it('takes what is apart, sorted by application and place in the file', () => {
    const combined = combine([
      { application: 'b', edit: edited(splice(9, 12, 'n')) },
      { application: 'a', edit: edited(splice(20, 20, 'i'), splice(3, 9, 'm')) },
      { application: 'c', edit: { kind: 'unchanged' } },
    ]);
    expect(combined.refused).toEqual([]);
    expect(combined.accepted.map(({ application, splices }) => [application, splices.map(({ start }) => start)])).toEqual([
      ['a', [3, 20]],
      ['b', [9]],
    ]);
  });

  it('takes one edit that several applications share', () => {
    const combined = combine([
      { application: 'a', edit: edited(splice(3, 5, 'm')) },
      { application: 'b', edit: edited(splice(3, 5, 'm')) },
    ]);
    expect(combined.accepted.map(({ application }) => application)).toEqual(['a', 'b']);
  });

  it.each([
    ['the same bytes', splice(3, 5, 'm'), splice(3, 5, 'n'), 'changes the same bytes of a.yaml (3 to 5)'],
    ['bytes that overlap', splice(3, 6, 'm'), splice(3, 5, 'n'), 'changes the same bytes of a.yaml (3 to'],
    ['an insertion inside of a change', splice(3, 6, 'm'), splice(4, 4, 'n'), 'changes the same bytes of a.yaml ('],
    ['another version of the file', splice(3, 6, 'm'), splice(10, 12, 'n', { baseOid: 'b' }), 'edits another version of a.yaml'],
  ])('refuses both where they change %s, each naming the other', (_, first, second, because) => {
    const { accepted, refused } = combine([
      { application: 'x', edit: edited(second) },
      { application: 'a', edit: edited(first) },
    ]);
    expect(accepted).toEqual([]);
    expect(refused.map(({ application }) => application)).toEqual(['a', 'x']);
    expect(refused[0]?.because).toMatch(`x ${because}`);
    expect(refused[1]?.because).toMatch(`a ${because}`);
  });

  it('lets the first by name insert at a point; the other follows', () => {
    const { accepted, refused } = combine([
      { application: 'b', edit: edited(splice(7, 7, 'b')) },
      { application: 'a', edit: edited(splice(7, 7, 'a')) },
    ]);
    expect(accepted.map(({ application }) => application)).toEqual(['a']);
    expect(refused).toEqual([{ application: 'b', because: 'a inserts at the same point of a.yaml (byte 7); this edit follows after it' }]);
  });

  it('refuses an application whole: one alias in several places is all or none', () => {
    const { accepted, refused } = combine([
      { application: 'a', edit: edited(splice(3, 5, 'm')) },
      { application: 'a', edit: { kind: 'refused', at: { file: 'b.yaml' }, because: 'b.yaml is a symbolic link' } },
      { application: 'b', edit: { kind: 'needs', paths: ['c.yaml'] } },
    ]);
    expect(accepted).toEqual([]);
    expect(refused).toEqual([
      { application: 'a', because: 'b.yaml is a symbolic link' },
      { application: 'b', because: 'the files c.yaml were not read' },
    ]);
  });

  it('does not depend on the order of the input, and what it takes never overlaps', () => {
    const range = fc
      .tuple(fc.nat(12), fc.nat(3), fc.constantFrom('m', 'n'))
      .map(([start, length, text]) => splice(start, start + length, text));
    const one = fc.record({ application: fc.constantFrom('a', 'b', 'c', 'd'), edit: range.map((held) => edited(held)) });
    const both = fc
      .array(one, { maxLength: 6 })
      .chain((edits) => fc.tuple(fc.constant(edits), fc.shuffledSubarray(edits, { minLength: edits.length })));
    fc.assert(
      fc.property(both, ([edits, shuffled]) => {
        const combined = combine(edits);
        expect(combine(shuffled)).toEqual(combined);
        const all = [...new Set(combined.accepted.flatMap(({ splices }) => splices.map((held) => JSON.stringify(held))))].map(
          (text) => JSON.parse(text) as Splice,
        );
        const sorted = all.sort((a, b) => a.start - b.start || a.end - b.end);
        sorted.forEach((held, index) => expect(sorted[index - 1]?.end ?? 0).toBeLessThanOrEqual(held.start));
      }),
    );
  });
});
