import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advance } from '../../src/rollout/advance.ts';
import { millisOf } from '../../src/kernel/time.ts';
import { isBody } from '../../src/kernel/json.ts';
import { errorsTemplate, type Model, objectsIn, observe, settleAll, statusOf } from './model.ts';

/** Objects as Argo Rollouts 1.9.1 left them on a real API server, at one moment of an update. */
function captured(moment: string): Model {
  const objects = objectsIn(readFileSync(new URL(`./captured/${moment}.json`, import.meta.url), 'utf8'));
  const rollout = objects.find((object) => object.kind === 'Rollout');
  if (rollout === undefined) throw new Error('no Rollout in the capture');
  const others = objects
    .filter((object) => object !== rollout)
    .map((object) => [`${object.kind}/${object.metadata.name}`, object] as const);
  const now = millisOf('2026-11-21T08:56:00Z');
  return { now, version: 10_000, rollout, objects: new Map(others), broken: new Set(), templates: { errors: errorsTemplate } };
}

describe('a Rollout that Argo Rollouts 1.9.1 drove until now', () => {
  it.each(['healthy', 'paused', 'analysing', 'aborted'])('%s: is taken over without creating, scaling or deleting anything', (moment) => {
    const model = captured(moment);
    const before = model.objects;
    const kinds = settleAll(model).flatMap((step) => step.actions.map((action) => `${action.do} ${action.on.kind}`));
    expect(kinds.filter((kind) => kind !== 'status Rollout')).toEqual([]);
    expect(model.objects).toEqual(before);
  });

  it.each(['healthy', 'paused', 'analysing', 'aborted'])(
    '%s: every field of its status but observedGeneration and conditions stays',
    (moment) => {
      const model = captured(moment);
      const { conditions, observedGeneration: _, ...before } = statusOf(model);
      settleAll(model);
      const { conditions: now, observedGeneration, ...after } = statusOf(model);
      expect(after).toEqual(before);
      expect(observedGeneration).toBe(String(model.rollout.metadata.generation));
      expect(said(now)).toEqual(said(conditions));
    },
  );

  it('stays where it is: a second engine would not be noticed', () => {
    const model = captured('paused');
    settleAll(model);
    expect(advance(observe(model), model.now).actions).toEqual([]);
  });
});

/** What the conditions say, without their times. */
function said(conditions: unknown): unknown {
  const list = Array.isArray(conditions) ? conditions.filter(isBody) : [];
  return list
    .map(({ type, status, reason, message }) => ({ type, status, reason, message }))
    .sort((left, right) => (String(left.type) < String(right.type) ? -1 : 1));
}
