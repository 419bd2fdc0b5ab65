import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/kernel/hold.ts';
import type { VerdictFacts } from '../../src/verdict/facts.ts';
import { answerFor } from '../../src/verdict/answer-for.ts';
import { digest } from './canary.ts';
import { factsOf, failed, historyOf, holdOf, image, now, otherImage, place, placeFacts, placeOf } from './question.ts';

const answer = (facts: Partial<VerdictFacts> = {}, verdict: Partial<Verdict> = {}) =>
  answerFor({ ...failed, ...verdict }, factsOf(facts), now);
const byPerson: Partial<Verdict> = { kind: 'aborted-by-person', evidence: { person: 'a person' } };
const saying = (text: string): unknown => expect.stringContaining(text);
const reader = { cluster: 'eu', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'shop-eu' };

describe('a failed canary', () => {
  it('goes back to the proven value, with a hold on every digest that the image is known by', () => {
    expect(answer()).toEqual({
      kind: 'lower',
      moves: [{ place, to: { tag: '1.4.2' }, digest: digest('a') }],
      holds: [
        {
          place,
          image,
          tag: '1.4.3',
          digests: [digest('b'), digest('d')],
          verdict: 'run-1',
          because:
            'the canary of team/shop:1.4.3 (Rollout shop/web, cluster prod) failed: 5xx was 0.5, against successCondition result[0] < 0.05',
          since: '2026-01-31T12:05:00Z',
        },
      ],
      because:
        'the canary of team/shop:1.4.3 (Rollout shop/web, cluster prod) failed: 5xx was 0.5, against successCondition result[0] < 0.05. team/shop goes back from 1.4.3 to 1.4.2, which ran as stable.',
    });
  });

  it('gives the same hold whenever it is asked, and survives JSON', () => {
    expect(answerFor(failed, factsOf(), now + 3_600_000)).toEqual(answer());
    expect(JSON.parse(JSON.stringify(answer()))).toEqual(answer());
  });

  it('that a person aborted is held by that person', () => {
    expect(answer({}, byPerson)).toMatchObject({
      kind: 'lower',
      holds: [{ by: 'person' }],
      because: saying('a person aborted the canary'),
    });
  });
});

describe('nothing happens', () => {
  it.each([
    ['settled', { settledVerdicts: ['run-1'] }, {}, 'A commit on the branch settled it.'],
    ['older than the adoption', { adoptedAt: '2026-01-31T12:05:01Z' }, {}, 'so it is only shown'],
    ['no data', {}, { kind: 'no-data' }, 'Git stays as it is'],
    ['error', {}, { kind: 'error' }, 'Git stays as it is'],
    ['inconclusive', {}, { kind: 'inconclusive' }, 'Git stays as it is'],
    ['deadline', {}, { kind: 'deadline' }, 'Git stays as it is'],
    ['no data, where errors hold', { onError: 'hold' }, { kind: 'no-data' }, 'Git stays as it is'],
    [
      'about an image of nobody',
      {},
      { images: [{ image: otherImage, tag: '1', digests: [] }] },
      'No place that this bot writes holds team/web:1.',
    ],
    ['of a canary whose images are all stable', {}, { sameAsStable: true }, 'The stable version runs the same images.'],
    ['about no image', {}, { images: [] }, 'No place that this bot writes holds a template with unchanged images.'],
  ] as const)('for a verdict that is %s', (_, facts, verdict, because) => {
    expect(answer(facts, verdict)).toEqual({ kind: 'ignore', because: saying(because) });
  });

  it.each(['retried', 'promoted'] as const)('for a rollout that was %s meanwhile', (rolloutNow) => {
    const because = saying(`The rollout was ${rolloutNow} since, so nothing is taken back.`);
    expect(answer({ rolloutNow })).toEqual({ kind: 'withdrawn', because });
    expect(answer({ rolloutNow }, byPerson)).toEqual({ kind: 'withdrawn', because });
  });
});

describe('facts are asked for', () => {
  const unread = placeFacts();
  delete (unread as { history?: unknown }).history;
  const undiffed = factsOf({ served: {} });
  delete (undiffed as { renderedDifference?: unknown }).renderedDifference;
  const served = { need: 'served', image, tag: '1.4.2' };

  it.each([
    ['history first', factsOf({ places: [unread], served: {} }), [{ need: 'history', place }]],
    ['then what is served and what differs, at once', undiffed, [served, { need: 'rendered-difference' }]],
    ['only what is missing', factsOf({ served: {} }), [served]],
  ])('%s', (_, facts, expected) => {
    expect(answerFor(failed, facts, now)).toEqual({ kind: 'needs', facts: expected });
  });

  it('only of values that can be proven', () => {
    expect(answer({ served: {}, stable: [{ image, tag: '1.4.1', digests: [] }] })).toEqual({
      kind: 'needs',
      facts: [{ need: 'served', image, tag: '1.4.1' }],
    });
  });

  it.each([
    ['settled', { settledVerdicts: ['run-1'] }, 'ignore'],
    ['withdrawn', { rolloutNow: 'retried' }, 'withdrawn'],
  ] as const)('never for what is %s', (_, facts, kind) => {
    expect(answer({ ...facts, places: [unread] }).kind).toBe(kind);
  });
});

describe('only a hold is written', () => {
  it.each([
    ['Git moved on', { places: [placeFacts({ current: { tag: '1.4.4' } })] }, 'Git moved on to 1.4.4 at'],
    ['the value is gone from Git', { places: [placeFacts({ current: undefined })] }, 'Git moved on to no value at'],
    [
      'Git pins another digest',
      { places: [placeFacts({ current: { tag: '1.4.3', digest: digest('f') } })] },
      `Git moved on to 1.4.3@${digest('f')}`,
    ],
    ['nothing is stable', { stable: [] }, '1.4.2 is not what runs as stable; 1.4.1 is not what runs as stable'],
    [
      'nothing stood there before',
      { places: [placeFacts({ history: historyOf(['1.4.3 d']) })] },
      'no earlier value stands in its history of git.example',
    ],
    [
      'too little history was read',
      { places: [placeFacts({ history: { ...historyOf(['1.4.3 d']), complete: false } })] },
      'no earlier value stands in the 1 changes that were read',
    ],
    [
      'the only earlier value is what failed',
      { places: [placeFacts({ history: historyOf(['1.4.3 d', '1.4.3 d']) })] },
      '1.4.3 is what failed',
    ],
    ['it is not served', { served: { [`${image}:1.4.2`]: 'absent' } }, '1.4.2 is not served any more'],
    [
      'the tag moved',
      { served: { [`${image}:1.4.2`]: digest('f') } },
      `1.4.2 now stands for ${digest('f')}, which is not what ran as stable`,
    ],
    ['its tag is held', { holds: [holdOf()] }, '1.4.2 is held since 2026-01-30T00:00:00Z'],
    ['its digest is held', { holds: [holdOf({ tag: '1.3.9', digests: [digest('a')] })] }, '1.4.2 is held since'],
    ['a hold ends later', { holds: [holdOf({ until: '2026-01-31T12:06:01Z' })] }, '1.4.2 is held since'],
    ['a hold ends at a time that cannot be read', { holds: [holdOf({ until: 'soon' })] }, '1.4.2 is held since'],
    [
      'it is the same image under another tag',
      { places: [placeFacts({ history: historyOf(['1.4.3 d', '1.4.2 b']) })] },
      '1.4.2 is the image that failed, under another tag',
    ],
    [
      'its tag once carried what failed',
      { places: [placeFacts({ history: historyOf(['1.4.3 d', '1.4.2 a', '1.4.1 9', '1.4.2 d']) })] },
      '1.4.2 once carried a held digest',
    ],
    [
      'nobody knows which digest was stable',
      { places: [placeFacts({ history: historyOf(['1.4.3 d', '1.4.2 -']) })], stable: [{ image, tag: '1.4.2', digests: [] }] },
      '1.4.2 runs as stable, but nothing says which digest that was',
    ],
    [
      'five were lowered in ten minutes',
      { lowerings: [1, 2, 3, 4, 5].map((minute) => now - minute * 60_000) },
      'VerdictStorm: more than 5 lowerings',
    ],
    [
      'a storm goes on',
      { stormSince: '2026-01-31T10:00:00Z' },
      'VerdictStorm: more than 5 lowerings in ten minutes stopped automatic lowering since 2026-01-31T10',
    ],
  ])('where %s', (_, facts, because) => {
    const found = answer(facts);
    expect(found).toMatchObject({
      kind: 'hold-only',
      holds: [{ tag: '1.4.3', verdict: 'run-1' }],
      because: saying('Only a hold is written.'),
    });
    expect(found).toMatchObject({ because: saying(because) });
  });

  it('for an error, where the annotation asks for it, marked as suspected', () => {
    expect(answer({ onError: 'hold' }, { kind: 'error', evidence: { because: 'no connection' } })).toMatchObject({
      kind: 'hold-only',
      holds: [{ suspected: true }],
      because: saying('could not be measured: no connection. Only a hold is written. windlass.dev/on-error asks for a hold.'),
    });
  });

  it('without digests of the value that Git moved on to', () => {
    const moved = placeFacts({ current: { tag: '1.4.4' }, digests: [digest('e')], history: historyOf(['1.4.4 e', '1.4.3 d', '1.4.2 a']) });
    expect(answer({ places: [moved] })).toMatchObject({ kind: 'hold-only', holds: [{ digests: [digest('b'), digest('d')] }] });
  });
});

describe('it goes back all the same', () => {
  it.each([
    ['four were lowered lately, and many before', { lowerings: [1, 2, 3, 4, 10, 11, 12].map((minute) => now - minute * 60_000) }, '1.4.2'],
    ['a hold has ended', { holds: [holdOf({ until: '2026-01-31T12:05:59Z' })] }, '1.4.2'],
    ['a hold is elsewhere', { holds: [holdOf({ place: placeOf('elsewhere') })] }, '1.4.2'],
    [
      'a person wrote the proven value, and pods know the digest',
      { places: [placeFacts({ history: historyOf(['1.4.3 d', '1.4.2 -']) })] },
      '1.4.2',
    ],
    [
      'the proven value is older than others',
      { stable: [{ image, tag: '1.4.1', digests: [] }], served: { [`${image}:1.4.1`]: digest('9') } },
      '1.4.1',
    ],
    ['another reader is not that far', { places: [placeFacts({ readers: [{ application: reader, state: 'pending' }] })] }, '1.4.2'],
    ['the Application was adopted before', { adoptedAt: '2026-01-31T12:04:59Z' }, '1.4.2'],
  ] as const)('where %s', (_, facts, tag) => {
    expect(answer(facts)).toMatchObject({ kind: 'lower', moves: [{ to: { tag } }] });
  });

  it('to a digest that was pinned', () => {
    const [good, bad] = [`1.4@${digest('a')}`, `1.4@${digest('b')}`];
    const pinned = placeFacts({
      current: { tag: '1.4', digest: digest('b') },
      digests: [digest('b')],
      history: historyOf([`${bad} b`, `${good} a`]),
    });
    const facts = {
      places: [pinned],
      stable: [{ image, tag: '1.4', digests: [digest('a')] }],
      served: { [`${image}:${digest('a')}`]: digest('a') },
    };
    expect(answer(facts, { images: [{ image, tag: '1.4', digests: [digest('b')] }] })).toMatchObject({
      kind: 'lower',
      moves: [{ to: { tag: '1.4', digest: digest('a') }, digest: digest('a') }],
    });
  });
});
