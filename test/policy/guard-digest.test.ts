import { describe, expect, it } from 'vitest';
import type { PlaceChange, PlaceQuestion } from '../../src/policy/choice.ts';
import { change, decide, decideIn, digestOf, hold, image, listing, ours, question, reasonFor, watch } from './question.ts';

const [first, second, third] = ['first', 'second', 'third'].map(digestOf);

function value(digest: string | undefined): string {
  return `latest@${digest ?? ''}`;
}

function oursWith(digest: string | undefined): PlaceChange['trailers'] {
  return ours(value(digest), [['Windlass-Digest', digest ?? '']]);
}

function asked(current: string | undefined, more: Partial<PlaceQuestion> = {}): PlaceQuestion {
  return question({
    watches: [watch({ strategy: 'digest', constraint: 'latest' })],
    listing: listing(['1.3.0', 'latest']),
    current: { tag: 'latest', ...(current === undefined ? {} : { digest: current }) },
    history: { complete: true, changes: [] },
    ...more,
  });
}

describe('strategy digest', () => {
  it('writes the tag with its digest, at first too', () => {
    expect(decide(asked(undefined), { latest: first ?? '' })).toMatchObject({
      kind: 'raise',
      to: { tag: 'latest', digest: first },
      withDigest: true,
      because: 'latest of ghcr.io/team/shop has another digest now; Git has latest',
    });
    expect(decide({ ...asked(undefined), current: undefined }, { latest: first ?? '' })).toMatchObject({ kind: 'raise', withDigest: true });
  });

  it('keeps what the registry serves, after one question', () => {
    const { choice, needs } = decideIn(asked(first), { digests: { latest: first ?? '' } });
    expect(choice).toMatchObject({ kind: 'keep', because: `latest@${first ?? ''} in Git is what the registry serves as latest` });
    expect(needs).toEqual([{ need: 'tag', image, tag: 'latest' }]);
  });

  it('follows from another tag', () => {
    expect(decide({ ...asked(undefined), current: { tag: '1.3.0' } }, { latest: first ?? '' })).toMatchObject({ kind: 'raise' });
  });

  it.each([
    [
      'that is not listed',
      { listing: listing(['1.3.0']) },
      'Git keeps latest, although the registry lists it no more: nothing above it is eligible',
    ],
    [
      'that the filters drop',
      { watches: [watch({ strategy: 'digest', constraint: 'latest', ignore: ['lat*'] })] },
      'Git keeps latest, although latest matches lat* in ignore-tags: nothing above it is eligible, and only a pin such as =1.2.3 goes down',
    ],
  ])('keeps at a tag %s', (_, more, because) => {
    expect(decide(asked(first, more), { latest: second ?? '' })).toMatchObject({ kind: 'keep', because });
  });

  it('keeps where the registry does not serve it', () => {
    expect(decideIn(asked(first), { unserved: ['latest'] }).choice).toMatchObject({
      kind: 'keep',
      because: `latest@${first ?? ''} stays: latest is listed, but the registry does not serve it`,
    });
  });

  it('takes no image without one of the platforms', () => {
    const watches = [watch({ strategy: 'digest', constraint: 'latest', platforms: ['linux/arm64'] })];
    const children = [{ platform: 'linux/amd64', digest: digestOf('amd64') }];
    const { choice } = decideIn(asked(first, { watches }), { facts: { latest: { digest: second ?? '', children } } });
    expect(reasonFor(choice, 'latest')).toBe('latest is what Git has');
    expect(choice).toMatchObject({
      kind: 'keep',
      because: expect.stringContaining('latest has none of the platforms linux/arm64 (it has linux/amd64)') as string,
    });
  });
});

describe('a hold at a place of digests', () => {
  const lowered = [
    change(
      value(second),
      value(first),
      ours(value(first), [
        ['Windlass-Verdict', 'run-1'],
        ['Windlass-Digest', first ?? ''],
      ]),
    ),
    change(value(first), value(second), oursWith(second)),
  ];
  const held = asked(first, {
    holds: [hold('latest', { digests: [second ?? ''] })],
    history: { complete: true, changes: lowered },
  });

  it.each([
    ['the held digest', second, 'keep'],
    ['a new one', third, 'raise'],
  ])('%s: %s', (_, digest, kind) => {
    expect(decide(held, { latest: digest ?? '' }).kind).toBe(kind);
  });

  it('lets nothing back that was here before what is held', () => {
    const old = digestOf('old');
    const changes = [...lowered, change(value(old), value(first), oursWith(first))];
    const choice = decide({ ...held, history: { complete: true, changes } }, { latest: old });
    expect(choice).toMatchObject({
      kind: 'keep',
      because: expect.stringContaining('only a digest that is new here may follow it') as string,
    });
    expect(decide({ ...held, holds: [], history: { complete: true, changes } }, { latest: old })).toMatchObject({ kind: 'raise' });
  });
});

describe("a person's answer at a place of digests", () => {
  const back = [change(value(second), value(first)), change(value(first), value(second), oursWith(second))];

  it('stands against what it was taken down from', () => {
    const choice = decide(asked(first, { history: { complete: true, changes: back } }), { latest: second ?? '' });
    expect(choice).toMatchObject({ kind: 'keep', rule: 'person' });
    expect(choice).toMatchObject({ because: expect.stringContaining('that stands until a digest appears that was never here') as string });
  });

  it('ends when a digest appears that was never here', () => {
    expect(decide(asked(first, { history: { complete: true, changes: back } }), { latest: third ?? '' })).toMatchObject({ kind: 'raise' });
  });

  it('is no answer where a person wrote what was never here', () => {
    const changes = [change(value(first), value(second)), change(null, value(first), oursWith(first))];
    expect(decide(asked(second, { history: { complete: true, changes } }), { latest: third ?? '' })).toMatchObject({ kind: 'raise' });
  });

  it('is a removal too', () => {
    const gone = {
      ...asked(undefined),
      current: undefined,
      history: { complete: true, changes: [change(value(first), null), ...back.slice(1)] },
    };
    expect(decide(gone, { latest: second ?? '' })).toMatchObject({ kind: 'keep', rule: 'person' });
    expect(decide(gone, { latest: third ?? '' })).toMatchObject({ kind: 'raise' });
  });

  it('is unknown where the history that was read does not tell', () => {
    expect(decide(asked(first, { history: { complete: false, changes: [] } }), { latest: second ?? '' })).toMatchObject({ kind: 'keep' });
  });

  it('waits where history and Git do not agree', () => {
    const changes = [change(null, value(third), oursWith(third))];
    expect(decide(asked(first, { history: { complete: true, changes } }), { latest: second ?? '' })).toMatchObject({
      kind: 'keep',
      because: expect.stringContaining('nothing is written until they agree') as string,
    });
  });
});
