import { describe, expect, it } from 'vitest';
import type { PlaceQuestion } from '../../../src/policy/choice.ts';
import { whatWouldChange } from '../../../src/reconcile/explain/changes.ts';
import { change, decide, hold, listing, now, ours, question, unconstrained, watch } from '../../policy/question.ts';

function changes(more: Partial<PlaceQuestion>): readonly string[] {
  const asked = question(more);
  const choice = decide(asked);
  if (choice.kind === 'needs') throw new Error(choice.because);
  return whatWouldChange({ question: asked, choice, now }, { path: '.windlass/holds.yaml' });
}

function sameTimes(tags: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map((tag) => [tag, '2026-01-01T00:00:00.000Z']));
}

describe('what would change the answer', () => {
  it.each([
    ['a raise needs nothing', {}, []],
    ['a newer tag', { listing: listing(['1.3.0']) }, ['push a tag above 1.3.0 that satisfies ~1']],
    [
      'a tag that the filters take',
      { watches: [unconstrained({ allow: { kind: 'regexp', expression: '^1' }, ignore: ['*-rc'] })], listing: listing(['1.3.0']) },
      ['push a tag above 1.3.0 that matches ^1 and matches none of *-rc'],
    ],
    [
      'the constraint, where it alone keeps the best tag out',
      { listing: listing(['1.3.0', '2.0.0']) },
      ['push a tag above 1.3.0 that satisfies ~1', 'widen the constraint ~1: 2.0.0 is listed and does not satisfy it'],
    ],
    [
      'allow-tags, where it alone does',
      { watches: [watch({ allow: { kind: 'regexp', expression: '^1\\.3' } })] },
      ['push a tag above 1.3.0 that satisfies ~1 and matches ^1\\.3', 'let allow-tags take 1.4.0, which is listed'],
    ],
    [
      'ignore-tags, where they alone do',
      { watches: [watch({ ignore: ['1.4.*'] })] },
      ['push a tag above 1.3.0 that satisfies ~1 and matches none of 1.4.*', 'take out of ignore-tags what matches 1.4.0, which is listed'],
    ],
    [
      'several at once',
      { watches: [watch({ ignore: ['2.*'] })], listing: listing(['1.3.0', '2.0.0']) },
      [
        'push a tag above 1.3.0 that satisfies ~1 and matches none of 2.*',
        'let the filters and the constraint take 2.0.0, which is listed: more than one of them drops it',
      ],
    ],
    [
      'a hold',
      { holds: [hold('1.4.0')] },
      ['remove the entry of 1.4.0 from .windlass/holds.yaml on branch main', 'push a tag above 1.4.0 that satisfies ~1'],
    ],
    [
      'the hold of the best tag alone, not those of lower tags',
      { holds: [hold('1.0.0'), hold('1.3.5'), hold('1.4.0')], listing: listing(['1.0.0', '1.3.0', '1.3.5', '1.4.0']) },
      ['remove the entry of 1.4.0 from .windlass/holds.yaml on branch main', 'push a tag above 1.4.0 that satisfies ~1'],
    ],
    [
      'every hold that the best tag is not above',
      { holds: [hold('1.4.0'), hold('1.5.0')] },
      ['remove the entries of 1.4.0 and 1.5.0 from .windlass/holds.yaml on branch main', 'push a tag above 1.5.0 that satisfies ~1'],
    ],
    [
      'a hold, though the image is paused, too',
      { holds: [hold('1.4.0')], paused: true },
      ['remove the entry of 1.4.0 from .windlass/holds.yaml on branch main', 'push a tag above 1.4.0 that satisfies ~1'],
    ],
    [
      'time for the best tag, and a hold of a lower one after that',
      {
        holds: [hold('1.3.5')],
        watches: [watch({ minAgeMs: 3_600_000 })],
        times: { ...sameTimes(['1.3.0', '1.3.5']), '1.4.0': { at: '2026-03-01T11:30:00.000Z', by: 'registry' } },
        listing: listing(['1.3.0', '1.3.5', '1.4.0']),
      },
      [
        'wait until 2026-03-01T12:30:00.000Z: then 1.4.0 passes min-age',
        'remove the entry of 1.3.5 from .windlass/holds.yaml on branch main',
      ],
    ],
    [
      'a hold that ends',
      { holds: [hold('1.4.0', { until: '2026-03-05T00:00:00.000Z' })] },
      [
        'wait until 2026-03-05T00:00:00.000Z, when the hold of 1.4.0 ends; or remove the entry of 1.4.0 from .windlass/holds.yaml on branch main',
        'push a tag above 1.4.0 that satisfies ~1',
      ],
    ],
    ['a pause', { paused: true }, ['delete the annotation windlass.dev/paused of Application argocd/shop']],
    [
      "a person's answer",
      {
        current: { tag: '1.3.0' },
        history: { complete: true, changes: [change('1.4.0', '1.3.0'), change('1.3.0', '1.4.0', ours('1.4.0'))] },
      },
      ['push a tag above the one that was taken back, or write the tag that you want into shop/kustomization.yaml yourself'],
    ],
    [
      'a value without a place in the order',
      { current: { tag: 'main' } },
      ['write a version into Git in place of main (shop/kustomization.yaml)'],
    ],
    [
      'an age, by the moment',
      { watches: [watch({ minAgeMs: 3_600_000 })], times: { '1.4.0': { at: '2026-03-01T11:30:00.000Z', by: 'registry' } } },
      ['wait until 2026-03-01T12:30:00.000Z: then 1.4.0 passes min-age'],
    ],
    [
      'a schedule, by the moment',
      { watches: [watch({ schedule: '0 14 * * *' })] },
      ['wait until 2026-03-01T14:00:00.000Z: then the schedule opens'],
    ],
    [
      'a platform',
      { watches: [watch({ requirePlatforms: ['linux/arm64'] })] },
      ['push 1.4.0 for all of linux/arm64', 'push a tag above 1.3.0 that satisfies ~1'],
    ],
    [
      'the best tag that lacks a platform, not the first',
      { watches: [watch({ requirePlatforms: ['linux/arm64'] })], listing: listing(['1.4.0', '1.10.0', '1.9.0']) },
      ['push 1.10.0 for all of linux/arm64', 'push a tag above 1.3.0 that satisfies ~1'],
    ],
    [
      'a release before a higher pre-release',
      { watches: [watch({ constraint: '<1.4' })], listing: listing(['1.3.0', '1.5.0', '2.0.0-rc.1']) },
      ['push a tag above 1.3.0 that satisfies <1.4', 'widen the constraint <1.4: 1.5.0 is listed and does not satisfy it'],
    ],
    [
      'a pre-release by a constraint that names one',
      { listing: listing(['1.3.0', '1.5.0-rc.1']) },
      ['push a tag above 1.3.0 that satisfies ~1', 'write the constraint ~1-0 in place of ~1: it takes pre-releases such as 1.5.0-rc.1'],
    ],
    ['a pin, by another one', { watches: [watch({ constraint: '=1.3.0' })] }, ['name another version in the constraint =1.3.0']],
    [
      'an expression that cannot be read, first of all',
      { watches: [watch({ alias: 'web', allow: { kind: 'nothing', because: 'it is none' } })] },
      ['correct windlass.dev/web.allow-tags: it is none'],
    ],
    [
      'a digest to follow that nothing names',
      { watches: [unconstrained({ strategy: 'digest', held: true })] },
      ['write the tag to follow into image-list: ghcr.io/team/shop:<tag>'],
    ],
    [
      'a followed tag that is not there',
      { watches: [watch({ follow: 'stable' })], facts: { stable: 'absent' } },
      ['push stable, or let follow name a tag that the registry serves'],
    ],
    [
      'build times that nobody knows',
      {
        current: undefined,
        watches: [unconstrained({ strategy: 'newest-build' })],
        created: { '1.2.0': 'none', '1.3.0': 'none', '1.4.0': 'none' },
      },
      ['push images that say when they were built, as 1.2.0 does not'],
    ],
    [
      'ages that nobody knows',
      { watches: [watch({ minAgeMs: 1000 })], times: { '1.4.0': 'unknown' } },
      ['wait until it is known how long the tags have been there'],
    ],
    [
      'a newer build, where Git has the newest by its name alone',
      { watches: [unconstrained({ strategy: 'newest-build' })], created: sameTimes(['1.2.0', '1.3.0', '1.4.0']) },
      ['push a tag above 1.3.0'],
    ],
    [
      'no hold that nothing waits for',
      { watches: [watch({ held: true })], listing: listing(['1.3.0']) },
      ['push a tag above 1.3.0 that satisfies ~1'],
    ],
    [
      'a pause of the Application, which its images inherit',
      { paused: true, watches: [watch({ alias: 'web', paused: true })] },
      ['delete the annotation windlass.dev/paused of Application argocd/shop'],
    ],
    [
      'an incomplete listing',
      { listing: { ...listing(['1.3.0']), complete: false, because: 'more than 10 tags' } },
      ['a complete listing of ghcr.io/team/shop; the setting registries.maxTags limits it'],
    ],
  ] satisfies readonly (readonly [string, Partial<PlaceQuestion>, readonly string[]])[])('%s', (_, more, sentences) => {
    expect(changes(more)).toEqual(sentences);
  });

  it('a hold and a pause of one image are lifted by their own annotations', () => {
    const asked = question({ watches: [watch({ alias: 'org/web', held: true, paused: true })] });
    const choice = decide(asked);
    if (choice.kind === 'needs') throw new Error(choice.because);
    expect(whatWouldChange({ question: asked, choice, now }, { path: 'h.yaml' }).slice(0, 2)).toEqual([
      'delete the annotation windlass.dev/org_web.hold of Application argocd/shop',
      'delete the annotation windlass.dev/org_web.paused of Application argocd/shop',
    ]);
  });
});
