import { describe, expect, it } from 'vitest';
import { finishRun, pass, patchSpec, patchStatus, runs, setImage, settleAll, statusOf, wantedByImage } from './model.ts';
import { analysing, condition, paused, sentences } from './stages.ts';

describe('a rollout that fails', () => {
  const reason = 'Metric "error-ratio" assessed Failed due to failed (1) > failureLimit (0)';

  it.each(['Failed', 'Error'])('is aborted in one write when its analysis ends %s, and goes back to stable in turns', (phase) => {
    const model = analysing();
    finishRun(model, phase, reason);
    const aborting = pass(model);
    expect(aborting.actions).toHaveLength(1);
    const message = `Rollout aborted update to revision 2: Step-based analysis phase error/failed: ${reason}`;
    expect(statusOf(model)).toMatchObject({
      abort: true,
      abortedAt: '2026-03-01T12:00:01Z',
      currentStepIndex: 0,
      phase: 'Degraded',
      message: `RolloutAborted: ${message}`,
      canary: { currentStepAnalysisRunStatus: { status: phase, message: reason } },
    });
    expect(condition(model, 'Progressing')).toMatchObject({ status: 'False', reason: 'RolloutAborted', message });
    const back = settleAll(model)
      .filter((step) => step.because.startsWith('scaling'))
      .map((step) => step.because.replace(/web-\w+ /, ''));
    expect(back).toEqual([
      'scaling ReplicaSet up to 3 of 5 for weight 0',
      'scaling ReplicaSet down to 2 of 5 for weight 0',
      'scaling ReplicaSet up to 4 of 5 for weight 0',
      'scaling ReplicaSet down to 1 of 5 for weight 0',
      'scaling ReplicaSet up to 5 of 5 for weight 0',
      'scaling ReplicaSet down to 0 of 5 for weight 0',
    ]);
    expect(statusOf(model)).toMatchObject({ phase: 'Degraded', message: `RolloutAborted: ${message}` });
    expect(statusOf(model)['updatedReplicas']).toBeUndefined();
  });

  it('comes back even where a version between still holds pods and the canary has none that is available', () => {
    const model = paused({ steps: [{ setWeight: 40 }, { pause: {} }] });
    model.broken.add('team/web:3');
    setImage(model, 'team/web:3');
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 3, 'team/web:2': 2, 'team/web:3': 1 });
    patchStatus(model, { abort: true });
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });

  it('stays aborted when only its steps are edited', () => {
    const model = analysing();
    finishRun(model, 'Failed', reason);
    settleAll(model);
    patchSpec(model, { strategy: { canary: { steps: [{ setWeight: 50 }] } } });
    expect(sentences(model)[0]).toBe('the steps changed; the aborted update stays aborted until it is retried');
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });

  it('starts again from the first step with a run of its own when it is retried', () => {
    const model = analysing();
    finishRun(model, 'Failed', reason);
    settleAll(model);
    patchStatus(model, { abort: false });
    expect(sentences(model)[0]).toBe('retrying the update to revision 2 from the first step');
    expect(statusOf(model)).toMatchObject({ currentStepIndex: 1, phase: 'Paused' });
    patchStatus(model, { pauseConditions: null });
    settleAll(model);
    model.now += 1000;
    settleAll(model);
    expect(runs(model).map((run) => run.metadata.name.replace(/\w+-2/, 'HASH-2'))).toEqual(['web-HASH-2-4', 'web-HASH-2-4.1']);
  });

  it('goes back to stable and forgets the abort when the stable template returns', () => {
    const model = analysing();
    finishRun(model, 'Failed', reason);
    pass(model);
    setImage(model, 'team/web:1');
    const said = sentences(model);
    expect(said).toContainEqual(expect.stringMatching(/^the template of the stable web-\w+ is wanted again: no step is walked$/));
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy', currentStepIndex: 6 });
    expect(statusOf(model)['abort']).toBeUndefined();
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });

  it('waits for a person when the analysis cannot tell, without moving a pod', () => {
    const model = analysing();
    const before = wantedByImage(model);
    finishRun(model, 'Inconclusive', 'undecided');
    expect(sentences(model)[0]).toMatch(/^web-\w+-2-4 could not tell: waiting for a person$/);
    expect(statusOf(model)).toMatchObject({ phase: 'Paused', message: 'InconclusiveAnalysisRun', currentStepIndex: 4 });
    expect(wantedByImage(model)).toEqual(before);
    // What the plugin writes: the step is skipped.
    patchStatus(model, { pauseConditions: null, controllerPause: false, currentStepIndex: 5 });
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy' });
  });

  it('measures once more when a person only ends the pause', () => {
    const model = analysing();
    finishRun(model, 'Inconclusive');
    settleAll(model);
    patchStatus(model, { pauseConditions: null });
    expect(sentences(model)[0]).toMatch(/could not tell; a person wants another measurement$/);
    expect(runs(model)).toHaveLength(2);
  });
});

describe('windlass.dev/on-error: retry', () => {
  const annotations = { 'windlass.dev/on-error': 'retry', 'windlass.dev/on-error-retry-after': '20s' };

  it('tries again after the delay, once everything is back on stable', () => {
    const model = analysing({ annotations });
    finishRun(model, 'Error', 'Metric "error-ratio" assessed Error');
    const resting = settleAll(model).at(-1);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
    expect(resting?.wakeAt).toBe(model.now + 20_000);
    model.now += 20_000;
    expect(sentences(model)[0]).toBe('retrying after the analysis could not measure');
    expect(statusOf(model)).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });

  it.each([
    ['a failed analysis', annotations, 'Failed'],
    ['an error without the annotation', {}, 'Error'],
  ])('leaves %s aborted', (_, given, phase) => {
    const model = analysing({ annotations: given });
    finishRun(model, phase);
    settleAll(model);
    model.now += 3_600_000;
    expect(settleAll(model).map((step) => step.actions.length)).toEqual([0]);
    expect(statusOf(model)).toMatchObject({ abort: true });
  });
});
