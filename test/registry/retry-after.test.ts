import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/registry/retry-after.ts';

const now = Date.parse('2026-01-31T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['seconds', '30', 30_000],
    ['zero', '0', 0],
    ['more than a day', '9'.repeat(400), 86_400_000],
    ['a fraction, which some servers send', '0.5', 500],
    ['a date', 'Sat, 31 Jan 2026 12:01:00 GMT', 60_000],
    ['a date in the past', 'Sat, 31 Jan 2026 11:00:00 GMT', 0],
  ])('%s', (_, header, afterMs) => {
    expect(parseRetryAfter(header, now)).toEqual({ afterMs });
  });

  it.each([
    ['nonsense', 'soon'],
    ['a negative number', '-5'],
    ['nothing', ''],
    ['no header', undefined],
  ])('%s says nothing', (_, header) => {
    expect(parseRetryAfter(header, now)).toBeUndefined();
  });
});
