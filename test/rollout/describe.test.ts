import { describe, expect, it } from 'vitest';
import { describeRollout } from '../../src/rollout/describe.ts';
import { modelOf, observe, patchStatus, settleAll } from './model.ts';
import { analysing, paused } from './stages.ts';

describe('a Rollout in one line', () => {
  it.each([
    [
      'stable',
      () => {
        const model = modelOf();
        settleAll(model);
        return model;
      },
      /^web-\w+ is stable, 5\/5 pods$/,
    ],
    ['at a pause', () => paused(), /^step 2\/6, pause, weight 20, 1\/5 canary pods$/],
    ['at an analysis', () => analysing(), /^step 5\/6, analysis errors, weight 60, 3\/5 canary pods$/],
    [
      'aborted',
      () => {
        const model = paused();
        patchStatus(model, { abort: true });
        settleAll(model);
        return model;
      },
      /^aborted, 0 canary pods left, 5\/5 stable pods$/,
    ],
  ])('%s', (_, make, sentence) => {
    expect(describeRollout(observe(make()))).toMatch(sentence);
  });
});
