import { describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../src/kernel/refs.ts';
import type { Condition } from '../../src/reconcile/board.ts';
import { createBoard } from '../../src/reconcile/board.ts';

const ref = (name: string, uid?: string): ObjectRef => ({
  cluster: 'c',
  group: 'argoproj.io',
  kind: 'Application',
  namespace: 'argocd',
  name,
  ...(uid === undefined ? {} : { uid }),
});
const held: Condition = { type: 'ImageHeld', message: 'shop:1.2 is held' };
const failed: Condition = { type: 'ImageUpdateError', message: 'ghcr.io: 401' };

describe('the board of conditions', () => {
  it('says nothing of an Application before something was posted, and then the last', () => {
    const board = createBoard(() => undefined);
    expect(board.read(ref('shop'))).toBeUndefined();
    board.post(ref('shop'), [held]);
    board.post(ref('shop'), [failed]);
    board.post(ref('other'), []);
    expect([board.read(ref('shop')), board.read(ref('other')), board.read(ref('third'))]).toEqual([[failed], [], undefined]);
  });

  it('says nothing any more of an Application that is gone', () => {
    const board = createBoard(() => undefined);
    board.post(ref('shop'), [held]);
    board.forget(ref('shop'));
    expect(board.read(ref('shop'))).toBeUndefined();
  });

  it.each<[string, readonly (readonly Condition[])[], number]>([
    ['the first word, also when there is nothing to say', [[]], 1],
    ['not the same again', [[held], [{ ...held }], [held]], 1],
    ['another message', [[held], [{ ...held, message: 'shop:1.3 is held' }]], 2],
    ['one more condition', [[held], [held, failed]], 2],
    ['the end of a condition', [[held], [], []], 2],
  ])('tells of %s', (_, posts, expected) => {
    const changed: string[] = [];
    const board = createBoard((application) => changed.push(application.name));
    posts.forEach((conditions) => board.post(ref('shop'), conditions));
    expect(changed).toEqual(Array.from({ length: expected }, () => 'shop'));
  });

  it('already answers with what changed when it tells of it', () => {
    const seen: unknown[] = [];
    const board = createBoard((application) => seen.push(board.read(application)));
    board.post(ref('shop'), [held]);
    expect(seen).toEqual([[held]]);
  });

  it('knows an Application by name, whatever its uid', () => {
    const board = createBoard(() => undefined);
    board.post(ref('shop', 'one'), [held]);
    expect(board.read(ref('shop', 'two'))).toEqual([held]);
  });
});
