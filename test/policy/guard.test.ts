import { describe, expect, it } from 'vitest';
import { guard } from '../../src/policy/guard.ts';
import {
  application,
  change,
  decide,
  digestOf,
  facts,
  hold,
  image,
  listing,
  now,
  ours,
  place,
  question,
  reasonFor,
  unconstrained,
  unread,
  watch,
} from './question.ts';

describe('a place with something newer', () => {
  it('asks for its history first, then for what stands behind the best tag, then raises', () => {
    expect(guard(unread(), now)).toEqual({
      kind: 'needs',
      facts: [{ need: 'history', place }],
      because: 'whether 1.4.0 may be written depends on who changed this place last',
    });
    expect(guard(question(), now)).toMatchObject({ kind: 'needs', facts: [{ need: 'tag', image, tag: '1.4.0' }] });
    const children = [{ platform: 'linux/amd64', digest: digestOf('amd64') }];
    const choice = guard(question({ facts: facts('1.4.0', { children }) }), now);
    expect(choice).toEqual({
      kind: 'raise',
      from: { tag: '1.3.0' },
      to: { tag: '1.4.0', digest: digestOf('1.4.0'), children: [digestOf('amd64')] },
      because: '1.4.0 is the newest tag of ghcr.io/team/shop that satisfies ~1; Git has 1.3.0',
      tags: [
        { tag: '1.2.0', verdict: 'dropped', rule: 'below', because: '1.2.0 is below 1.3.0, which Git has' },
        { tag: '1.3.0', verdict: 'eligible', because: '1.3.0 is what Git has' },
        { tag: '1.4.0', verdict: 'chosen', because: '1.4.0 is the newest tag of ghcr.io/team/shop that satisfies ~1; Git has 1.3.0' },
      ],
    });
  });

  it('writes the first value of a place that Git does not have yet', () => {
    const first = question({ history: { complete: true, changes: [] }, facts: facts('1.4.0') });
    const { current: _, ...absent } = first;
    expect(guard({ ...absent, current: undefined }, now)).toMatchObject({
      kind: 'raise',
      from: {},
      because: '1.4.0 is the newest tag of ghcr.io/team/shop that satisfies ~1; Git has no tag yet',
    });
  });

  it('takes the next tag where the registry does not serve the best', () => {
    const choice = guard(question({ listing: listing(['1.3.0', '1.4.0', '1.5.0']), facts: { '1.5.0': 'absent', ...facts('1.4.0') } }), now);
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.4.0' } });
    expect(reasonFor(choice, '1.5.0')).toBe('1.5.0 is listed, but the registry does not serve it');
  });

  it('waits while paused, without a request', () => {
    expect(guard({ ...unread(), paused: true }, now)).toMatchObject({
      kind: 'keep',
      because: '1.3.0 stays: 1.4.0 waits, because windlass.dev/paused is set',
      rule: 'paused',
    });
  });

  const built = facts('1.4.0', { revision: 'c'.repeat(40) });

  it('asks whose commit an image was built from, wherever that commit wrote', () => {
    expect(guard(question({ facts: built }), now)).toMatchObject({ kind: 'needs', facts: [{ need: 'commit', commit: 'c'.repeat(40) }] });
  });

  it.each(['c'.repeat(64), 'ccccccc'])('asks for one that CI wrote as %s too', (revision) => {
    const choice = guard(question({ facts: facts('1.4.0', { revision }) }), now);
    expect(choice).toMatchObject({ kind: 'needs', facts: [{ need: 'commit', commit: revision }] });
  });

  it('does not follow an image that CI built from its own commit', () => {
    const choice = guard(question({ facts: built, commits: { ['c'.repeat(40)]: 'ours' } }), now);
    expect(choice).toMatchObject({ kind: 'keep' });
    expect(reasonFor(choice, '1.4.0')).toContain('1.4.0 was built from cccccccccccc, a commit of this bot (LoopSuspected)');
  });

  it.each([
    ["that CI built from somebody else's commit", { facts: built, commits: { ['c'.repeat(40)]: 'other' as const } }],
    ['whose revision is no commit', { facts: facts('1.4.0', { revision: 'v1.4.0' }) }],
  ])('follows an image %s', (_, known) => {
    expect(guard(question(known), now)).toMatchObject({ kind: 'raise' });
  });
});

describe('a place that is kept without any request', () => {
  it.each([
    ['nothing is newer', { current: { tag: '1.4.0' } }, '1.4.0 in Git is the newest tag of ghcr.io/team/shop that satisfies ~1'],
    [
      'the registry lost the deployed tag',
      { current: { tag: '1.5.0' } },
      'Git keeps 1.5.0, although the registry lists it no more: nothing above it is eligible',
    ],
    [
      'the constraint excludes what Git has',
      { watches: [watch({ constraint: '~1.2.0' })] },
      'Git keeps 1.3.0, although 1.3.0 does not satisfy ~1.2.0: nothing above it is eligible, and only a pin such as =1.2.3 goes down',
    ],
    [
      'Git has no version',
      { current: { tag: 'main' } },
      'Git keeps main, because it is no version: it is raised after somebody wrote a version',
    ],
    [
      'Git has a digest alone',
      { current: { digest: digestOf('x') } },
      `Git keeps ${digestOf('x')}, because it has no tag: it is raised after somebody wrote a tag`,
    ],
    [
      'the filters leave nothing',
      { watches: [watch({ allow: { kind: 'regexp', expression: '^2' } as const })] },
      'Git keeps 1.3.0, although 1.3.0 does not match ^2 in allow-tags: nothing above it is eligible, and only a pin such as =1.2.3 goes down',
    ],
    [
      'the list is empty',
      { listing: listing([]) },
      'Git keeps 1.3.0, although the registry lists it no more: nothing above it is eligible',
    ],
  ])('%s', (_, more, because) => {
    expect(guard(unread(more), now)).toMatchObject({ kind: 'keep', because });
  });

  it('says what Git has in the verdict on that tag', () => {
    expect(guard(unread({ current: { tag: '1.4.0' } }), now)).toMatchObject({
      tags: [{ verdict: 'dropped' }, { verdict: 'dropped' }, { tag: '1.4.0', verdict: 'chosen', because: '1.4.0 is what Git has' }],
    });
  });

  it('has nothing to write where no tag is eligible for a place without a value', () => {
    const absent = { ...unread({ listing: listing(['latest']) }), current: undefined };
    expect(guard(absent, now)).toMatchObject({ kind: 'keep', at: {}, because: 'no tag of ghcr.io/team/shop satisfies ~1' });
  });
});

describe('a question that is refused', () => {
  it('decides nothing on an incomplete listing', () => {
    const partial = { ...listing(['1.4.0']), complete: false, because: 'page 3 timed out' };
    const because = 'the tags of ghcr.io/team/shop could not be listed completely (page 3 timed out): nothing is decided';
    expect(guard(question({ listing: partial }), now)).toEqual({
      kind: 'refused',
      because,
      tags: [{ tag: '1.4.0', verdict: 'dropped', rule: 'listing', because }],
    });
  });

  it('names every watch where strategies differ', () => {
    const watches = [watch(), watch({ application: application('shop-eu'), strategy: 'alphabetical' })];
    expect(guard(question({ watches }), now)).toMatchObject({
      kind: 'refused',
      because:
        'one place follows one strategy, but Application argocd/shop asks for semver and Application argocd/shop-eu asks for alphabetical',
    });
  });

  it('names what two watches of one strategy do not agree on', () => {
    const extract = { expression: '^v(.*)$', template: '$1' };
    const other = { application: application('shop-eu'), extract, order: 'descending' as const, follow: 'latest' };
    expect(guard(question({ watches: [watch(), watch(other)] }), now)).toMatchObject({
      kind: 'refused',
      because:
        'one place follows one strategy, but Application argocd/shop asks for semver and Application argocd/shop-eu asks for semver descending of $1 from ^v(.*)$ following latest',
    });
  });

  it('says that digest lacks the tag to follow', () => {
    expect(guard(question({ watches: [unconstrained({ strategy: 'digest' })] }), now)).toMatchObject({
      kind: 'refused',
      because:
        'Application argocd/shop: strategy digest follows one tag, and the image says none: write ghcr.io/team/shop:<tag> in image-list',
    });
  });

  it('says where a constraint cannot be read', () => {
    expect(guard(question({ watches: [watch({ alias: 'web', constraint: '>=1.0<2.0' })] }), now)).toMatchObject({
      kind: 'refused',
      because:
        'Application argocd/shop (web): constraint of ghcr.io/team/shop: got ">=1.0<2.0", expected a version constraint such as ~1.2, ^1.2.3, 1.x or ">=1.0 <2.0"',
    });
  });

  it('refuses a watch of another image', () => {
    expect(guard(question({ watches: [watch({ image: 'ghcr.io/team/other' })] }), now)).toMatchObject({
      kind: 'refused',
      because: 'Application argocd/shop watches ghcr.io/team/other at a place of ghcr.io/team/shop',
    });
  });
});

describe('several watches of one place', () => {
  const watches = [watch({ constraint: '~1' }), watch({ application: application('shop-eu'), constraint: '<1.5' })];

  it('takes the best tag that satisfies all, and says who dropped another', () => {
    const choice = decide(question({ watches, listing: listing(['1.3.0', '1.4.0', '1.5.0']) }));
    expect(choice).toMatchObject({
      kind: 'raise',
      to: { tag: '1.4.0' },
      because: '1.4.0 is the newest tag of ghcr.io/team/shop that satisfies ~1 and <1.5 for all 2 watches of this place; Git has 1.3.0',
    });
    expect(reasonFor(choice, '1.5.0')).toBe('1.5.0 does not satisfy <1.5 (Application argocd/shop-eu)');
  });

  it('decides the same whatever their order', () => {
    const asked = question({ watches, listing: listing(['1.3.0', '1.4.0', '1.5.0']) });
    expect(decide({ ...asked, watches: [...watches].reverse() })).toEqual(decide(asked));
  });
});

describe('an explicit pin', () => {
  const pinned = { watches: [watch({ constraint: '=1.2.0' })] };

  it.each(['=1.2.0', '1.2.0'])('lowers with %s', (constraint) => {
    expect(decide(question({ watches: [watch({ constraint })] }))).toMatchObject({
      kind: 'raise',
      from: { tag: '1.3.0' },
      to: { tag: '1.2.0' },
      because: `1.2.0 is the newest tag of ghcr.io/team/shop that satisfies ${constraint}; this pin lowers Git's 1.3.0 once`,
    });
  });

  it.each(['1.2', '~1.2.0', '<=1.2.0', '=1.2.x', '=1.2.0 || =1.1.0'])('is not %s', (constraint) => {
    expect(decide(question({ watches: [watch({ constraint })] }))).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' } });
  });

  it('is kept once Git has it, in whatever spelling', () => {
    expect(guard(unread({ ...pinned, current: { tag: 'v1.2.0' } }), now)).toMatchObject({ kind: 'keep', at: { tag: 'v1.2.0' } });
  });

  it('does not lower again what somebody raised since', () => {
    const changes = [change('1.2.0', '1.3.0'), change('1.4.0', '1.2.0', ours('1.2.0'))];
    expect(decide(question({ ...pinned, history: { complete: true, changes } }))).toMatchObject({
      kind: 'keep',
      because: expect.stringContaining('the pin lowered this place to 1.2.0 before, and alice wrote 1.3.0 since') as string,
    });
  });

  it('lowers where a person raised before there was a pin', () => {
    const changes = [change('1.2.0', '1.3.0'), change('1.1.0', '1.2.0', ours('1.2.0'))];
    expect(decide(question({ ...pinned, history: { complete: true, changes } }))).toMatchObject({ kind: 'raise', to: { tag: '1.2.0' } });
  });

  it('does not lower to a held digest', () => {
    const holds = [hold('1.4.0', { digests: [digestOf('1.2.0')] })];
    expect(decide(question({ ...pinned, holds }))).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' } });
  });

  it('waits while paused', () => {
    expect(guard({ ...unread(pinned), paused: true }, now)).toMatchObject({ kind: 'keep' });
  });
});

describe('the order of strategies', () => {
  it('takes the last tag in byte order for alphabetical', () => {
    const watches = [unconstrained({ strategy: 'alphabetical' })];
    const choice = decide(
      question({
        watches,
        current: { tag: 'build-10' },
        listing: listing(['build-10', 'build-9', 'build-11']),
        history: { complete: true, changes: [] },
      }),
    );
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: 'build-9' } });
  });

  it('breaks the tie of equal versions by text, so that spellings do not take turns', () => {
    const spellings = listing(['1.4.0', 'v1.4.0', '1.4']);
    expect(decide(question({ listing: spellings }))).toMatchObject({ kind: 'raise', to: { tag: 'v1.4.0' } });
    expect(guard(unread({ listing: spellings, current: { tag: 'v1.4.0' } }), now)).toMatchObject({ kind: 'keep' });
  });

  it('survives tags that are names of object properties', () => {
    const watches = [unconstrained({ strategy: 'alphabetical' })];
    const asked = question({
      watches,
      listing: listing(['constructor', '__proto__', 'toString']),
      history: { complete: true, changes: [] },
    });
    expect(guard({ ...asked, current: undefined }, now)).toMatchObject({ kind: 'needs', facts: [{ need: 'tag', tag: 'toString' }] });
  });
});
