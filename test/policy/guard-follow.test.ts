import { describe, expect, it } from 'vitest';
import type { PlaceQuestion } from '../../src/policy/choice.ts';
import { change, decide, decideIn, digestOf, hold, image, listing, question, reasonFor, watch } from './question.ts';

const following = question({
  watches: [watch({ follow: 'latest' })],
  listing: listing(['1.2.0', '1.3.0', '1.4.0', '1.5.0', 'latest']),
  history: { complete: true, changes: [] },
});

describe('a mutable tag that is followed', () => {
  it('writes the immutable tag with its digest, not the newest', () => {
    const choice = decide(following, { latest: digestOf('1.4.0') });
    expect(choice).toMatchObject({
      kind: 'raise',
      to: { tag: '1.4.0', digest: digestOf('1.4.0') },
      because: '1.4.0 is the newest tag of ghcr.io/team/shop with the digest of latest; Git has 1.3.0',
    });
    expect(reasonFor(choice, '1.5.0')).toBe('1.5.0 is not the newest tag with the digest of latest');
    expect(choice).not.toHaveProperty('withDigest');
  });

  it('takes the highest of several', () => {
    const both = { latest: digestOf('x'), '1.4.0': digestOf('x'), '1.5.0': digestOf('x') };
    expect(decide(following, both)).toMatchObject({ kind: 'raise', to: { tag: '1.5.0' } });
  });

  it('goes back with it', () => {
    expect(decide(following, { latest: digestOf('1.2.0') })).toMatchObject({
      kind: 'raise',
      to: { tag: '1.2.0' },
      because: '1.2.0 is the newest tag of ghcr.io/team/shop with the digest of latest, which went back; Git has 1.3.0',
    });
  });

  it.each([
    ['where Git is right already', following, '1.3.0', '1.3.0 in Git is the newest tag of ghcr.io/team/shop that satisfies ~1'],
    [
      'where no tag has its digest',
      following,
      'other',
      '1.3.0 stays: no other tag of ghcr.io/team/shop that is allowed has the digest of latest',
    ],
    [
      "where Git's tag was deleted and only lower ones have its digest",
      { ...following, listing: listing(['1.2.0', 'latest']) },
      '1.2.0',
      "1.3.0 stays: 1.2.0 has the digest of latest and is below Git's value",
    ],
    [
      "where the constraint excludes Git's tag",
      { ...following, current: { tag: '2.0.0' }, listing: listing(['1.2.0', '2.0.0', 'latest']) },
      '1.2.0',
      "2.0.0 stays: 1.2.0 has the digest of latest and is below Git's value",
    ],
  ] as const)('keeps %s', (_, asked: PlaceQuestion, name, because) => {
    expect(decide(asked, { latest: digestOf(name) })).toMatchObject({ kind: 'keep', because });
  });

  it('keeps where it is not served, and where it is the only tag', () => {
    expect(decideIn(following, { unserved: ['latest'] }).choice).toMatchObject({
      because: '1.3.0 stays: the registry does not serve latest, which is followed',
    });
    const alphabetical = { ...watch({ follow: 'latest', strategy: 'alphabetical' }) };
    const alone = { ...following, watches: [alphabetical], current: { tag: 'a' }, listing: listing(['latest']) };
    expect(reasonFor(decide(alone), 'latest')).toBe('latest is the tag that is followed');
  });

  it('asks for digests in batches, best first, until one fits', () => {
    const tags = Array.from({ length: 250 }, (_, index) => `1.${index}.0`);
    const { needs } = decideIn({ ...following, listing: listing([...tags, 'latest']) }, { digests: { latest: digestOf('1.120.0') } });
    const batches = needs.flatMap((need) => (need.need === 'digests' ? [need.tags.length] : []));
    expect(batches).toEqual([100, 100]);
    expect(needs.find(({ need }) => need === 'digests')).toMatchObject({
      image,
      tags: expect.arrayContaining(['1.249.0', '1.150.0']) as string[],
    });
  });

  it('obeys a hold and a person like every other order', () => {
    const held = { ...following, holds: [hold('1.4.0')] };
    expect(decide(held, { latest: digestOf('1.4.0') })).toMatchObject({ kind: 'keep', rule: 'held' });
    expect(decide(held, { latest: digestOf('1.2.0') })).toMatchObject({ kind: 'keep', rule: 'held' });
    const changes = [change('1.4.0', '1.3.0')];
    expect(decide({ ...following, history: { complete: true, changes } }, { latest: digestOf('1.4.0') })).toMatchObject({ rule: 'person' });
  });

  it('tells of the tag that it would write why it waits', () => {
    const young = { ...following, watches: [watch({ follow: 'latest', minAgeMs: 1000 })] };
    expect(decide(young, { latest: digestOf('1.4.0') })).toMatchObject({
      kind: 'keep',
      because: '1.3.0 stays: 1.4.0 waits, because it is not known how long it has been there',
    });
  });
});

describe('a tag that was pushed again since its digest was remembered', () => {
  it('is not taken for the one that is followed', () => {
    const remembered = { ...following, digests: { '1.5.0': digestOf('old'), '1.4.0': digestOf('1.4.0') } };
    const { choice } = decideIn(remembered, { digests: { latest: digestOf('old'), '1.5.0': digestOf('new') } });
    expect(choice).toMatchObject({
      kind: 'keep',
      because: '1.3.0 stays: no other tag of ghcr.io/team/shop that is allowed has the digest of latest',
    });
  });
});
