import { describe, expect, it } from 'vitest';
import { advance } from '../../src/rollout/advance.ts';
import {
  captureSteps,
  change,
  finishRun,
  type Model,
  modelOf,
  observe,
  pass,
  patchStatus,
  runs,
  setImage,
  settleAll,
  settlePods,
  statusOf,
  wantedByImage,
} from './model.ts';
import { analysing, condition, paused, sentences } from './stages.ts';

describe('a rollout that succeeds', () => {
  it('makes the first version stable at once, without steps', () => {
    const model = modelOf();
    expect(sentences(model)).toEqual([
      expect.stringMatching(/^created ReplicaSet web-\w+ for revision 1, without pods$/),
      expect.stringMatching(/^web-\w+ is the first version: it is stable from the start$/),
      expect.stringMatching(/^scaling ReplicaSet web-\w+ up to 5 of 5$/),
      expect.stringMatching(/^web-\w+ is stable, 5\/5 pods$/),
      expect.stringMatching(/^web-\w+ is stable, 5\/5 pods$/),
    ]);
    expect(statusOf(model)).toMatchObject({
      phase: 'Healthy',
      currentStepIndex: 6,
      availableReplicas: 5,
      blueGreen: {},
      canary: {},
      selector: 'app=web',
    });
  });

  it('reaches the first pause as the capture of Argo Rollouts 1.9.1 does', () => {
    const model = paused();
    expect(statusOf(model)).toMatchObject({
      HPAReplicas: 5,
      availableReplicas: 5,
      controllerPause: true,
      currentStepHash: '8b6459d8',
      currentStepIndex: 1,
      message: 'CanaryPauseStep',
      observedGeneration: '2',
      pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-03-01T12:00:00Z' }],
      phase: 'Paused',
      readyReplicas: 5,
      replicas: 5,
      updatedReplicas: 1,
    });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 4, 'team/web:2': 1 });
    expect(condition(model, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'RolloutPaused', message: 'Rollout is paused' });
  });

  it('walks on when a person promotes, and waits a timed pause out', () => {
    const model = paused();
    patchStatus(model, { pauseConditions: null });
    const steps = settleAll(model);
    expect(steps[0]?.because).toBe('step 2 of 6: pause was ended by a person');
    expect(steps.at(-1)).toMatchObject({ because: 'step 4/6, pause 1s, weight 60, 3/5 canary pods', wakeAt: model.now + 1000 });
    model.now += 999;
    expect(pass(model).actions).toEqual([]);
    model.now += 1;
    expect(pass(model).because).toBe('step 4 of 6: pause 1s is over');
  });

  it('never ends a pause early that began within a second', () => {
    const model = modelOf({ steps: [{ pause: { duration: '1s' } }, { setWeight: 50 }] });
    settleAll(model);
    model.now += 300;
    setImage(model, 'team/web:2');
    expect(settleAll(model).at(-1)?.wakeAt).toBe(model.now + 1700);
  });

  it('names its AnalysisRun, labels it and passes arguments as the capture shows', () => {
    const model = analysing();
    const hash = statusOf(model)['currentPodHash'];
    expect(runs(model)).toMatchObject([
      {
        metadata: {
          name: `web-${String(hash)}-2-4`,
          labels: { app: 'web', 'rollout-type': 'Step', 'rollouts-pod-template-hash': hash, 'step-index': '4' },
          annotations: { 'rollout.argoproj.io/revision': '2' },
          ownerReferences: [{ kind: 'Rollout', name: 'web', uid: 'rollout-1', controller: true }],
        },
        spec: { args: [{ name: 'app', value: 'web' }], metrics: [{ name: 'error-ratio', count: 2 }] },
      },
    ]);
    expect(statusOf(model)['canary']).toEqual({ currentStepAnalysisRunStatus: { name: `web-${String(hash)}-2-4`, status: '' } });
  });

  it('ends with the new version stable and says so as the capture does', () => {
    const model = analysing();
    finishRun(model, 'Successful');
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:2': 5 });
    const status = statusOf(model);
    expect(status).toMatchObject({ phase: 'Healthy', currentStepIndex: 6, canary: {}, replicas: 5 });
    expect(status['stableRS']).toBe(status['currentPodHash']);
    expect(status['message']).toBeUndefined();
    const name = `web-${String(status['currentPodHash'])}`;
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    expect(condition(model, 'Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable', message });
    expect([condition(model, 'Healthy'), condition(model, 'Completed')]).toMatchObject([{ status: 'True' }, { status: 'True' }]);
  });

  it('never writes spec of the Rollout', () => {
    const model = analysing();
    expect(model.rollout.metadata.generation).toBe(2);
  });
});

describe('a deadline', () => {
  const late = (model: Model) => `ReplicaSet "web-${String(statusOf(model)['currentPodHash'])}" has timed out progressing.`;

  function stuck(spec: Record<string, unknown>): Model {
    const model = modelOf({ spec: { progressDeadlineSeconds: 60, ...spec } });
    settleAll(model);
    model.broken.add('team/web:2');
    setImage(model, 'team/web:2');
    settleAll(model);
    return model;
  }

  it('is reported, and the rollout goes on when its pods come up', () => {
    const model = stuck({});
    expect(pass(model).wakeAt).toBe(model.now + 60_000);
    model.now += 60_000;
    settleAll(model);
    expect(statusOf(model)).toMatchObject({
      phase: 'Degraded',
      message: `ProgressDeadlineExceeded: ${late(model)}`,
    });
    model.broken.clear();
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });

  it('aborts where that is asked for', () => {
    const model = stuck({ progressDeadlineAbort: true });
    model.now += 60_000;
    settleAll(model);
    expect(statusOf(model)).toMatchObject({
      abort: true,
      message: `RolloutAborted: Rollout aborted update to revision 2: ${late(model)}`,
    });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });
});

describe('background analysis', () => {
  const shape = {
    canary: {
      maxSurge: 1,
      maxUnavailable: 0,
      analysis: { startingStep: 1, templates: [{ templateName: 'errors' }], args: [{ name: 'app', value: 'web' }] },
    },
    steps: captureSteps.slice(0, 3),
  };

  it('starts at its step, runs through pauses and is ended by promotion', () => {
    const model = paused(shape);
    expect(runs(model)).toMatchObject([
      { metadata: { name: `web-${String(statusOf(model)['currentPodHash'])}-2`, labels: { 'rollout-type': 'Background' } } },
    ]);
    patchStatus(model, { pauseConditions: null });
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy', canary: {} });
    expect(runs(model)).toMatchObject([{ spec: { terminate: true } }]);
  });

  it('aborts when it fails, in the middle of a pause too', () => {
    const model = paused(shape);
    finishRun(model, 'Failed', 'too many errors');
    settleAll(model);
    expect(statusOf(model)).toMatchObject({
      message: 'RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: too many errors',
    });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });
});

describe('a pass', () => {
  it('decides from objects alone: the same objects and time give the same step', () => {
    const model = analysing();
    expect(advance(observe(model), model.now)).toEqual(advance(structuredClone(observe(model)), model.now));
  });

  it('leaves a Rollout alone that is being deleted', () => {
    const model = paused();
    setImage(model, 'team/web:3');
    change(model, model.rollout, { metadata: { deletionTimestamp: '2026-03-01T12:00:00Z' } });
    expect(pass(model)).toMatchObject({ actions: [], because: 'the Rollout is being deleted; its pods go with it' });
  });

  it('loses to a user who wrote in between, and sees that write in the next one', () => {
    const model = paused();
    patchStatus(model, { pauseConditions: null });
    const step = advance(observe(model), model.now);
    patchStatus(model, { abort: true });
    const version = step.actions.at(-1)?.if?.resourceVersion;
    expect(version).not.toBe(model.rollout.metadata.resourceVersion);
    settlePods(model);
    expect(pass(model).because).toBe('Rollout aborted update to revision 2');
  });
});
