import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../src/policy/choice.ts';
import { policies } from '../../src/policy/policies/table.ts';
import { select } from '../../src/policy/select.ts';
import { unconstrained, watch } from './question.ts';

describe("the peers' rule alone", () => {
  it('puts the eligible tags best first and says something about every tag', () => {
    expect(select(watch({ ignore: ['*-rc*'] }), ['1.2.0', 'latest', '1.10.0', '2.0.0', '1.11.0-rc1'])).toMatchObject({
      kind: 'selected',
      eligible: ['1.10.0', '1.2.0'],
      chosen: '1.10.0',
      tags: [
        { tag: '1.2.0', verdict: 'eligible', because: '1.2.0 is eligible, but 1.10.0 is better' },
        { tag: 'latest', verdict: 'dropped', because: 'latest is no version' },
        { tag: '1.10.0', verdict: 'chosen', because: '1.10.0 is the best of 2 eligible tags' },
        { tag: '2.0.0', verdict: 'dropped', because: '2.0.0 does not satisfy ~1' },
        { tag: '1.11.0-rc1', verdict: 'dropped', because: '1.11.0-rc1 matches *-rc* in ignore-tags' },
      ],
    });
  });

  it('says of a prerelease that only its being one keeps it out', () => {
    expect(select(watch({ constraint: '^11' }), ['11.0.0-rc.1', '12.0.0-rc.1'])).toMatchObject({
      tags: [
        { rule: 'constraint', because: '11.0.0-rc.1 is a pre-release, which ^11 does not admit: a constraint such as ^11-0 does' },
        { rule: 'constraint', because: '12.0.0-rc.1 does not satisfy ^11' },
      ],
    });
  });

  it('takes prereleases where there is no constraint', () => {
    expect(select(unconstrained(), ['1.0.0', '1.1.0-rc.1'])).toMatchObject({ chosen: '1.1.0-rc.1' });
  });

  it.each([
    ['goes down with the listing', ['1.0.0'], '1.3.0', '1.0.0'],
    ['keeps the current tag where no tag has a place in the order', ['latest'], 'main', 'main'],
    ['chooses nothing where versions exist and none is eligible', ['2.0.0'], '1.3.0', undefined],
  ])('%s', (_, tags, current, chosen) => {
    expect(select(watch(), tags, { tag: current })).toMatchObject({ kind: 'selected', chosen });
  });

  it('refuses a current tag that has no place in the order', () => {
    expect(select(watch(), ['1.0.0'], { tag: 'main' })).toMatchObject({
      kind: 'refused',
      because: 'the current tag main has no place in the order of strategy semver',
    });
  });
});

describe('every strategy of the table', () => {
  const tags: Readonly<Record<Strategy, readonly string[]>> = {
    semver: ['1.0.0', '1.1.0'],
    alphabetical: ['1.0.0', '1.1.0'],
    digest: ['latest'],
    numerical: ['9', '10'],
    calver: ['2025.12.31', '2026.1.1'],
    'newest-build': ['b', 'a'],
  };
  const created = { b: '2026-01-01T00:00:00.000Z', a: '2026-01-02T00:00:00.000Z' };

  it.each(Object.keys(policies) as Strategy[])('%s chooses the last of its tags, whatever their order', (strategy) => {
    const asked = strategy === 'digest' ? watch({ strategy, constraint: 'latest' }) : unconstrained({ strategy });
    for (const listed of [tags[strategy], [...tags[strategy]].reverse()]) {
      const selection = select(asked, listed, undefined, { created });
      expect(selection).toMatchObject({ kind: 'selected', chosen: tags[strategy].at(-1), lacks: [] });
      expect(selection.tags.map(({ tag }) => tag)).toEqual(listed);
    }
  });
});

describe('the build time of tags', () => {
  const newest = unconstrained({ strategy: 'newest-build', ignore: ['*-rc'] });
  const day = (date: number) => `2026-01-0${date}T00:00:00.000Z`;

  it('is asked for what the filters let pass, and nothing is final before it is known', () => {
    expect(select(newest, ['a', 'b', 'c-rc'], undefined, { created: { a: day(1) } })).toMatchObject({ lacks: ['b'], eligible: ['a'] });
  });

  it.each([
    ['the latest wins', { a: day(2), b: day(1), c: day(3) }, 'c'],
    ['equal times are told apart by the bytes of the tag', { a: day(1), b: day(1), B: day(1) }, 'b'],
    ['a tag that does not say its time is no candidate', { a: day(1), b: 'none' }, 'a'],
    ['nor is one that is not served', { a: day(1), b: 'absent' }, 'a'],
    ['times before 1970 and of reproducible builds count', { a: '1969-12-31T00:00:00.000Z', b: '1970-01-01T00:00:00.000Z' }, 'b'],
  ])('%s', (_, created, chosen) => {
    expect(select(newest, Object.keys(created), undefined, { created })).toMatchObject({ chosen });
  });
});
