import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/kernel/hold.ts';
import { answerFor } from '../../src/verdict/answer-for.ts';
import type { VerdictFacts } from '../../src/verdict/facts.ts';
import { digest } from './canary.ts';
import { factsOf, failed, historyOf, image, now, otherImage, ours, place, placeFacts, placeOf } from './question.ts';

const answer = (facts: Partial<VerdictFacts> = {}, verdict: Partial<Verdict> = {}) =>
  answerFor({ ...failed, ...verdict }, factsOf(facts), now);
const saying = (text: string): unknown => expect.stringContaining(text);
const reader = { cluster: 'eu', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'shop-eu' };

describe('a lowering is only proposed', () => {
  const trailersOfAnother = {
    ...historyOf(['1.4.3 d', '1.4.2 a']),
    changes: historyOf(['1.4.3 d', '1.4.2 a']).changes.map((change) => ({ ...change, trailers: ours('9.9.9') })),
  };

  it.each([
    [
      'a person wrote the value',
      { places: [placeFacts({ history: historyOf(['1.4.3 -', '1.4.2 a']) })] },
      '1.4.3 was written by Ann (commit 000000000000), not by this bot',
    ],
    [
      'trailers speak of another value',
      { places: [placeFacts({ history: trailersOfAnother })] },
      '1.4.3 was written by windlass (commit 000000000000), not by this bot',
    ],
    [
      'the history does not end with Git’s value',
      { places: [placeFacts({ history: historyOf(['1.4.4 d', '1.4.2 a']) })] },
      'changed while it was being read',
    ],
    [
      'another reader runs it as stable',
      { places: [placeFacts({ readers: [{ application: reader, state: 'promoted' }] })] },
      'Application argocd/shop-eu (cluster eu) reads the same place and runs the image as stable',
    ],
    [
      'another reader cannot be asked',
      { places: [placeFacts({ readers: [{ application: reader, state: 'unknown' }] })] },
      'reads the same place and cannot be asked',
    ],
    [
      'another image changed that is not ours',
      { images: [...failed.images, { image: otherImage, tag: '7', digests: [] }] },
      'team/web:7 changed too and is not written by this bot',
    ],
  ] as const)('where %s', (_, changes, because) => {
    const { images, ...facts } = { images: failed.images, ...changes };
    const found = answer(facts, { images });
    expect(found).toMatchObject({ kind: 'propose', moves: [{ to: { tag: '1.4.2' } }], holds: [{ tag: '1.4.3' }] });
    expect(found).toMatchObject({ because: saying(because) });
  });

  it('where more than images changed: the fields are listed and the hold is a suspicion', () => {
    const renderedDifference = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => `ConfigMap shop/web: data.${letter}`);
    const found = answer({ renderedDifference });
    expect(found).toMatchObject({ kind: 'propose', holds: [{ suspected: true }] });
    expect(found).toMatchObject({
      because: saying(
        'Proposed: team/shop goes back from 1.4.3 to 1.4.2. Not done alone, because more than container images changed since the last healthy revision: ConfigMap shop/web: data.a, ConfigMap shop/web: data.b',
      ),
    });
    expect(found).toMatchObject({ because: saying('data.e and 2 more.') });
  });
});

describe('several images of one Rollout', () => {
  const otherPlace = placeOf(otherImage);
  const images = [...failed.images, { image: otherImage, tag: '7', digests: [digest('7')] }];
  const second = placeFacts({
    place: otherPlace,
    image: otherImage,
    current: { tag: '7' },
    digests: [],
    history: historyOf(['7 7', '6 6'], otherPlace, otherImage),
  });
  const stable = [...factsOf().stable, { image: otherImage, tag: '6', digests: [digest('6')] }];
  const served = { ...factsOf().served, [`${otherImage}:6`]: digest('6') };

  it('go back together, each with a suspected hold', () => {
    expect(answer({ places: [second, placeFacts()], stable, served }, { images })).toMatchObject({
      kind: 'lower',
      moves: [
        { place, to: { tag: '1.4.2' } },
        { place: otherPlace, to: { tag: '6' } },
      ],
      holds: [
        { image, tag: '1.4.3', suspected: true },
        { image: otherImage, tag: '7', suspected: true },
      ],
      because: saying('team/shop goes back from 1.4.3 to 1.4.2 and team/web goes back from 7 to 6'),
    });
  });

  it('stay together where one cannot go back', () => {
    expect(answer({ places: [placeFacts(), second] }, { images })).toMatchObject({
      kind: 'hold-only',
      holds: [
        { image, suspected: true },
        { image: otherImage, suspected: true },
      ],
      because: saying('6 is not what runs as stable'),
    });
  });
});
