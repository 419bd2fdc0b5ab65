import { atStep, bothSlots, type Move, stops, withoutRuns } from './move.ts';
import { settledOnStable, type Situation } from './situation.ts';
import { nameOfSteps } from './step-hash.ts';

/**
 * A new template starts its canary at the first step, and forgets pauses, an abort and a promotion of the one before. The very first
 * version is stable at once (there is nothing to compare it with), and a return to the stable template walks no steps.
 */
export function startTemplate(situation: Situation): Move | undefined {
  const { current, status, steps, rollout } = situation;
  if (current === undefined || status.currentPodHash === current.hash) return undefined;
  const first = status.stableRS === undefined || status.stableRS === '';
  const back = status.stableRS === current.hash;
  const index = first || back ? steps.length : 0;
  const created = rollout.metadata.generation !== undefined && current.pods === 0;
  return {
    because: sentence(situation, first, back),
    set: {
      currentPodHash: current.hash,
      currentStepHash: nameOfSteps(steps),
      ...atStep(situation, index),
      ...(first ? { stableRS: current.hash } : {}),
      ...withoutRuns(status, ...bothSlots),
    },
    drop: stops,
    progressing: created
      ? { status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${current.name}"` }
      : { status: 'True', reason: 'FoundNewReplicaSet', message: `Found new replica set "${current.name}"` },
  };
}

function sentence({ current, steps }: Situation, first: boolean, back: boolean): string {
  const name = current?.name ?? '';
  if (first) return `${name} is the first version: it is stable from the start`;
  if (back) return `the template of the stable ${name} is wanted again: no step is walked`;
  return steps.length === 0 ? `${name} is a new version, without steps to walk` : `${name} is a new version: step 1 of ${steps.length}`;
}

/**
 * A changed step list starts again at the first step. An aborted rollout stays aborted: editing only the steps must not bring a bad
 * version back (Argo Rollouts v1.9 clears the abort here: a deviation on purpose).
 */
export function followSteps(situation: Situation): Move | undefined {
  const { status, steps } = situation;
  const name = nameOfSteps(steps);
  if (status.currentStepHash === name) return undefined;
  const recorded = { currentStepHash: name };
  if (status.abort === true) {
    return {
      because: 'the steps changed; the aborted update stays aborted until it is retried',
      set: { ...recorded, ...atStep(situation, 0) },
    };
  }
  if (settledOnStable(situation))
    return { because: 'the steps changed; nothing is being rolled out', set: { ...recorded, ...atStep(situation, steps.length) } };
  const drop = [...stops, ...(steps.length === 0 ? (['currentStepIndex'] as const) : [])];
  return {
    because: 'the steps changed: the canary starts at the first one',
    set: { ...recorded, ...atStep(situation, 0), ...withoutRuns(status, ...bothSlots) },
    drop,
  };
}
