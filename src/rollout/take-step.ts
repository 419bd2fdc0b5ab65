import { describeDuration } from '../kernel/duration.ts';
import type { CanaryStep } from '../resources/rollout.ts';
import { describeStep } from './describe.ts';
import { atStep, bothSlots, type Move, withoutRuns } from './move.ts';
import { pausedBecause, pausedFrom, pauseEnd, pauseLength, pauseReasons } from './pause.ts';
import { enoughAvailable, standsAtTarget, type Threshold } from './progress.ts';
import { runOf } from './runs.ts';
import { replicaQuestion, settledOnStable, type Situation } from './situation.ts';

/** The wanted version becomes the stable one: all steps are done, or a person promoted it in full, and all its pods are available. */
export function promote(situation: Situation): Move | undefined {
  const { current, status, index, steps, replicas } = situation;
  if (current === undefined || settledOnStable(situation) || status.abort === true) return undefined;
  if (status.promoteFull !== true && index < steps.length) return undefined;
  if (current.spec !== replicas || !enoughAvailable(replicas, current.available, thresholdOf(situation))) return undefined;
  return {
    because: `${current.name} is stable now: all ${replicas} pods are available${status.promoteFull === true ? ', promoted in full' : ' and every step is done'}`,
    set: { stableRS: current.hash, ...atStep(situation, steps.length), ...withoutRuns(status, ...bothSlots) },
    drop: ['promoteFull', 'pauseConditions', 'controllerPause'],
  };
}

/** The present step, where it has ended, gives way to the next one; a pause step begins. */
export function takeStep(situation: Situation): Move | undefined {
  const { status, steps, index } = situation;
  const step = steps[index];
  if (step === undefined || status.abort === true || status.promoteFull === true || settledOnStable(situation)) return undefined;
  if (step.pause !== undefined && step.pause !== null) return takePause(situation, step);
  if (step.analysis !== undefined) return succeeded(situation) ? next(situation, step, 'succeeded') : undefined;
  return standsAtTarget(replicaQuestion(situation), thresholdOf(situation)) ? next(situation, step, 'is reached') : undefined;
}

function succeeded(situation: Situation): boolean {
  return runOf(situation, 'currentStepAnalysisRunStatus')?.view.status?.phase === 'Successful';
}

function takePause(situation: Situation, step: CanaryStep): Move | undefined {
  const { status, now } = situation;
  const pausing = pausedBecause(status, pauseReasons.step);
  if (!pausing && status.controllerPause === true) return next(situation, step, 'was ended by a person');
  if (!pausing) return { because: `${place(situation)}: ${describePause(step)} begins`, set: pausedFrom(now, pauseReasons.step, status) };
  const end = pauseEnd(status, step);
  return end !== undefined && now >= end ? next(situation, step, 'is over') : undefined;
}

function next(situation: Situation, step: CanaryStep, how: string): Move {
  return {
    because: `${place(situation)}: ${describeStep(step)} ${how}`,
    set: { ...atStep(situation, situation.index + 1), ...withoutRuns(situation.status, 'currentStepAnalysisRunStatus') },
    drop: ['pauseConditions', 'controllerPause'],
  };
}

function place({ index, steps }: Situation): string {
  return `step ${index + 1} of ${steps.length}`;
}

function describePause(step: CanaryStep): string {
  const length = pauseLength(step.pause ?? {});
  return length.kind === 'timed' ? `a pause of ${describeDuration(length.ms)}` : 'a pause until somebody promotes';
}

function thresholdOf({ canary }: Situation): Threshold | undefined {
  return canary.replicaProgressThreshold ?? undefined;
}
