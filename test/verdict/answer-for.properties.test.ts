import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/kernel/hold.ts';
import type { VerdictFacts } from '../../src/verdict/facts.ts';
import { answerFor } from '../../src/verdict/answer-for.ts';
import { digest } from './canary.ts';
import { factsOf, failed, historyOf, holdOf, image, now, placeFacts } from './question.ts';

const tags = ['1.4.0', '1.4.1', '1.4.2', '1.4.3', '1.4.4'];
const tag = fc.constantFrom(...tags);
const letter = fc.constantFrom('a', 'a', 'b');
const write = fc.tuple(tag, fc.oneof({ weight: 3, arbitrary: letter }, fc.constant('-'))).map(([value, by]) => `${value} ${by}`);
const mostly = <Value>(usual: Value, others: readonly Value[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
const kinds: readonly Verdict['kind'][] = ['aborted-by-person', 'no-data', 'error', 'inconclusive', 'deadline'];

const drawn = fc.record({
  writes: fc.array(write, { minLength: 1, maxLength: 6 }),
  complete: fc.boolean(),
  movedOn: mostly(false, [true]),
  stable: fc.tuple(fc.option(tag, { freq: 2 }), fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 })),
  held: fc.array(fc.tuple(tag, fc.uniqueArray(letter, { maxLength: 1 }), fc.boolean()), { maxLength: 1 }),
  served: fc.array(fc.constantFrom('a', 'a', 'a', 'a', 'b', 'absent', undefined), { minLength: tags.length, maxLength: tags.length }),
  difference: mostly<readonly string[] | undefined>([], [['spec.replicas'], undefined]),
  rolloutNow: mostly<VerdictFacts['rolloutNow']>('aborted', ['retried', 'promoted']),
  settled: mostly(false, [true]),
  reader: mostly<'pending' | 'promoted' | 'unknown'>('pending', ['promoted', 'unknown']),
  lowerings: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 6 }),
  kind: mostly<Verdict['kind']>('failed', kinds),
  digests: fc.uniqueArray(fc.constantFrom('b', 'c'), { maxLength: 1 }),
});

/** A verdict about the value that was written last, and facts around it. */
const questions: fc.Arbitrary<{ readonly verdict: Verdict; readonly known: VerdictFacts }> = drawn.map((draw) => {
  const [latest = '', former = '1.4.0'] = draw.writes.map((each) => each.split(' ')[0] ?? '');
  const history = { ...historyOf(draw.writes), complete: draw.complete };
  const readers = [{ application: failed.application, state: draw.reader }];
  const { renderedDifference: _, ...rest } = factsOf({
    places: [placeFacts({ current: { tag: draw.movedOn ? '2.0.0' : latest }, history, readers, digests: [] })],
    stable: [{ image, tag: draw.stable[0] ?? former, digests: draw.stable[1].map(digest) }],
    holds: draw.held.map(([name, letters, ended]) =>
      holdOf({ tag: name, digests: letters.map(digest), ...(ended ? { until: '2026-01-01T00:00:00Z' } : {}) }),
    ),
    served: Object.fromEntries(
      draw.served.flatMap((by, index) => (by === undefined ? [] : [[`${image}:${tags[index] ?? ''}`, by === 'absent' ? by : digest(by)]])),
    ),
    rolloutNow: draw.rolloutNow,
    settledVerdicts: draw.settled ? [failed.id] : [],
    lowerings: draw.lowerings.map((minutes) => now - minutes * 60_000),
  });
  return {
    verdict: { ...failed, kind: draw.kind, images: [{ image, tag: latest, digests: draw.digests.map(digest) }] },
    known: draw.difference === undefined ? rest : { ...rest, renderedDifference: draw.difference },
  };
});

const runs = { numRuns: 2000 };

describe('under any facts', () => {
  it('a moved value was there before, is proven, served with the proven digest, and not held (invariant 2)', () => {
    let moved = 0;
    fc.assert(
      fc.property(questions, ({ verdict, known }) => {
        const answer = answerFor(verdict, known, now);
        if (answer.kind !== 'lower' && answer.kind !== 'propose') return;
        moved += 1;
        const [move] = answer.moves;
        const { history, current } = known.places[0]!;
        const to = move!.to.tag!;
        expect(history!.changes.map(({ before }) => before)).toContain(to);
        expect(known.stable.map((each) => each.tag)).toContain(to);
        expect(known.served[`${image}:${to}`]).toBe(move!.digest);
        expect(to).not.toBe(verdict.images[0]!.tag);
        expect(current!.tag).toBe(verdict.images[0]!.tag);
        const active = known.holds.filter(({ until }) => until === undefined);
        expect(active.filter((hold) => hold.tag === to || hold.digests.includes(move!.digest!))).toEqual([]);
        expect(answer.holds.flatMap(({ digests }) => digests)).not.toContain(move!.digest);
      }),
      runs,
    );
    expect(moved).toBeGreaterThan(20);
  });

  it('a lowering acts alone only where images alone changed, nobody else is concerned and no storm blows (invariant 14)', () => {
    fc.assert(
      fc.property(questions, ({ verdict, known }) => {
        if (answerFor(verdict, known, now).kind !== 'lower') return;
        expect(known.renderedDifference).toEqual([]);
        expect(known.places[0]!.readers.map(({ state }) => state)).toEqual(['pending']);
        expect(known.places[0]!.history!.changes[0]!.author).toBe('windlass');
        expect(known.lowerings.filter((at) => now - at < 600_000).length).toBeLessThan(5);
      }),
      runs,
    );
  });

  it('no data, errors, inconclusive runs and deadlines never change Git (invariant 13)', () => {
    const alone = questions.filter(({ verdict }) => verdict.kind !== 'failed' && verdict.kind !== 'aborted-by-person');
    fc.assert(fc.property(alone, ({ verdict, known }) => answerFor(verdict, known, now).kind === 'ignore'));
  });

  it('a settled verdict never acts again (invariant 3)', () => {
    fc.assert(
      fc.property(questions, ({ verdict, known }) => {
        expect(answerFor(verdict, { ...known, settledVerdicts: [verdict.id] }, now).kind).toBe('ignore');
      }),
    );
  });

  it('a verdict that acts ends in a hold, a withdrawal or a question (invariant 4)', () => {
    const acting = questions.filter(({ verdict }) => verdict.kind === 'failed' || verdict.kind === 'aborted-by-person');
    fc.assert(
      fc.property(acting, ({ verdict, known }) => {
        const answer = answerFor(verdict, { ...known, settledVerdicts: [] }, now);
        expect(answer.kind).not.toBe('ignore');
        if ('holds' in answer) expect(answer.holds).toMatchObject([{ tag: verdict.images[0]!.tag, verdict: verdict.id }]);
      }),
    );
  });
});
