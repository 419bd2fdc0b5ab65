import { describe, expect, it } from 'vitest';
import { select } from '../../src/policy/select.ts';
import { unconstrained, watch } from './question.ts';

function reasonIn(selection: ReturnType<typeof select>, tag: string): string | undefined {
  return selection.tags.find((one) => one.tag === tag)?.because;
}

function best(selection: ReturnType<typeof select>): readonly string[] {
  return selection.kind === 'selected' ? selection.eligible : [];
}

describe('numerical', () => {
  const numerical = unconstrained({ strategy: 'numerical' });

  it.each([
    [['2', '10', '9'], '10'],
    [['007', '8'], '8'],
    [['1.5', '1.25', '-3'], '1.5'],
    [['1e3', '999'], '1e3'],
    [['0x10p0', '15'], '0x10p0'],
    [['0x1.8p1', '2.5'], '0x1.8p1'],
    [['Inf', '1e308', '-inf'], 'Inf'],
    [['1_000', '999'], '1_000'],
    [['1.', '.5'], '1.'],
    // Beyond the 53 bits of a float.
    [['20260105123456789', '20260105123456788'], '20260105123456789'],
    [['9007199254740993', '9007199254740992'], '9007199254740993'],
  ])('of %j: %s', (tags, chosen) => {
    expect(select(numerical, tags)).toMatchObject({ chosen });
    expect(select(numerical, [...tags].reverse())).toMatchObject({ chosen });
  });

  it.each(['v1', '1.2.3', '0x10', 'NaN', '1__0', '_1', '1_', '1e', '1_.5', '1e400', '', ' 1', '0x', '0xp1'])(
    '%j is no number, and does not stop the others',
    (tag) => {
      const selection = select(numerical, [tag, '1']);
      expect(selection).toMatchObject({ chosen: '1' });
      expect(reasonIn(selection, tag)).toBe(`${tag} is no number`);
    },
  );

  it('takes the least where the order counts down', () => {
    expect(select({ ...numerical, order: 'descending' }, ['2', '1', '10'])).toMatchObject({ chosen: '1' });
  });
});

describe('calver', () => {
  const calver = unconstrained({ strategy: 'calver' });

  it.each([
    [['2025.12.31', '2026.1.1'], '2026.1.1'],
    [['2026.2.1', '2026.10.1', '2026.09.30'], '2026.10.1'],
    [['24.04', '24.10', '23.10'], '24.10'],
    [['20260105', '20251231'], '20260105'],
    [['202601', '20251231'], '202601'],
    [['20260105123000', '20260105122959'], '20260105123000'],
    [['2026-01-05', '2026-01-04'], '2026-01-05'],
    [['2026.01.05', '2026.01.05-1', '2026.01.05-2'], '2026.01.05-2'],
    [['2026.1', '2026.1.1'], '2026.1.1'],
    [['v2026.1.0', '2025.12.0'], 'v2026.1.0'],
    [['26.1', '2025.12'], '26.1'],
    [['2026', '2025.12.31'], '2026'],
  ])('of %j: %s', (tags, chosen) => {
    expect(select(calver, tags)).toMatchObject({ chosen });
    expect(select(calver, [...tags].reverse())).toMatchObject({ chosen });
  });

  it.each(['latest', '1.2.3', '2026.1.0-rc1', '20261301', '20260132', '1606234201', '12345', 'release-2026.1', '2026.', '2026.1.x'])(
    '%s is no calendar version',
    (tag) => {
      expect(reasonIn(select(calver, [tag]), tag)).toBe(`${tag} is no calendar version`);
    },
  );

  it.each([
    ['2026.x', ['2026.3.1', '2027.1.1'], '2026.3.1'],
    ['>=24.4 <25', ['24.04', '24.10', '25.04'], '24.10'],
    ['~2026.1', ['2026.01.05', '2026.2.1'], '2026.01.05'],
  ])('reads the constraint %s on the first three numbers', (constraint, tags, chosen) => {
    expect(select({ ...watch({ strategy: 'calver' }), constraint }, tags)).toMatchObject({ chosen });
  });

  it('says what a constraint got', () => {
    expect(select(watch({ strategy: 'calver', constraint: 'latest' }), [])).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('constraint of ghcr.io/team/shop: got "latest"') as string,
    });
  });
});

describe('extract', () => {
  const extracting = (
    expression: string,
    template: string,
    strategy: 'semver' | 'numerical' | 'alphabetical' | 'newest-build' = 'numerical',
  ) => unconstrained({ strategy, extract: { expression, template } });

  it.each([
    ['the time of a build', extracting('^main-[a-f0-9]+-(?P<ts>\\d+)$', '$ts'), ['main-bbb-9', 'main-aaa-10', 'dev-aaa-11'], 'main-aaa-10'],
    [
      'a version in front of a variant',
      extracting('^(.+)-alpine$', '$1', 'semver'),
      ['1.9.0-alpine', '1.10.0-alpine', '2.0.0'],
      '1.10.0-alpine',
    ],
    ['groups in another order', extracting('^(\\d+)-(\\d+)$', '${2}${1}'), ['1-2', '2-1'], '1-2'],
    ['the tag itself where there is no template', extracting('^\\d+$', ''), ['9', '10', 'v11'], '10'],
    ['the whole match', extracting('\\d+', '$0'), ['a9', 'b10'], 'b10'],
  ])('%s', (_, asked, tags, chosen) => {
    expect(select(asked, tags)).toMatchObject({ chosen });
    expect(select(asked, [...tags].reverse())).toMatchObject({ chosen });
  });

  it.each([
    // Go's Regexp.Expand takes the longest name: $1x is a group named 1x, which there is not.
    ['$1x', 'x', ''],
    ['${1}x', 'x', 'ax'],
    ['$$1', 'x', '$1'],
    ['$', 'x', '$'],
    ['${1', 'x', '${1'],
    ['$01', 'x', ''],
    ['$9', 'x', ''],
    ['$name-$1', 'x', 'a-a'],
    ['$other', 'x', ''],
  ])('the template %s', (template, _, text) => {
    const selection = select(extracting('^(?P<name>a)b?(c)?$', template, 'numerical'), ['a']);
    expect(reasonIn(selection, 'a')).toBe(text === 'a' ? 'a is no number' : `a is read as ${text}: ${text} is no number`);
  });

  it('says which tags it does not match, and what it made of the others', () => {
    const selection = select(extracting('^v(.+)$', '$1', 'semver'), ['v1.0.0', 'vx', '2.0.0']);
    expect(selection).toMatchObject({ chosen: 'v1.0.0' });
    expect(reasonIn(selection, 'vx')).toBe('vx is read as x: x is no version');
    expect(reasonIn(selection, '2.0.0')).toBe('2.0.0 does not match ^v(.+)$ in extract');
  });

  it('breaks a tie of two tags by their bytes, wherever they are listed', () => {
    const asked = extracting('^[ab]-(\\d+)$', '$1');
    expect(select(asked, ['b-1', 'a-1'])).toMatchObject({ chosen: 'b-1' });
    expect(select(asked, ['a-1', 'b-1'])).toMatchObject({ chosen: 'b-1' });
  });

  it('only filters where the order does not read tags', () => {
    const created = { 'a-1': '2026-01-01T00:00:00.000Z', 'b-2': '2026-01-03T00:00:00.000Z', 'a-0': '2026-01-02T00:00:00.000Z' };
    const selection = select(extracting('^a-(\\d+)$', '$1', 'newest-build'), ['a-1', 'b-2', 'a-0'], undefined, { created });
    expect(selection).toMatchObject({ chosen: 'a-0' });
  });

  it.each([
    ['(?=x)', '$1', 'invalid or unsupported Perl syntax'],
    [`(${'a'.repeat(1000)})`, '$1', 'an expression of 1002 characters (at most 1000)'],
    ['(a)', '$1'.repeat(501), 'a template of 1002 characters (at most 1000)'],
  ])('refuses %.10s', (expression, template, because) => {
    expect(select(extracting(expression, template), ['a'])).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining(because) as string,
    });
  });

  it('makes no text that is longer than a tag has reason to be', () => {
    expect(best(select(extracting('^(a+)$', '$1'.repeat(3), 'alphabetical'), ['a'.repeat(100), 'aa']))).toEqual(['aa']);
  });
});

describe('the order', () => {
  it.each([
    ['semver', ['1.0.0', '2.0.0'], '1.0.0'],
    ['alphabetical', ['a', 'b'], 'a'],
    ['calver', ['2026.1', '2025.1'], '2025.1'],
  ] as const)('descending of %s takes the other end', (strategy, tags, chosen) => {
    expect(select(unconstrained({ strategy, order: 'descending' }), tags)).toMatchObject({ chosen });
  });
});

describe("Image Updater v1.3's reading", () => {
  const v1 = { ...unconstrained(), compat: 'v1' as const };

  it.each([
    ['takes no prerelease where there is no constraint', v1, ['1.0.0', '1.1.0-rc.1'], '1.0.0'],
    ['chooses nothing where no tag is eligible', v1, ['latest'], undefined],
    ['does not mind a current tag that is no version', v1, ['1.0.0'], '1.0.0'],
  ])('%s', (_, asked, tags, chosen) => {
    expect(select(asked, tags, { tag: 'main' })).toMatchObject({ kind: 'selected', chosen });
  });
});

describe('hostile expressions', () => {
  const many = Array.from({ length: 50_000 }, (_, index) => `${'a'.repeat(40)}${String(index)}`);

  it.each(['(a+)+$', '(a|aa)+$', '(a*)*b', '(.*)(.*)(.*)(.*)=$', '^(([a-z])+.)+[A-Z]$'])('%s ends on 50,000 tags', (expression) => {
    const selection = select(unconstrained({ strategy: 'alphabetical', allow: { kind: 'regexp', expression } }), many);
    expect(selection).toMatchObject({ kind: 'selected', eligible: [] });
  });

  it.each(['([a-c].{1,20}){20}[^a-z0-9._-]', '[ab].{1,900}[xy]$'])(
    '%s is too much work for 50,000 tags, and fine for few',
    (expression) => {
      const asked = unconstrained({ strategy: 'alphabetical', allow: { kind: 'regexp', expression } });
      expect(select(asked, many)).toMatchObject({
        kind: 'refused',
        because:
          'allow-tags, ignore-tags and extract are too much work for 50000 tags: use fewer expressions, or fewer counted repetitions such as {1,100}',
      });
      expect(select(asked, many.slice(0, 5))).toMatchObject({ kind: 'selected' });
    },
  );

  it('takes no expression of more than 1,000 characters', () => {
    const allow = { kind: 'regexp', expression: 'a|'.repeat(501) } as const;
    expect(reasonIn(select(unconstrained({ allow }), ['1.0.0']), '1.0.0')).toContain('an expression of 1002 characters (at most 1000)');
  });
});
