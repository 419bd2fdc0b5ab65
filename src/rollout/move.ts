import type { Action } from '../kernel/action.ts';
import type { Millis } from '../kernel/time.ts';
import type { RolloutStatus } from '../resources/rollout.ts';
import type { Situation } from './situation.ts';

/** The Progressing condition that a move calls for. */
export type Progressing = { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: string; readonly message: string };

export type StatusField = 'abort' | 'abortedAt' | 'controllerPause' | 'currentStepIndex' | 'pauseConditions' | 'promoteFull';

/** What one pass does: at most one step. */
export type Move = {
  readonly because: string;
  readonly actions?: readonly Action[];
  readonly set?: RolloutStatus;
  readonly drop?: readonly StatusField[];
  readonly progressing?: Progressing;
  /** The status waits for the next pass: the Rollout itself is written (its resourceVersion moves), or more will be observed then. */
  readonly statusWaits?: true;
  readonly wakeAt?: Millis;
};

/** Answers a move where it has one to make; the next rule is asked otherwise. */
export type Rule = (situation: Situation) => Move | undefined;

/** Fields that hold how a rollout was stopped; a new attempt starts without them. */
export const stops: readonly StatusField[] = ['abort', 'abortedAt', 'pauseConditions', 'controllerPause', 'promoteFull'];

/** status.currentStepIndex as a change: absent where there are no steps, as Argo Rollouts writes it. */
export function atStep(situation: Situation, index: number): RolloutStatus {
  return situation.steps.length === 0 ? {} : { currentStepIndex: index };
}

export type RunSlot = 'currentStepAnalysisRunStatus' | 'currentBackgroundAnalysisRunStatus';

/** status.canary with the named references to AnalysisRuns removed. */
export function withoutRuns(status: RolloutStatus, ...slots: readonly RunSlot[]): RolloutStatus {
  const kept = Object.entries(status.canary ?? {}).filter(([field]) => !slots.some((slot) => slot === field));
  return { canary: Object.fromEntries(kept) };
}

export const bothSlots = ['currentStepAnalysisRunStatus', 'currentBackgroundAnalysisRunStatus'] as const;
