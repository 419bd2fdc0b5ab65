import { describe, expect, it } from 'vitest';
import { compareRows } from './compare.ts';
import { pathOfSet, readRows } from './rows.ts';
import { adapters } from './table.ts';

describe('what the existing implementations answer', () => {
  it.each(Object.keys(adapters))('%s: no row is different', (set) => {
    const comparison = compareRows(set, adapters[set]!, readRows(pathOfSet(set)));
    expect(comparison.different.slice(0, 10)).toEqual([]);
    expect(comparison.equal + comparison.onPurpose, 'rows that ran').toBeGreaterThan(0);
  });
});
