import { describe, expect, it } from 'vitest';
import { agreementOf, guard } from '../../src/policy/guard.ts';
import type { Choice, PlaceQuestion, Strategy } from '../../src/policy/choice.ts';
import { image, now, place, unconstrained } from './question.ts';

const digest = 'f'.repeat(64);
const companions = [`sha256-${digest}`, `sha256-${digest}.sig`, `sha256-${digest}.att`, `sha256-${digest}.sbom`];

function question(strategy: Strategy, tags: readonly string[], current = 'a'): PlaceQuestion {
  return {
    place,
    watches: [unconstrained({ strategy })],
    listing: { image, tags, complete: true, observedAt: '2026-03-01T12:00:00.000Z' },
    current: { tag: current },
    facts: {},
    holds: [],
    history: { complete: true, changes: [] },
  };
}

const asked = (choice: Choice): unknown => (choice.kind === 'needs' ? choice.facts : choice.kind);

describe('tags that belong to images', () => {
  it.each(companions)('are not chosen, and said to be none: %s', (tag) => {
    const choice = guard(question('alphabetical', [tag, 'a']), now);
    expect(choice).toMatchObject({ kind: 'keep', at: { tag: 'a' } });
    expect('tags' in choice && choice.tags.find((one) => one.tag === tag)).toMatchObject({
      verdict: 'dropped',
      because: `${tag} belongs to an image (a signature, for example) and is none`,
    });
  });

  it('are not asked for when they were built', () => {
    const choice = guard(question('newest-build', ['a', 'b', ...companions]), now);
    expect(asked(choice)).toMatchObject([{ need: 'created' }]);
    expect(JSON.stringify(asked(choice))).not.toContain('sha256-');
  });

  it('stand in no agreement that a decision goes on with', () => {
    const one = question('alphabetical', ['a', 'b', ...companions]);
    expect(guard(one, now, agreementOf(one))).toEqual(guard(one, now));
    expect(asked(guard(one, now))).toEqual([{ need: 'tag', image, tag: 'b' }]);
  });

  it.each([`sha256-${'f'.repeat(63)}`, 'sha256-of-all', '1.4.3.sig'])(
    'are those that the specification names, and no others: %s',
    (tag) => {
      expect(asked(guard(question('alphabetical', [tag, '0'], '0'), now))).toEqual([{ need: 'tag', image, tag }]);
    },
  );
});
