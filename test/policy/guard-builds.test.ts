import { describe, expect, it } from 'vitest';
import { guard } from '../../src/policy/guard.ts';
import { change, decideIn, hold, image, listing, now, ours, question, reasonFor, unconstrained } from './question.ts';

const built = (date: string) => `2026-02-${date}T00:00:00.000Z`;

const newest = question({
  watches: [unconstrained({ strategy: 'newest-build', ignore: ['latest'] })],
  listing: listing(['a', 'b', 'c', 'latest']),
  current: { tag: 'b' },
  history: { complete: true, changes: [] },
});

describe('newest-build', () => {
  it('asks when the tags were built that the filters let pass, Git first', () => {
    const { choice, needs } = decideIn(newest, { created: { a: built('03'), b: built('02'), c: built('01') } });
    expect(needs).toEqual([
      { need: 'created', image, tags: ['b'] },
      { need: 'created', image, tags: ['a', 'c'] },
      { need: 'tag', image, tag: 'a' },
    ]);
    expect(choice).toMatchObject({
      kind: 'raise',
      to: { tag: 'a' },
      because: 'a is the newest tag of ghcr.io/team/shop that is allowed; Git has b',
    });
    expect(reasonFor(choice, 'c')).toBe('c is below b, which Git has');
  });

  it('never decides on a part of the times', () => {
    const known = { ...newest, created: { b: built('02'), a: built('03') } };
    expect(guard(known, now)).toEqual({
      kind: 'needs',
      facts: [{ need: 'created', image, tags: ['c'] }],
      because: 'the order of ghcr.io/team/shop depends on when 1 of its tags were built',
    });
  });

  it('does not go down where Git has the newest', () => {
    const { choice } = decideIn(newest, { created: { a: built('01'), b: built('02'), c: built('01') } });
    expect(choice).toMatchObject({ kind: 'keep', because: 'b in Git is the newest tag of ghcr.io/team/shop that is allowed' });
  });

  it('believes the look at a tag itself, where it was pushed again since it was remembered', () => {
    const created = { a: built('05'), b: built('02'), c: built('03') };
    const { choice } = decideIn(newest, { created, facts: { a: { createdAt: built('01') } } });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: 'c' } });
  });

  it("takes the moment of its commit for the age of Git's tag, where the registry deleted that", () => {
    const history = { complete: true, changes: [change('z', 'b', ours('b'))] };
    const gone = { ...newest, listing: listing(['a', 'c']), history };
    // The commit is of 28 February.
    expect(decideIn(gone, { created: { a: built('27'), c: built('01') } }).choice).toMatchObject({
      kind: 'keep',
      because: 'Git keeps b, although the registry lists it no more: nothing above it is eligible',
    });
    const later = decideIn(gone, { created: { a: '2026-03-01T00:00:00.000Z', c: built('01') } });
    expect(later.choice).toMatchObject({ kind: 'raise', to: { tag: 'a' } });
  });

  it('keeps where nobody knows when Git was built', () => {
    expect(decideIn(newest, { created: { a: built('03'), b: 'none', c: built('01') } }).choice).toMatchObject({
      kind: 'keep',
      because:
        'Git keeps b, because nobody knows when it was built: it is raised after somebody wrote a value that has a place in the order',
    });
  });

  it('says of a tag why it has no place', () => {
    const { choice } = decideIn(newest, { created: { a: 'none', b: built('02') } });
    expect(reasonFor(choice, 'a')).toBe('a does not say when it was built');
    expect(reasonFor(choice, 'c')).toBe('c is listed, but the registry does not serve it');
  });
});

describe('a clean-up of the registry', () => {
  const deleted = question({ listing: listing(['1.1.0', '1.4.0']) });

  it('that takes the deployed tag does not stop what is above it', () => {
    expect(decideIn(deleted, {}).choice).toMatchObject({ kind: 'raise', to: { tag: '1.4.0' } });
  });

  it('that takes everything above too brings nothing down', () => {
    expect(decideIn({ ...deleted, listing: listing(['1.1.0']) }, {}).choice).toMatchObject({
      kind: 'keep',
      at: { tag: '1.3.0' },
      because: 'Git keeps 1.3.0, although the registry lists it no more: nothing above it is eligible',
    });
    expect(decideIn({ ...deleted, listing: listing([]) }, {}).choice).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' } });
  });
});

describe('an order that counts down', () => {
  it('raises to what comes first, and never up again', () => {
    const watches = [unconstrained({ strategy: 'numerical', order: 'descending' })];
    const asked = question({ watches, current: { tag: '5' }, listing: listing(['3', '5', '9']), history: { complete: true, changes: [] } });
    const { choice } = decideIn(asked, {});
    expect(choice).toMatchObject({
      kind: 'raise',
      to: { tag: '3' },
      because: '3 is the first tag of ghcr.io/team/shop that is allowed; Git has 5',
    });
    expect(reasonFor(choice, '9')).toBe('9 comes after 5, which Git has');
    expect(decideIn({ ...asked, listing: listing(['5', '9']) }, {}).choice).toMatchObject({ kind: 'keep', at: { tag: '5' } });
  });
});

describe('the order of letters', () => {
  it('says last, because it knows nothing of age', () => {
    const asked = question({ watches: [unconstrained({ strategy: 'alphabetical' })], current: { tag: 'a' }, listing: listing(['a']) });
    expect(decideIn(asked, {}).choice).toMatchObject({ because: 'a in Git is the last tag of ghcr.io/team/shop that is allowed' });
  });
});

describe('a hold in the order of build times', () => {
  const lowered = question({
    watches: [unconstrained({ strategy: 'newest-build', ignore: ['b'] })],
    listing: listing(['a', 'b', 'c']),
    current: { tag: 'a' },
    holds: [hold('b')],
    history: { complete: true, changes: [change('b', 'a', ours('a'))] },
  });
  const since = '2026-02-28T10:00:00.000Z';
  const why = `a stays: c is not above b, which is held at this place since ${since}: error-rate: 0.31 is above 0.05`;

  it.each([
    ['that is not asked for any more', lowered, { b: built('20'), c: built('19') }],
    ['that the registry serves no more: it was built before it was held', lowered, { b: 'absent', c: built('27') }],
    ['that is listed no more', { ...lowered, listing: listing(['a', 'c']) }, { b: 'absent', c: built('27') }],
    ['that does not say when it was built', lowered, { b: 'none', c: built('27') }],
  ])('keeps out what is older than a held tag %s', (_, asked, created) => {
    expect(decideIn(asked, { created: { a: built('01'), ...created } }).choice).toMatchObject({ kind: 'keep', because: why });
  });

  it('lets pass what is newer', () => {
    const created = { a: built('01'), b: 'absent', c: '2026-02-28T10:00:01.000Z' };
    expect(decideIn(lowered, { created }).choice).toMatchObject({ kind: 'raise', to: { tag: 'c' } });
  });
});
