import fc from 'fast-check';
import type { Action } from '../../src/kernel/action.ts';
import { describe, expect, it } from 'vitest';
import { fenceposts } from '../../src/rollout/fenceposts.ts';
import { isBody } from '../../src/kernel/json.ts';
import {
  captureSteps,
  countsOf,
  finishRun,
  imageOf,
  type Model,
  modelOf,
  pass,
  patchSpec,
  patchStatus,
  replicaSets,
  report,
  runs,
  setImage,
  settleAll,
  statusOf,
} from './model.ts';

/** What may happen between two passes. */
type Event = { readonly what: string; readonly pick: number };

const events: fc.Arbitrary<Event> = fc.record({
  what: fc.constantFrom(
    'pods',
    'pods',
    'pods',
    'ready',
    'ready',
    'ready',
    'second',
    'image',
    'promote',
    'abort',
    'retry',
    'pause',
    'resume',
    'run',
    'forget',
  ),
  pick: fc.nat(100),
});

/** One ReplicaSet's controller acts: wanted pods appear, or surplus pods go, those that are not available first. */
function movePods(model: Model, pick: number): void {
  const sets = replicaSets(model);
  const set = sets[pick % Math.max(1, sets.length)];
  if (set === undefined) return;
  const { spec, available } = countsOf(set);
  report(model, set, spec, Math.min(available, spec));
}

function makeReady(model: Model, pick: number): void {
  const waiting = replicaSets(model).filter(
    (set) => countsOf(set).available < Math.min(countsOf(set).pods, countsOf(set).spec) && !model.broken.has(imageOf(set)),
  );
  const set = waiting[pick % Math.max(1, waiting.length)];
  if (set === undefined) return;
  const { pods, available } = countsOf(set);
  report(model, set, pods, available + 1);
}

const happenings: Readonly<Record<string, (model: Model, pick: number) => void>> = {
  pods: movePods,
  ready: makeReady,
  second: (model) => void (model.now += 1000),
  image: (model, pick) => setImage(model, `team/web:${1 + (pick % 4)}`),
  promote: (model, pick) => patchStatus(model, pick % 7 === 0 ? { promoteFull: true } : { pauseConditions: null }),
  abort: (model) => patchStatus(model, { abort: true }),
  retry: (model) => patchStatus(model, { abort: false }),
  pause: (model) => patchSpec(model, { paused: true }),
  resume: (model) => patchSpec(model, { paused: false }),
  run: (model, pick) => {
    const open = runs(model).some((run) => !isBody(run['status']));
    if (open) finishRun(model, ['Successful', 'Failed', 'Error', 'Inconclusive'][pick % 4] ?? 'Successful');
  },
  // A restart of the engine: nothing is held between passes, so nothing is lost.
  forget: () => undefined,
};

const shapes = fc.record({
  replicas: fc.integer({ min: 1, max: 7 }),
  canary: fc.constantFrom(
    { maxSurge: 1, maxUnavailable: 0 },
    { maxSurge: 0, maxUnavailable: 1 },
    { maxSurge: '25%', maxUnavailable: '25%' },
    { maxSurge: 2, maxUnavailable: 1 },
  ),
  broken: fc.boolean(),
});

const totals = (model: Model) =>
  replicaSets(model)
    .map(countsOf)
    .reduce((sum, { spec, available }) => ({ spec: sum.spec + spec, available: sum.available + Math.min(spec, available) }), {
      spec: 0,
      available: 0,
    });

const scales = ({ do: verb, on, body }: Action) => verb === 'patch' && on.kind === 'ReplicaSet' && isBody(body?.['spec']);

describe('whatever happens between two passes', () => {
  it('bounds hold, one step is taken at a time, and the loop comes to rest', () => {
    fc.assert(
      fc.property(shapes, fc.array(events, { maxLength: 60 }), ({ replicas, canary, broken }, happened) => {
        const model = modelOf({ replicas, canary, steps: captureSteps });
        settleAll(model);
        if (broken) model.broken.add('team/web:2');
        const { surge, unavailable } = fenceposts(replicas, canary.maxSurge, canary.maxUnavailable);
        for (const { what, pick } of happened) {
          happenings[what]?.(model, pick);
          const before = { ...totals(model), index: Number(statusOf(model)['currentStepIndex']) };
          const step = pass(model);
          const after = totals(model);
          expect(after.spec).toBeLessThanOrEqual(Math.max(replicas + surge, before.spec));
          // A pass takes no available pod away below the bound.
          expect(after.available).toBeGreaterThanOrEqual(Math.min(before.available, replicas - unavailable));
          expect(step.actions.filter(scales).length).toBeLessThanOrEqual(1);
          const index = Number(statusOf(model)['currentStepIndex']);
          expect(index <= before.index + 1 || index === captureSteps.length).toBe(true);
        }
        settleAll(model);
      }),
      { numRuns: 150 },
    );
  });

  it('an aborted canary loses all its pods, once pods can become available', () => {
    fc.assert(
      fc.property(shapes, fc.array(events, { maxLength: 40 }), ({ replicas, canary }, happened) => {
        const model = modelOf({ replicas, canary, steps: captureSteps });
        settleAll(model);
        for (const { what, pick } of happened) {
          happenings[what]?.(model, pick);
          pass(model);
        }
        patchSpec(model, { paused: false });
        setImage(model, 'team/web:5');
        settleAll(model);
        model.broken.add('team/web:5');
        patchStatus(model, { abort: true });
        settleAll(model);
        const { abort, stableRS, currentPodHash } = statusOf(model);
        if (stableRS === currentPodHash) return;
        expect(abort).toBe(true);
        const left = replicaSets(model).filter((set) => countsOf(set).spec > 0);
        expect(left.map((set) => set.metadata.labels?.['rollouts-pod-template-hash'])).toEqual(replicas === 0 ? [] : [stableRS]);
      }),
      { numRuns: 80 },
    );
  });
});
