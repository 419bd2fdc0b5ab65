import { describe, expect, it } from 'vitest';
import type { PlaceQuestion, TagTime, Watch } from '../../src/policy/choice.ts';
import { application, decideIn, digestOf, hold, image, listing, now, question, reasonFor, watch } from './question.ts';

const day = 24 * 3600_000;

function ago(days: number, by: 'registry' | 'first-seen' = 'registry', more: { digest?: string } = {}): TagTime {
  return { at: new Date(now - days * day).toISOString(), by, ...more };
}

function asked(change: Partial<Watch>, more: Partial<PlaceQuestion> = {}): PlaceQuestion {
  return question({ watches: [watch(change)], listing: listing(['1.3.0', '1.4.0', '1.5.0', '1.6.0']), ...more });
}

describe('min-age', () => {
  const aged = asked({ minAgeMs: 3 * day });

  it('takes the newest tag that is old enough, and says when the others are', () => {
    const { choice } = decideIn(aged, { times: { '1.6.0': ago(1), '1.5.0': ago(2, 'first-seen'), '1.4.0': ago(3) } });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.4.0' }, againAt: '2026-03-02T12:00:00.000Z' });
    expect(reasonFor(choice, '1.6.0')).toBe(
      '1.6.0 waits until it is 72h old: the registry received it at 2026-02-28T12:00:00.000Z, eligible at 2026-03-03T12:00:00.000Z',
    );
    expect(reasonFor(choice, '1.5.0')).toBe(
      '1.5.0 waits until it is 72h old: it was first seen at 2026-02-27T12:00:00.000Z, eligible at 2026-03-02T12:00:00.000Z',
    );
  });

  it('keeps while none is, and says when to look again', () => {
    const { choice } = decideIn(aged, { times: { '1.6.0': ago(0), '1.5.0': ago(0), '1.4.0': ago(2.5) } });
    expect(choice).toMatchObject({
      kind: 'keep',
      because:
        '1.3.0 stays: 1.6.0 waits until it is 72h old: the registry received it at 2026-03-01T12:00:00.000Z, eligible at 2026-03-04T12:00:00.000Z',
      againAt: '2026-03-02T00:00:00.000Z',
    });
  });

  it('asks for the ages of what is above Git alone, before it looks behind any tag', () => {
    const { needs } = decideIn(aged, { times: { '1.6.0': ago(9) } });
    expect(needs).toEqual([
      { need: 'times', image, tags: ['1.6.0', '1.5.0', '1.4.0'] },
      { need: 'tag', image, tag: '1.6.0' },
    ]);
  });

  it('never writes a tag of unknown age, and does not let it stop an older one', () => {
    const { choice } = decideIn(aged, { times: { '1.5.0': ago(4) } });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.5.0' } });
    expect(reasonFor(choice, '1.6.0')).toBe('1.6.0 waits, because it is not known how long it has been there');
  });

  it('begins again for a tag that was pushed again', () => {
    const { choice } = decideIn(aged, { times: { '1.6.0': ago(9, 'first-seen', { digest: digestOf('before') }), '1.5.0': ago(9) } });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.5.0' } });
    expect(reasonFor(choice, '1.6.0')).toBe('1.6.0 waits, because it was pushed again: how old it is counts from then');
  });

  it('does not believe a time of the image itself', () => {
    const facts = { '1.6.0': { createdAt: '2020-01-01T00:00:00.000Z' } };
    expect(decideIn(aged, { facts, times: {} }).choice).toMatchObject({ kind: 'keep' });
  });

  it('is the longest of all watches of the place', () => {
    const watches = [watch({ minAgeMs: day }), watch({ application: application('shop-eu'), minAgeMs: 5 * day })];
    const { choice } = decideIn(asked({}, { watches }), { times: { '1.6.0': ago(2), '1.5.0': ago(6) } });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.5.0' } });
  });

  it('does not delay the way down of a pin', () => {
    const pinned = asked(
      { constraint: '=1.3.0', minAgeMs: 3 * day },
      { current: { tag: '1.5.0' }, history: { complete: true, changes: [] } },
    );
    const { choice, needs } = decideIn(pinned, {});
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.3.0' } });
    expect(needs.map(({ need }) => need)).toEqual(['tag']);
  });
});

describe('require-platforms', () => {
  const complete = asked({ requirePlatforms: ['linux/amd64', 'linux/arm64'] });
  const [amd64, arm64] = [
    { platform: 'linux/amd64', digest: digestOf('amd64') },
    { platform: 'linux/arm64/v8', digest: digestOf('arm64') },
  ];
  const both = { children: [amd64, arm64] };
  const facts = { '1.6.0': { children: [amd64] }, '1.5.0': both, '1.4.0': both };

  it('passes over an index that lacks one', () => {
    const { choice } = decideIn(complete, { facts });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.5.0', children: [digestOf('amd64'), digestOf('arm64')] } });
    expect(reasonFor(choice, '1.6.0')).toBe('1.6.0 waits until it is complete: it lacks linux/arm64 (it has linux/amd64)');
  });

  it('passes over one whose manifest is not served yet', () => {
    const { choice, needs } = decideIn(complete, { facts, unserved: [digestOf('arm64')] });
    expect(choice).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' } });
    expect(reasonFor(choice, '1.5.0')).toBe(
      '1.5.0 waits until it is complete: the registry does not serve its manifest for linux/arm64/v8 yet',
    );
    expect(needs).toContainEqual({ need: 'served', image, digests: [digestOf('amd64'), digestOf('arm64')] });
  });

  it.each([
    ['a single manifest of the platform', 'linux/arm64/v8', { platform: 'linux/arm64' }, 'raise'],
    ['a single manifest of another', 'linux/arm64', { platform: 'linux/amd64' }, 'keep'],
    ['a single manifest that names none', 'linux/arm64', {}, 'keep'],
    ['a variant that was not asked for', 'linux/arm', { platform: 'linux/arm/v7' }, 'raise'],
    ['another variant', 'linux/arm/v6', { platform: 'linux/arm/v7' }, 'keep'],
  ])('%s: %s', (_, platform, more, kind) => {
    const one = asked({ requirePlatforms: [platform] }, { listing: listing(['1.3.0', '1.4.0']) });
    expect(decideIn(one, { facts: { '1.4.0': more } }).choice.kind).toBe(kind);
  });

  it('asks nothing where no watch asks for a platform', () => {
    expect(decideIn(asked({}), { facts }).needs.map(({ need }) => need)).toEqual(['tag']);
  });
});

describe('hold, paused and schedule of one image', () => {
  it.each([
    ['hold', { held: true, alias: 'web' }, '1.6.0 waits, because windlass.dev/web.hold is set'],
    ['paused', { paused: true, alias: 'team/web' }, '1.6.0 waits, because windlass.dev/team_web.paused is set'],
    [
      'a schedule that is closed',
      { schedule: '30 9 * * 1-5' },
      '1.6.0 waits, because the schedule 30 9 * * 1-5 (UTC) opens at 2026-03-02T09:30:00.000Z',
    ],
  ])('%s: nothing is asked and nothing raised', (_, change, because) => {
    const { choice, needs } = decideIn(asked(change), {});
    expect(choice).toMatchObject({ kind: 'keep', because: `1.3.0 stays: ${because}` });
    expect(needs).toEqual([]);
  });

  it('says when the schedule opens, and then raises', () => {
    const scheduled = asked({ schedule: '30 9 * * 1-5' });
    const { choice } = decideIn(scheduled, {});
    expect(choice).toMatchObject({ againAt: '2026-03-02T09:30:00.000Z' });
    expect(decideIn(scheduled, { at: Date.parse('2026-03-02T09:30:00.000Z') }).choice).toMatchObject({ kind: 'raise' });
  });

  it('waits for the schedules of all watches', () => {
    const watches = [watch({ schedule: '* * * * *' }), watch({ application: application('shop-eu'), schedule: '0 6 * * *' })];
    expect(decideIn(asked({}, { watches }), {}).choice).toMatchObject({ kind: 'keep', againAt: '2026-03-02T06:00:00.000Z' });
  });

  it('does not delay the way down of a pin by a schedule', () => {
    const history = { complete: true, changes: [] };
    const pinned = asked({ constraint: '=1.3.0', schedule: '30 9 * * 1-5' }, { current: { tag: '1.5.0' }, history });
    expect(decideIn(pinned, {}).choice).toMatchObject({ kind: 'raise', to: { tag: '1.3.0' } });
  });

  it('keeps on a schedule that cannot be read', () => {
    expect(decideIn(asked({ schedule: '61 * * * *' }), {}).choice).toMatchObject({
      kind: 'keep',
      because: expect.stringContaining('the schedule 61 * * * * cannot be read (minute "61" is none from 0 to 59)') as string,
    });
  });

  it('is not asked where nothing is newer', () => {
    const { choice } = decideIn(asked({ schedule: '30 9 * * 1-5' }, { listing: listing(['1.3.0']) }), {});
    expect(choice).toMatchObject({ kind: 'keep', because: '1.3.0 in Git is the newest tag of ghcr.io/team/shop that satisfies ~1' });
    expect(choice).not.toHaveProperty('againAt');
  });
});

describe('the end of a hold', () => {
  it('is when to look again', () => {
    const holds = [hold('1.6.0', { until: '2026-03-01T13:00:00.000Z' })];
    expect(decideIn(asked({}, { holds }), {}).choice).toMatchObject({ kind: 'keep', againAt: '2026-03-01T13:00:00.000Z' });
  });
});
