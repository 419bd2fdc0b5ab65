import { describe, expect, it } from 'vitest';
import type { Barred } from '../../src/rollout/observed.ts';
import {
  finishRun,
  type Model,
  modelOf,
  pass,
  patchSpec,
  patchStatus,
  replicaSets,
  setImage,
  settleAll,
  statusOf,
  wantedByImage,
} from './model.ts';
import { analysing, condition, paused, sentences } from './stages.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const bad: Barred = { image: 'docker.io/team/web', tag: '2', digests: [], run: 'web-x-2-4' };
const why = /^no pod of web-\w+ yet: team\/web:2\S* failed in AnalysisRun web-x-2-4, and Git has not learnt it$/;

function stable(shape: Parameters<typeof modelOf>[0] = {}): Model {
  const model = modelOf(shape);
  settleAll(model);
  model.barred = [bad];
  return model;
}

/** The template with the image, and an environment that makes it another one. */
const withMode = (image: string, mode: string) => ({
  template: { spec: { containers: [{ name: 'web', image, env: [{ name: 'MODE', value: mode }] }] } },
});

describe('a new template with an image that was found bad', () => {
  it('gets no pod, says why, and looks again every five seconds until Git has learnt it', () => {
    const model = stable();
    setImage(model, 'team/web:2');
    const resting = settleAll(model).at(-1);
    expect(resting?.because).toMatch(why);
    expect(resting?.wakeAt).toBe(model.now + 5000);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
    expect(replicaSets(model)).toHaveLength(2);
    expect(statusOf(model)).toMatchObject({ phase: 'Progressing', currentStepIndex: 0 });
    expect(statusOf(model)['message']).toMatch(why);
    expect(condition(model, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'VerdictUnsettled' });
    model.barred = [];
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 4, 'team/web:2': 1 });
  });

  it('does not start because its environment differs from that of the aborted one', () => {
    const model = analysing();
    finishRun(model, 'Failed', 'too many errors');
    settleAll(model);
    model.barred = [bad];
    patchSpec(model, withMode('team/web:2', 'new'));
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
    expect(statusOf(model)['message']).toMatch(why);
    // The aborted template itself, wanted again, is no retry.
    setImage(model, 'team/web:2');
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:1': 5 });
  });

  it.each([
    ['with steps that begin with a pause', { steps: [{ pause: {} }, { setWeight: 50 }] }],
    [
      'with steps that begin with an analysis',
      { steps: [{ analysis: { templates: [{ templateName: 'errors' }], args: [{ name: 'app', value: 'web' }] } }] },
    ],
    [
      'with an analysis in the background',
      { steps: [], canary: { analysis: { templates: [{ templateName: 'errors' }], args: [{ name: 'app', value: 'web' }] } } },
    ],
    ['without steps', { steps: [] }],
    ['without replicas', { replicas: 0, steps: [] }],
  ])('does not start %s', (_, shape) => {
    const model = stable(shape);
    const { stableRS } = statusOf(model);
    setImage(model, 'team/web:2');
    expect(settleAll(model).at(-1)?.because).toMatch(why);
    expect(wantedByImage(model)['team/web:2']).toBeUndefined();
    expect(statusOf(model)).toMatchObject({ stableRS, canary: {} });
  });

  it('misses no deadline while it waits, and has all of it afterwards', () => {
    const model = stable({ spec: { progressDeadlineSeconds: 60, progressDeadlineAbort: true } });
    model.broken.add('team/web:2');
    setImage(model, 'team/web:2');
    settleAll(model);
    model.now += 3_600_000;
    settleAll(model);
    expect(statusOf(model)['message']).toMatch(why);
    model.barred = [];
    settleAll(model);
    expect(statusOf(model)['abort']).toBeUndefined();
    model.now += 59_000;
    settleAll(model);
    expect(statusOf(model)['abort']).toBeUndefined();
    model.now += 1000;
    settleAll(model);
    expect(statusOf(model)['abort']).toBe(true);
  });

  it('lets the version before it go back to stable', () => {
    const model = paused({ image: 'team/web:0' });
    model.barred = [{ ...bad, tag: '3' }];
    setImage(model, 'team/web:3');
    settleAll(model);
    expect(wantedByImage(model)).toEqual({ 'team/web:0': 5 });
  });

  it.each([
    ['the tag, where no digest is known', 'team/web:2', bad, true],
    ['the tag, where the template pins no digest', 'team/web:2', { ...bad, digests: [digest('b')] }, true],
    ['the tag, where only the template pins a digest', `team/web:2@${digest('b')}`, bad, true],
    ['the digest, whatever the tag', `team/web:9@${digest('b')}`, { ...bad, digests: [digest('a'), digest('b')] }, true],
    ['another digest behind the same tag', `team/web:2@${digest('c')}`, { ...bad, digests: [digest('b')] }, false],
    ['another tag', 'team/web:3', bad, false],
    ['another image', 'team/shop:2', bad, false],
    ['what is no reference', 'team/web:2:3', bad, false],
  ])('is known by %s', (_, image, barred, expected) => {
    const model = stable();
    model.barred = [barred];
    setImage(model, image);
    settleAll(model);
    expect(condition(model, 'Progressing')).toMatchObject({ reason: expected ? 'VerdictUnsettled' : 'RolloutPaused' });
  });
});

describe('nothing holds back', () => {
  it.each([
    ['a promotion in full', (model: Model) => patchStatus(model, { promoteFull: true }), { 'team/web:2': 5 }],
    [
      'a retry',
      (model: Model) => {
        patchStatus(model, { abort: true });
        settleAll(model);
        patchStatus(model, { abort: false });
      },
      { 'team/web:1': 4, 'team/web:2': 1 },
    ],
  ])('%s', (_, ask, expected) => {
    const model = stable();
    setImage(model, 'team/web:2');
    settleAll(model);
    ask(model);
    settleAll(model);
    expect(wantedByImage(model)).toEqual(expected);
  });

  it('a canary that has started', () => {
    const model = paused();
    model.barred = [bad];
    expect(settleAll(model).flatMap((step) => step.actions)).toEqual([]);
    patchStatus(model, { pauseConditions: null });
    expect(sentences(model)).toContainEqual(expect.stringMatching(/^step 3 of 6/));
  });

  it('an image that the stable version runs, or a first version', () => {
    const model = modelOf({ image: 'team/web:2' });
    model.barred = [bad];
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy' });
    patchSpec(model, withMode('team/web:2', 'new'));
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });

  it('the way back to stable', () => {
    const model = stable();
    setImage(model, 'team/web:2');
    settleAll(model);
    setImage(model, 'team/web:1');
    settleAll(model);
    expect(pass(model).actions).toEqual([]);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy' });
  });
});
