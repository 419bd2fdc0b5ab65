import { describe, expect, it } from 'vitest';
import type { TagVerdict } from '../../../src/policy/choice.ts';
import { groupByRule } from '../../../src/reconcile/explain/rules.ts';

const dropped = (tag: string, because: string, more: Partial<TagVerdict> = {}): TagVerdict => ({
  tag,
  verdict: 'dropped',
  because,
  ...more,
});
const words = (tags: readonly TagVerdict[]) =>
  groupByRule(tags).map(({ verdict, count, examples, because }) => `${verdict} ${count} (${examples.join(' ')}): ${because}`);

describe('tags are grouped by the rule that decided', () => {
  it('the chosen one first, then eligible, held and dropped ones, large groups before small ones', () => {
    expect(
      words([
        dropped('main', 'main is no version'),
        dropped('1.1.0', '1.1.0 is below 1.2.0, which Git has'),
        dropped('1.0.0', '1.0.0 is below 1.2.0, which Git has'),
        { tag: '1.3.0', verdict: 'held', because: '1.3.0 is held at this place' },
        { tag: '1.2.0', verdict: 'chosen', because: '1.2.0 is what Git has' },
        { tag: '1.2.1', verdict: 'eligible', because: '1.2.1 waits' },
      ]),
    ).toEqual([
      'chosen 1 (1.2.0): 1.2.0 is what Git has',
      'eligible 1 (1.2.1): 1.2.1 waits',
      'held 1 (1.3.0): 1.3.0 is held at this place',
      'dropped 2 (1.1.0 1.0.0): <tag> is below 1.2.0, which Git has',
      'dropped 1 (main): main is no version',
    ]);
  });

  it('the three highest by number are the examples, whatever the order of the listing', () => {
    const tags = ['1.9', '1.10', '1.2', '1.11', '0.1'].map((tag) => dropped(tag, `${tag} is below 2.0, which Git has`));
    expect(words(tags)).toEqual(['dropped 5 (1.11 1.10 1.9): <tag> is below 2.0, which Git has']);
    expect(words(tags.toReversed())).toEqual(words(tags));
  });

  it('a v in front of a number puts no tag before a higher one', () => {
    const tags = ['v1.0', '3.0', 'v2.0', '0.1'].map((tag) => dropped(tag, `${tag} is below 4.0, which Git has`));
    expect(words(tags)).toEqual(['dropped 4 (3.0 v2.0 v1.0): <tag> is below 4.0, which Git has']);
  });

  it('sentences of one rule that differ by what each tag carries are one group, with the earliest moment', () => {
    const young = [1, 2, 3, 4, 5].map((hours) =>
      dropped(`1.${hours}`, `1.${hours} is ${hours}h old`, { rule: 'min-age', until: `2026-03-0${hours}T00:00:00.000Z` }),
    );
    expect(groupByRule(young)).toEqual([
      {
        rule: 'min-age',
        verdict: 'dropped',
        count: 5,
        examples: ['1.5', '1.4', '1.3'],
        because: '1.5 is 5h old',
        until: '2026-03-01T00:00:00.000Z',
      },
    ]);
  });

  it('a few patterns of one rule are told apart', () => {
    const rule = 'ignore-tags';
    expect(
      words([
        dropped('a-rc', 'a-rc matches *-rc in ignore-tags', { rule }),
        dropped('a-dev', 'a-dev matches *-dev in ignore-tags', { rule }),
        dropped('b-rc', 'b-rc matches *-rc in ignore-tags', { rule }),
      ]),
    ).toEqual(['dropped 2 (b-rc a-rc): <tag> matches *-rc in ignore-tags', 'dropped 1 (a-dev): a-dev matches *-dev in ignore-tags']);
  });

  it('no tags, no groups', () => {
    expect(groupByRule([])).toEqual([]);
  });
});
