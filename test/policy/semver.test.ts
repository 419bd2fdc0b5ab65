import fc from 'fast-check';
import npmSemver from 'semver';
import { describe, expect, it } from 'vitest';
import { compareSpelled, compareVersions } from '../../src/policy/semver/compare.ts';
import { parseConstraint } from '../../src/policy/semver/constraint.ts';
import { parseVersion } from '../../src/policy/semver/version.ts';

function matches(constraint: string, version: string): boolean | 'no constraint' {
  const parsed = parseConstraint(constraint);
  return 'problem' in parsed ? 'no constraint' : parsed.constraint.check(parseVersion(version)!);
}

describe('a version', () => {
  it.each([
    ['1', '1.0.0'],
    ['v1.2', '1.2.0'],
    ['01.02.3', '1.2.3'],
    ['2024-01-05', '2024.0.0'],
    ['18446744073709551615', '18446744073709551615.0.0'],
  ])('%s is %s', (text, numbers) => {
    const version = parseVersion(text)!;
    expect([version.major, version.minor, version.patch].join('.')).toBe(numbers);
  });

  it.each(['', 'V1.2.3', '1.2.3.4', '1_2', 'release-1.2.3', '1.0.0-01', ' 1.2.3', '1.2.3 ', '18446744073709551616', '1.', '1.2.3-'])(
    '%j is none',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );

  it.each(['v1.2.3', '1.2', '01.2.3', '1.2.3-01'])('%s is none in the strict grammar', (text) => {
    expect(parseVersion(text, 'strict')).toBeUndefined();
    expect(parseVersion('1.2.3-a.1+b', 'strict')).toMatchObject({ prerelease: 'a.1', metadata: 'b' });
  });
});

describe('a constraint that keeps a prerelease out', () => {
  it.each([
    ['^11', '11.0.0-rc.1', '^11-0'],
    ['*', '11.0.0-rc.1', '*-0'],
    ['~1.2', '1.2.3-beta', '~1.2-0'],
    ['>=1.0, <2', '1.5.0-a', '>=1.0-0 <2'],
    ['1.0 - 2.0', '1.5.0-a', '>= 1.0-0 <= 2.0'],
    ['^1 || ^3', '3.1.0-a', '^1-0 || ^3-0'],
    ['^11', '12.0.0-rc.1', undefined],
    ['^11', '12.0.0', undefined],
    ['^11-0', '11.0.0-rc.1', undefined],
    ['=1.2.3', '1.2.3-rc', undefined],
  ])('%s takes %s as %s', (text, version, admitting) => {
    const parsed = parseConstraint(text);
    if ('problem' in parsed) throw new Error(text);
    expect(parsed.constraint.admitting(parseVersion(version)!)).toBe(admitting);
    if (admitting !== undefined) expect(matches(admitting, version)).toBe(true);
  });
});

describe('the order of versions', () => {
  it('is the one of the reference, low to high', () => {
    const sorted = [
      '1.0.0-1',
      '1.0.0-alpine',
      '1.0.0-rc.2',
      '1.0.0-rc.10',
      '1.0.0-rc1',
      '1.0.0-rc10',
      '1.0.0-rc2',
      '01.0.0',
      '1',
      '1.0',
      '1.0.0',
      'v1.0',
      'v1.0.0',
    ];
    const versions = sorted.map((text) => parseVersion(text)!);
    expect(
      [...versions]
        .reverse()
        .sort(compareSpelled)
        .map((version) => version.text),
    ).toEqual(sorted);
  });

  it.each([
    ['18446744073709551615', '18446744073709551614'],
    ['1.0.0-9007199254740993', '1.0.0-9007199254740992'],
    ['1.0.0-18446744073709551616', '1.0.0-18446744073709551615'],
    ['1.0.0-18446744073709551617', '1.0.0-18446744073709551616'],
    ['1.0.0-a.b', '1.0.0-a'],
  ])('%s is above %s', (left, right) => {
    expect(compareVersions(parseVersion(left)!, parseVersion(right)!)).toBe(1);
    expect(compareVersions(parseVersion(right)!, parseVersion(left)!)).toBe(-1);
  });

  it("is npm semver's wherever that can read both", () => {
    const identifier = fc.constantFrom('0', '1', '10', 'alpha', 'rc', 'rc10', 'rc2', '-');
    const text = fc
      .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.array(identifier, { maxLength: 3 }))
      .map(([major, minor, patch, parts]) => `${major}.${minor}.${patch}${parts.length === 0 ? '' : `-${parts.join('.')}`}`);
    fc.assert(
      fc.property(
        text,
        text,
        (left, right) => compareVersions(parseVersion(left)!, parseVersion(right)!) === npmSemver.compare(left, right),
      ),
    );
  });
});

describe('a constraint', () => {
  it.each([
    ['1.2-1.5', '1.2.4-beta.1', true],
    ['1.2 - 1.5', '1.5.9', true],
    ['x.2.3', '7.0.0', true],
    ['>*', '1.0.0', true],
    ['<*', '0.0.0', false],
    ['~0.0.0', '5.0.0', true],
    ['^0.0.0', '0.0.1', false],
    ['>1', '1.9.0', false],
    ['<=1', '1.9.0', true],
    ['=>1.2, =<1.3', '1.3.4', true],
    ['!=1.2.x', '1.2.3', false],
    ['>=1.0.0-0 <2.0.0', '2.0.0-beta.1', true],
    ['~1.2', '1.2.4-beta.1', false],
    ['*', '1.0.0-rc.1', false],
    ['1.2.3', '1.2.3+build', true],
  ])('%s on %s: %s', (constraint, version, expected) => {
    expect(matches(constraint, version)).toBe(expected);
  });

  it.each([
    '',
    '||',
    '1 ||',
    '==1.2.3',
    '>=1.0<2.0',
    '1.2 -1.5',
    'latest',
    '> =1.2.3',
    '1 || '.repeat(33) + '1',
    `>=1.0.0-${'a'.repeat(512)}`,
  ])('%j is none', (text) => {
    expect(matches(text, '1.0.0')).toBe('no constraint');
  });

  it('says where it stands and what was expected', () => {
    expect(parseConstraint('latest', 'image-list')).toEqual({
      problem: { at: 'image-list', got: '"latest"', expected: 'a version constraint such as ~1.2, ^1.2.3, 1.x or ">=1.0 <2.0"' },
    });
  });

  it.each([
    ['=1.2.3', '1.2.3'],
    ['v1.2.3', '1.2.3'],
    ['1.2.3-rc.1', '1.2.3-rc.1'],
    ['1.2', undefined],
    ['~1.2.3', undefined],
    ['1.2.3 || 1.2.4', undefined],
    ['>=1.2.3 <=1.2.3', undefined],
  ])('%s pins %s', (text, pinned) => {
    const parsed = parseConstraint(text);
    expect('constraint' in parsed ? parsed.constraint.pin?.text : 'no constraint').toBe(pinned);
  });
});

describe('a text that is no constraint', () => {
  // An expression in which a text has two readings tries 2^n of them: these would not end.
  it.each(['1    ', '1 , ', '>= 1  ', '1.1-a+b ', '1.1.1 ', '1 - 2 ', 'v1.x,'])('is refused at once, whatever it repeats: %j', (part) => {
    expect(parseConstraint(`${part.repeat(Math.floor(500 / part.length))}!`)).toHaveProperty('problem');
  });

  it('is measured before it is read', () => {
    const { problem } = parseConstraint(`>=1${' '.repeat(200_000)}!`) as { problem: { got: string; expected: string } };
    expect(problem.expected).toContain('at most 512 bytes');
    expect(problem.got.length).toBeLessThan(400);
  });
});
