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
  it.each(Object.keys(policies) as Strategy[])('%s decides, or refuses with its name', (strategy) => {
    const selection = select(unconstrained({ strategy }), ['1.0.0', '1.1.0'], { tag: '1.0.0' });
    if (selection.kind === 'refused') expect(selection.because).toBe(`strategy ${strategy} is not supported yet`);
    else expect(selection.chosen).toBe('1.1.0');
    expect(selection.tags.map(({ tag }) => tag)).toEqual(['1.0.0', '1.1.0']);
  });
});
