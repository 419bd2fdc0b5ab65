import { describe, expect, it } from 'vitest';
import {
  type Model,
  modelOf,
  pass,
  patchSpec,
  patchStatus,
  replicaSets,
  runs,
  setImage,
  settleAll,
  statusOf,
  wantedByImage,
} from './model.ts';
import { analysing, paused, sentences } from './stages.ts';

describe('what people write', () => {
  it('abort: back to stable, with a message of its own', () => {
    const model = paused();
    patchStatus(model, { abort: true });
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Degraded', message: 'RolloutAborted: Rollout aborted update to revision 2' });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });

  it('abort with nothing to abort is taken back', () => {
    const model = modelOf();
    settleAll(model);
    patchStatus(model, { abort: true });
    expect(sentences(model)[0]).toMatch(/^nothing to abort: web-\w+ is the stable version$/);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy' });
  });

  it.each([
    ['in the middle of a pause', (_: Model) => undefined],
    ['of an aborted update', (model: Model) => (patchStatus(model, { abort: true }), settleAll(model))],
  ])('promote --full %s skips steps, pauses and analyses', (_, before) => {
    const model = paused();
    before(model);
    patchStatus(model, { promoteFull: true });
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy', currentStepIndex: 6 });
    expect(statusOf(model)['promoteFull']).toBeUndefined();
    expect(wantedByImage(model)).toEqual({ 'team/web:2': 5 });
    expect(runs(model)).toEqual([]);
  });

  it('promote during an analysis ends that analysis', () => {
    const model = analysing();
    patchStatus(model, { currentStepIndex: 5 });
    pass(model);
    expect(runs(model)).toMatchObject([{ spec: { terminate: true } }]);
    expect(statusOf(model)['canary']).toEqual({});
  });

  it('pause and resume: nothing moves in between', () => {
    const model = paused();
    patchSpec(model, { paused: true });
    patchStatus(model, { pauseConditions: null });
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Paused', message: 'manually paused', currentStepIndex: 1 });
    patchSpec(model, { paused: false });
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ currentStepIndex: 3 });
  });

  it('an abort comes through a pause', () => {
    const model = paused();
    patchSpec(model, { paused: true });
    patchStatus(model, { abort: true });
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });

  it('a new image in mid-canary starts over; the version between goes', () => {
    const model = analysing();
    setImage(model, 'team/web:3');
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ currentStepIndex: 1, phase: 'Paused', canary: {} });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 4, 'team/web:3': 1 });
    expect(runs(model)).toMatchObject([{ spec: { terminate: true } }]);
  });

  it('undo takes the old ReplicaSet up again under a new revision', () => {
    const model = paused({ steps: [] });
    setImage(model, 'team/web:1');
    settleAll(model);
    const old = replicaSets(model).find((set) => wantedByImage({ ...model, objects: new Map([['one', set]]) })['team/web:1'] === 5);
    expect(old?.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '3', 'rollout.argoproj.io/revision-history': '1' });
    expect(model.rollout.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '3' });
    expect(replicaSets(model)).toHaveLength(2);
  });

  it('a new number of replicas is followed before any step', () => {
    const model = paused();
    patchSpec(model, { replicas: 10 });
    patchStatus(model, { pauseConditions: null });
    expect(pass(model).because).toMatch(/^spec\.replicas is 10: ReplicaSet web-\w+ goes from 4 to 8$/);
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 4, 'team/web:2': 6 });
  });
});
