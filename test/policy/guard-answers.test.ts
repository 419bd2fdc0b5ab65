import { describe, expect, it } from 'vitest';
import type { PlaceChange, PlaceQuestion } from '../../src/policy/choice.ts';
import { guard } from '../../src/policy/guard.ts';
import { change, decide, facts, listing, now, ours, question, reasonFor, watch } from './question.ts';

const down = change('1.4.0', '1.3.0');
const raised = change('1.3.0', '1.4.0', ours('1.4.0'));

function after(changes: readonly PlaceChange[], more: Partial<PlaceQuestion> = {}): PlaceQuestion {
  return question({ history: { complete: true, changes }, ...more });
}

describe("a person's answer", () => {
  it('keeps what somebody stepped down to, and asks no registry', () => {
    const choice = guard(after([down, raised]), now);
    expect(choice).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' }, rule: 'person' });
    expect(reasonFor(choice, '1.4.0')).toBe(
      `alice took this place from 1.4.0 back to 1.3.0 (commit ${down.commit.slice(0, 12)}, 2026-02-28T09:00:00.000Z): that stands until something newer than 1.4.0 appears`,
    );
  });

  it('ends when something newer than the old value appears', () => {
    expect(decide(after([down, raised], { listing: listing(['1.3.0', '1.3.5', '1.4.0', '1.4.1']) }))).toMatchObject({
      kind: 'raise',
      to: { tag: '1.4.1' },
    });
  });

  it('does not take another spelling for something newer', () => {
    expect(guard(after([down, raised], { listing: listing(['1.3.0', 'v1.4.0']) }), now)).toMatchObject({ kind: 'keep' });
  });

  it('counts from the top of a descent in steps', () => {
    const changes = [down, change('1.5.0', '1.4.0'), change('1.4.0', '1.5.0', ours('1.5.0'))];
    const choice = guard(after(changes, { listing: listing(['1.3.0', '1.4.0', '1.5.0']) }), now);
    expect(choice).toMatchObject({ kind: 'keep' });
    expect(reasonFor(choice, '1.5.0')).toContain('until something newer than 1.5.0 appears');
  });

  it('counts from what was taken out before somebody wrote a lower value and took that out, too', () => {
    const changes = [change('1.3.0', null), change(null, '1.3.0'), change('1.4.0', null), raised];
    const choice = guard({ ...after(changes, { listing: listing(['1.3.0', '1.4.0']) }), current: undefined }, now);
    expect(choice).toMatchObject({ kind: 'keep', at: {} });
    expect(reasonFor(choice, '1.4.0')).toContain('until something newer than 1.4.0 appears');
  });

  it('is superseded by the same person going up', () => {
    const changes = [change('1.2.0', '1.3.0'), change('1.4.0', '1.2.0')];
    expect(decide(after(changes))).toMatchObject({ kind: 'raise', to: { tag: '1.4.0' } });
  });

  it('is a removal, too', () => {
    const removed = change('1.4.0', null);
    const choice = guard({ ...after([removed, raised]), current: undefined }, now);
    expect(choice).toMatchObject({
      kind: 'keep',
      at: {},
      because: expect.stringContaining('nothing is written: alice removed 1.4.0 here') as string,
    });
    const newer = { ...after([removed, raised], { listing: listing(['1.4.0', '1.5.0']) }), current: undefined };
    expect(decide(newer)).toMatchObject({ kind: 'raise', to: { tag: '1.5.0' } });
  });

  it('is a removal and a lower value put in later', () => {
    expect(guard(after([change(null, '1.3.0'), change('1.4.0', null), raised]), now)).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' } });
  });

  it('stands as it did when what somebody stepped down to is taken out and put back', () => {
    const choice = guard(after([change(null, '1.3.0'), change('1.3.0', null), down, raised]), now);
    expect(reasonFor(choice, '1.4.0')).toContain('took this place from 1.4.0 back to 1.3.0');
    const cutOff = { complete: false, changes: [change(null, '1.3.0'), change('1.3.0', null)] };
    expect(guard(question({ history: cutOff }), now)).toMatchObject({ kind: 'keep' });
  });

  it('is a return to a value that has no order with the one before', () => {
    const changes = [change('main', '1.3.0'), change('1.3.0', 'main')];
    const choice = guard(after(changes), now);
    expect(choice).toMatchObject({ kind: 'keep' });
    expect(reasonFor(choice, '1.4.0')).toContain('that stands until somebody writes a value');
  });

  it('stands also against a pin', () => {
    const choice = decide(after([down, raised], { watches: [watch({ constraint: '=1.2.0' })] }));
    expect(choice).toMatchObject({ kind: 'keep', at: { tag: '1.3.0' } });
  });

  it.each([
    ["a person's step up", [change('1.2.0', '1.3.0')]],
    ['the first value of the place', [change(null, '1.3.0')]],
    ['a place that no commit changed', []],
    ['what we wrote, taken out and put back', [change(null, '1.3.0'), change('1.3.0', null), change('1.2.0', '1.3.0', ours('1.3.0'))]],
    ['our own lowering', [change('1.4.0', '1.3.0', ours('1.3.0', [['Windlass-Verdict', 'run-1']]))]],
    ['a switch from no version to a version that was never here', [change('main', '1.3.0'), change(null, 'main')]],
    [
      'our commit that changed several places',
      [change('1.4.0', '1.3.0', [['Windlass-Place', 'other'], ['Windlass-Image', 'x:1'], ...ours('1.3.0')])],
    ],
  ])('is not %s', (_, changes) => {
    expect(decide(after(changes))).toMatchObject({ kind: 'raise', to: { tag: '1.4.0' } });
  });

  it.each([
    ['our trailers with another value', ours('1.4.0')],
    ['our trailers for another place', ours('1.3.0').map(([key, value]) => [key, key === 'Windlass-Place' ? 'elsewhere' : value] as const)],
    ['our trailers for another image', ours('1.3.0').map(([key, value]) => [key, value.replace('team/shop', 'team/other')] as const)],
  ])('is a step down under %s', (_, trailers) => {
    expect(guard(after([change('1.4.0', '1.3.0', trailers)], { facts: facts('1.4.0') }), now)).toMatchObject({ kind: 'keep' });
  });
});

describe('a history that does not tell', () => {
  const unknown = 'whether somebody took this place down is unknown';

  it.each([
    ['no change of the place was found', []],
    ['the value appeared, and nothing older was read', [change(null, '1.3.0')]],
    ['it may have stood here before', [change('main', '1.3.0')]],
  ])('keeps and says so: %s', (_, changes) => {
    const choice = guard(question({ history: { complete: false, changes }, facts: facts('1.4.0') }), now);
    expect(choice).toMatchObject({ kind: 'keep', because: expect.stringContaining(unknown) as string });
    expect(choice).not.toHaveProperty('rule');
  });

  it.each([
    ['it is ours', [change(null, '1.3.0', ours('1.3.0'))]],
    ['it goes up', [change('1.2.0', '1.3.0')]],
  ])('decides where the latest change is enough: %s', (_, changes) => {
    expect(decide(question({ history: { complete: false, changes } }))).toMatchObject({ kind: 'raise' });
  });

  it('keeps where it ends in another value than Git has', () => {
    expect(guard(after([change('1.1.0', '1.2.0')], { facts: facts('1.4.0') }), now)).toMatchObject({
      kind: 'keep',
      because: '1.3.0 stays: the history of this place ends with 1.2.0, but Git has 1.3.0: nothing is raised until they agree',
    });
  });
});
