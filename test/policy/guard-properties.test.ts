import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hold } from '../../src/kernel/hold.ts';
import type { Choice, PlaceQuestion } from '../../src/policy/choice.ts';
import { compareSpelled } from '../../src/policy/semver/compare.ts';
import { parseVersion } from '../../src/policy/semver/version.ts';
import { application, change, decide, digestOf, hold, listing, ours, question, watch } from './question.ts';

const tag = fc.constantFrom('1.0.0', '1.1.0', 'v1.1.0', '1.2', '1.2.0', '1.2.1', '1.3.0-rc.1', '1.3.0', '1.4.0', '2.0.0', 'latest', 'main');
const version = fc.constantFrom('1.0.0', '1.1.0', 'v1.1.0', '1.2', '1.2.0', '1.2.1', '1.3.0', '1.4.0');
const digest = fc.constantFrom('a', 'b', 'c').map(digestOf);
const digests = fc.dictionary(tag, digest, { noNullPrototype: true });
const constraint = fc.constantFrom('~1', '^1.1', '>=1.0.0-0', '1.2.x', '*', '<1.3');
const aHold: fc.Arbitrary<Hold> = fc
  .record({
    on: version,
    held: fc.uniqueArray(digest, { minLength: 1 }),
    until: fc.constantFrom(undefined, '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'),
  })
  .map(({ on, held, until }) => hold(on, { digests: held, ...(until === undefined ? {} : { until }) }));

const aQuestion = fc
  .record({
    tags: fc.uniqueArray(tag),
    current: version,
    constraints: fc.array(constraint, { minLength: 1, maxLength: 3 }),
    holds: fc.array(aHold, { maxLength: 2 }),
    before: version,
    written: fc.boolean(),
  })
  .map(({ tags, current, constraints, holds, before, written }): PlaceQuestion => {
    const watches = constraints.map((text, index) => watch({ constraint: text, application: application(`shop-${index}`) }));
    const changes = before === current ? [] : [change(before, current, written ? ours(current) : [])];
    return question({ listing: listing(tags), current: { tag: current }, watches, holds, history: { complete: true, changes } });
  });

/** What stands at the place after the choice. */
function valueAfter(choice: Choice): string {
  const reference = choice.kind === 'raise' ? choice.to : choice.kind === 'keep' ? choice.at : {};
  return reference.tag ?? '';
}

function compareTags(left: string, right: string): number {
  return compareSpelled(parseVersion(left)!, parseVersion(right)!);
}

describe('whatever is listed and held', () => {
  it('never goes below what Git has without a pin', () => {
    fc.assert(
      fc.property(aQuestion, digests, (asked, known) => {
        expect(compareTags(valueAfter(decide(asked, known)), asked.current!.tag!)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('never goes lower because tags were removed, nor changes its mind because they were reordered', () => {
    const removing = aQuestion.chain((asked) =>
      fc.record({
        asked: fc.constant(asked),
        left: fc.subarray([...asked.listing.tags]),
        turned: fc.shuffledSubarray([...asked.listing.tags], { minLength: asked.listing.tags.length }),
      }),
    );
    fc.assert(
      fc.property(removing, digests, ({ asked, left, turned }, known) => {
        const choice = decide(asked, known);
        const fewer = decide({ ...asked, listing: listing(left) }, known);
        expect(compareTags(valueAfter(fewer), asked.current!.tag!)).toBeGreaterThanOrEqual(0);
        expect(compareTags(valueAfter(choice), valueAfter(fewer))).toBeGreaterThanOrEqual(0);
        expect(valueAfter(decide({ ...asked, listing: listing(turned) }, known))).toBe(valueAfter(choice));
      }),
    );
  });

  it('never raises to a held digest, under any tag', () => {
    fc.assert(
      fc.property(aQuestion, digests, (asked, known) => {
        const choice = decide(asked, known);
        const held = asked.holds.filter(({ until }) => until?.startsWith('2026') !== true).flatMap((one) => one.digests);
        if (choice.kind === 'raise') expect(held).not.toContain(choice.to.digest);
      }),
    );
  });

  it('decides the same whatever the order of the watches and of the holds', () => {
    fc.assert(
      fc.property(aQuestion, digests, (asked, known) => {
        const turned = { ...asked, watches: [...asked.watches].reverse() };
        expect(decide(turned, known)).toEqual(decide(asked, known));
        expect(valueAfter(decide({ ...asked, holds: [...asked.holds].reverse() }, known))).toBe(valueAfter(decide(asked, known)));
      }),
    );
  });

  it('says something about every listed tag, and survives JSON', () => {
    fc.assert(
      fc.property(aQuestion, digests, (asked, known) => {
        const choice = decide(asked, known);
        if (choice.kind === 'needs') return;
        expect(choice.tags.map((verdict) => verdict.tag)).toEqual(asked.listing.tags);
        expect(choice.tags.every(({ because }) => because !== '')).toBe(true);
        expect(choice.tags.filter(({ verdict }) => verdict === 'chosen').length).toBeLessThanOrEqual(1);
        expect(JSON.parse(JSON.stringify(choice))).toEqual(choice);
      }),
    );
  });
});
