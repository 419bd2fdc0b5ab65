import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../src/policy/glob.ts';
import { compileFilters } from '../../src/policy/tag-filter.ts';

describe("a glob of Go's filepath.Match", () => {
  it.each([
    ['*', 'anything', true],
    ['*', 'a/b', false],
    ['dev-*', 'dev-1', true],
    ['v?', 'v1', true],
    ['v?', 'v10', false],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[z-a]', 'b', false],
    ['[^z-a]', 'b', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['[\\]]', ']', true],
    ['{a,b}', 'a', false],
    ['1.0', '1x0', false],
    ['a(b)|c$', 'a(b)|c$', true],
    ['', '', true],
    ['LATEST', 'latest', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)?.(text)).toBe(expected);
  });

  it.each(['[', '[]', '[]a]', '[a', '[a-', '[-]', '[a-]', '\\'])('%s is bad', (pattern) => {
    expect(compileGlob(pattern)).toBeUndefined();
  });

  it('takes linear time for many stars', () => {
    expect(compileGlob(`${'*a'.repeat(40)}b`)?.('a'.repeat(128))).toBe(false);
  });
});

describe('allow and ignore', () => {
  it.each([
    ['1.2.3', undefined],
    ['dev', { rule: 'allow-tags', because: 'dev does not match ^[0-9] in allow-tags' }],
    ['1.2.3-rc1', { rule: 'ignore-tags', because: '1.2.3-rc1 matches *-rc* in ignore-tags' }],
  ])('%s: %o', (tag, objection) => {
    const dropped = compileFilters({ kind: 'regexp', expression: '^[0-9]' }, ['[', '*-rc*']);
    expect(dropped(tag)).toEqual(objection);
  });

  it('allows nothing where the text could not be read, and says why', () => {
    expect(compileFilters({ kind: 'nothing', because: 'web.allow-tags is "regex:x"' }, [])('1.0.0')?.because).toBe(
      '1.0.0 is not allowed: web.allow-tags is "regex:x"',
    );
    expect(compileFilters({ kind: 'regexp', expression: '(?=x)' }, [])('x')?.because).toContain(
      'x is not allowed: allow-tags is no regular expression',
    );
  });
});
