import { describe, expect, it } from 'vitest';
import type { Hold } from '../../../src/kernel/hold.ts';
import type { Wanted } from '../../../src/reconcile/update/histories.ts';
import type { Asking } from '../../../src/reconcile/update/learn.ts';
import { learn } from '../../../src/reconcile/update/learn.ts';
import { hold, place } from '../../policy/question.ts';

async function askedHistory(holds: readonly Hold[]): Promise<readonly Wanted[]> {
  const asked: Wanted[] = [];
  const histories = (wanted: Wanted) => {
    asked.push(wanted);
    return Promise.resolve({ complete: true, changes: [] });
  };
  const asking = { located: { holds }, state: { place, current: { tag: 'latest', digest: 'sha256:d1' } }, histories };
  await learn(asking as unknown as Asking, { facts: {} }, [{ need: 'history', place }]);
  return asked;
}

describe('the history of a place', () => {
  it('is read as far as its value now tells', async () => {
    expect(await askedHistory([])).toEqual([{ place, value: 'latest@sha256:d1' }]);
    expect(await askedHistory([hold('latest', { place: { ...place, file: 'other.yaml' } })])).toHaveLength(1);
  });

  it('is read in full where something is held: what was here before must not come back', async () => {
    expect(await askedHistory([hold('latest')])).toEqual([{ place }]);
  });
});
