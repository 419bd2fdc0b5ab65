import { describe, expect, it } from 'vitest';
import { guard } from '../../src/policy/guard.ts';
import { change, decide, digestOf, facts, hold, listing, now, ours, question, reasonFor, unread } from './question.ts';

describe('a held digest in an index that does not say for which platform it is', () => {
  it('is held all the same', () => {
    const asked = question({
      holds: [hold('1.2.0', { digests: [digestOf('bad')] })],
      facts: facts('1.4.0', { others: [digestOf('bad')] }),
    });
    expect(reasonFor(guard(asked, now), '1.4.0')).toContain(`1.4.0 has the digest ${digestOf('bad')} that is held at this place`);
  });
});

describe('a held tag', () => {
  const held = { holds: [hold('1.4.0')] };
  const reason = '1.4.0 is held at this place since 2026-02-28T10:00:00.000Z: error-rate: 0.31 is above 0.05';

  it('is not raised to, and costs no request', () => {
    const choice = guard(unread(held), now);
    expect(choice).toMatchObject({ kind: 'keep', because: `1.3.0 stays: ${reason}`, rule: 'held' });
    expect(choice).toMatchObject({ tags: [{}, {}, { tag: '1.4.0', verdict: 'held', because: reason }] });
  });

  it('lets only what is above it follow', () => {
    const choice = decide(question({ ...held, listing: listing(['1.3.0', '1.3.9', '1.4.0', 'v1.4.0', '1.4.1']) }));
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.4.1' } });
    const without = guard(unread({ ...held, listing: listing(['1.3.0', '1.3.9', 'v1.4.0']) }), now);
    expect(reasonFor(without, '1.3.9')).toBe(
      '1.3.9 is not above 1.4.0, which is held at this place since 2026-02-28T10:00:00.000Z: error-rate: 0.31 is above 0.05',
    );
    expect(reasonFor(without, 'v1.4.0')).toContain('v1.4.0 is not above 1.4.0');
  });

  it.each([
    ['suspected', { suspected: true as const }, 'since 2026-02-28T10:00:00.000Z (suspected): '],
    ["a person's", { by: 'person' as const }, 'is held at this place'],
    ['with an end that is not reached', { until: '2026-03-01T12:00:00.001Z' }, 'is held at this place'],
    ['with an end that nobody can read', { until: 'next week' }, 'is held at this place'],
  ])('counts the same: %s', (_, more, because) => {
    const choice = guard(unread({ holds: [hold('1.4.0', more)] }), now);
    expect(choice).toMatchObject({ kind: 'keep' });
    expect(reasonFor(choice, '1.4.0')).toContain(because);
  });

  it.each([
    ['has ended', { until: '2026-03-01T12:00:00.000Z' }],
    ["is another image's", { image: 'ghcr.io/team/other' }],
  ])('does not count where it %s', (_, more) => {
    expect(decide(question({ holds: [hold('1.4.0', more)] }))).toMatchObject({ kind: 'raise', to: { tag: '1.4.0' } });
  });

  it('gives way to something newer where a person aborted', () => {
    const holds = [hold('1.4.0', { by: 'person' })];
    expect(decide(question({ holds, listing: listing(['1.3.0', '1.4.0', '1.5.0']) }))).toMatchObject({
      kind: 'raise',
      to: { tag: '1.5.0' },
    });
  });

  it('is written as harmless text whatever its reason holds', () => {
    const choice = guard(unread({ holds: [hold('1.4.0', { because: 'boom\n@everyone [skip ci]' })] }), now);
    expect(reasonFor(choice, '1.4.0')).toContain('boom (at)everyone (skip ci)');
  });
});

describe('a held digest', () => {
  const newer = { listing: listing(['1.3.0', '1.4.0', '1.5.0', '1.6.0']), holds: [hold('1.4.0')] };

  it('is not raised to under another tag; the next tag below it is looked at', () => {
    const choice = decide(question(newer), { '1.6.0': digestOf('1.4.0') });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.5.0', digest: digestOf('1.5.0') } });
    expect(reasonFor(choice, '1.6.0')).toBe(
      `1.6.0 has the digest ${digestOf('1.4.0')} that is held at this place since 2026-02-28T10:00:00.000Z: error-rate: 0.31 is above 0.05`,
    );
  });

  it('is found among the platforms of an index', () => {
    const children = [{ platform: 'linux/arm64', digest: digestOf('1.4.0') }];
    const choice = guard(question({ ...newer, facts: { ...facts('1.6.0', { children }), '1.5.0': 'absent' } }), now);
    expect(choice).toMatchObject({ kind: 'keep', because: expect.stringContaining('1.6.0 has the digest') as string, rule: 'held' });
  });

  it('is asked for before anything is written', () => {
    expect(guard(question(newer), now)).toMatchObject({ kind: 'needs', facts: [{ need: 'tag', tag: '1.6.0' }] });
  });

  it('counts also where its hold names no tag', () => {
    const { tag: _, ...untagged } = hold('1.4.0');
    expect(decide(question({ holds: [untagged] }))).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' } });
    expect(decide(question({ holds: [untagged] }), { '1.4.0': digestOf('rebuilt') })).toMatchObject({
      kind: 'raise',
      to: { tag: '1.4.0' },
    });
  });
});

describe('a tag that once carried a held digest', () => {
  const written = change('1.4.0', '1.5.0', ours('1.5.0', [['Windlass-Digest', digestOf('bad')]]));
  const back = change('1.5.0', '1.3.0', ours('1.3.0', [['Windlass-Verdict', 'run-1']]));
  const asked = question({
    listing: listing(['1.3.0', '1.5.0']),
    holds: [hold('1.4.0', { digests: [digestOf('bad')] })],
    history: { complete: true, changes: [back, written] },
  });

  it('is written again only with its digest', () => {
    const choice = decide(asked, { '1.5.0': digestOf('good') });
    expect(choice).toMatchObject({ kind: 'raise', to: { tag: '1.5.0', digest: digestOf('good') }, withDigest: true });
    expect(decide({ ...asked, holds: [] }, { '1.5.0': digestOf('good') })).not.toHaveProperty('withDigest');
  });

  it('is written where Git has a digest beside the tag', () => {
    const pinned = { ...asked, current: { tag: '1.3.0', digest: digestOf('1.3.0') } };
    expect(decide(pinned, { '1.5.0': digestOf('good') })).toMatchObject({ kind: 'raise', to: { tag: '1.5.0', digest: digestOf('good') } });
  });
});
