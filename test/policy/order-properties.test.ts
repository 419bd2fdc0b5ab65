import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Choice, PlaceQuestion, Strategy, Watch } from '../../src/policy/choice.ts';
import { rankingOf } from '../../src/policy/ranking.ts';
import { decideIn, digestOf, listing, question, watch, type World } from './question.ts';

type Ordered = Exclude<Strategy, 'digest'>;

const tag = fc.constantFrom(
  '1',
  '1.0',
  'v1.0.0',
  '1.0.0',
  '1.2.3',
  '2',
  '10',
  '0x10p0',
  '2026.01',
  '26.1',
  '20260105',
  'a',
  'b',
  'a-7',
  'b-7',
);
const tags = fc.uniqueArray(tag);
const day = fc.integer({ min: 1, max: 5 }).map((date) => `2026-02-0${String(date)}T00:00:00.000Z`);
const created = fc.dictionary(tag, fc.oneof({ weight: 6, arbitrary: day }, fc.constant('none')), { noNullPrototype: true });

const wish = fc
  .record({
    strategy: fc.constantFrom<Ordered>('semver', 'newest-build', 'alphabetical', 'numerical', 'calver'),
    order: fc.constantFrom(undefined, 'descending' as const),
    extract: fc.constantFrom(undefined, { expression: '^(?:[ab]-)?(.+)$', template: '$1' }),
    minAgeMs: fc.constantFrom(undefined, 3 * 24 * 3600_000),
    follow: fc.constantFrom(undefined, undefined, 'a'),
  })
  .map((change): Watch => {
    const { constraint: _, ...plain } = watch();
    const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    return { ...plain, ...set };
  });

const world: fc.Arbitrary<World> = fc.record({
  created,
  digests: fc.dictionary(tag, fc.constantFrom('x', 'y').map(digestOf), { noNullPrototype: true }),
  times: fc.dictionary(
    tag,
    fc.integer({ min: 20, max: 28 }).map((date) => ({ at: `2026-02-${String(date)}T00:00:00.000Z`, by: 'registry' as const })),
    { noNullPrototype: true },
  ),
});

function asked(one: Watch, listed: readonly string[], current: string): PlaceQuestion {
  return question({ watches: [one], listing: listing(listed), current: { tag: current }, history: { complete: true, changes: [] } });
}

function valueAfter(choice: Choice): string {
  return (choice.kind === 'raise' ? choice.to.tag : choice.kind === 'keep' ? choice.at.tag : undefined) ?? '';
}

/** Positive where the left tag is above the right one in the order that the watch asks for. */
function comparing(one: Watch, { created: known = {} }: World): (left: string, right: string) => number {
  const ranked = rankingOf(one, { created: known });
  return ranked.kind === 'ranked' ? ranked.ranking.compare : () => 0;
}

describe('whatever the strategy, order, extract, ages and mutable tags', () => {
  it('does not depend on the order of the listing', () => {
    fc.assert(
      fc.property(
        wish,
        tags.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        tag,
        world,
        (one, [listed, turned], current, registry) => {
          expect(valueAfter(decideIn(asked(one, turned, current), registry).choice)).toBe(
            valueAfter(decideIn(asked(one, listed, current), registry).choice),
          );
        },
      ),
    );
  });

  it('does not change its mind because an older tag was added', () => {
    fc.assert(
      fc.property(wish, tags, fc.tuple(tag, tag), world, (one, listed, [current, added], registry) => {
        const compare = comparing(one, registry);
        fc.pre(!listed.includes(added) && one.follow === undefined && compare(added, current) < 0);
        const before = valueAfter(decideIn(asked(one, listed, current), registry).choice);
        expect(valueAfter(decideIn(asked(one, [...listed, added], current), registry).choice)).toBe(before);
      }),
    );
  });

  it('never goes below Git, nor lower because tags were removed', () => {
    fc.assert(
      fc.property(
        wish.filter(({ follow }) => follow === undefined),
        tags.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all))),
        tag,
        world,
        (one, [listed, fewer], current, registry) => {
          const compare = comparing(one, registry);
          const [all, some] = [listed, fewer].map((each) => valueAfter(decideIn(asked(one, each, current), registry).choice));
          expect(compare(all ?? '', current)).toBeGreaterThanOrEqual(0);
          expect(compare(some ?? '', current)).toBeGreaterThanOrEqual(0);
          expect(compare(all ?? '', some ?? '')).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('comes to rest: what it wrote is what it keeps', () => {
    fc.assert(
      fc.property(wish, tags, tag, world, (one, listed, current, registry) => {
        const { choice } = decideIn(asked(one, listed, current), registry);
        fc.pre(choice.kind === 'raise');
        const again = decideIn(asked(one, listed, valueAfter(choice)), registry).choice;
        expect(again).toMatchObject({ kind: 'keep', at: { tag: valueAfter(choice) } });
      }),
    );
  });

  it('is a total order: of any two tags that rank one is above, and above is passed on', () => {
    fc.assert(
      fc.property(wish, fc.tuple(tag, tag, tag), world, (one, [a, b, c], registry) => {
        const ranked = rankingOf(one, { created: registry.created ?? {} });
        if (ranked.kind === 'refused') throw new Error(ranked.because);
        const { ranks, compare, isNewer } = ranked.ranking;
        fc.pre([a, b, c].every(ranks));
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        expect(compare(a, b) === 0).toBe(a === b);
        if (compare(a, b) > 0 && compare(b, c) > 0) expect(compare(a, c)).toBeGreaterThan(0);
        if (isNewer(a, b)) expect(compare(a, b)).toBeGreaterThan(0);
      }),
    );
  });
});
