import { kubeTime, type Millis } from '../kernel/time.ts';
import type { RolloutCondition, RolloutStatus } from '../resources/rollout.ts';
import { fenceposts } from './fenceposts.ts';
import type { Move, Progressing } from './move.ts';
import { isPaused, progressed, progressingOf } from './progressing.ts';
import type { Situation } from './situation.ts';

type Stated = { readonly type: string } & Progressing;

/** The conditions that belong to the next status, `next` being complete but for them. Texts and reasons are Argo Rollouts v1.9's. */
export function conditionsOf(situation: Situation, next: RolloutStatus, move: Move): readonly RolloutCondition[] {
  const held = (next.conditions ?? []).filter(({ type }) => type !== 'InvalidSpec');
  const complete = isComplete(situation, next);
  const progressing = { type: 'Progressing', ...progressingOf(situation, next, move, complete) };
  const stated: Stated[] = [progressing, available(situation), healthy(complete), completed(next), ...pausedOf(situation, next)];
  const moved = progressed(situation.status, next);
  return stated.reduce((list, one) => stateCondition(list, one, situation.now, moved && one === progressing), held);
}

/** Puts a condition into the list. One that says the same stays as it is, its times too, unless it is `touched`. */
export function stateCondition(list: RolloutCondition[], stated: Stated, now: Millis, touched = false): RolloutCondition[] {
  const held = list.find(({ type }) => type === stated.type);
  if (!touched && held !== undefined && saysTheSame(held, stated)) return list;
  const time = kubeTime(now);
  const since = held?.status === stated.status ? held.lastTransitionTime : undefined;
  const condition = { ...stated, lastTransitionTime: since ?? time, lastUpdateTime: time };
  return held === undefined ? [...list, condition] : list.map((one) => (one === held ? condition : one));
}

function saysTheSame(held: RolloutCondition, stated: Stated): boolean {
  return held.status === stated.status && held.reason === stated.reason && held.message === stated.message;
}

function pausedOf(situation: Situation, next: RolloutStatus): readonly Stated[] {
  const paused = isPaused(situation, next);
  const known = (next.conditions ?? []).some(({ type }) => type === 'Paused');
  if (!paused && !known) return [];
  return [{ type: 'Paused', status: paused ? 'True' : 'False', reason: 'RolloutPaused', message: 'Rollout is paused' }];
}

function available({ totals, replicas, canary }: Situation): Stated {
  const enough = totals.available >= replicas - fenceposts(replicas, canary.maxSurge, canary.maxUnavailable).unavailable;
  const message = enough ? 'Rollout has minimum availability' : 'Rollout does not have minimum availability';
  return { type: 'Available', status: enough ? 'True' : 'False', reason: 'AvailableReason', message };
}

function isComplete({ replicas, steps }: Situation, next: RolloutStatus): boolean {
  const counts = [next.replicas, next.updatedReplicas, next.availableReplicas].every((count) => (count ?? 0) === replicas);
  const stepsDone = steps.length === 0 || next.currentStepIndex === steps.length;
  return counts && stepsDone && next.stableRS === next.currentPodHash && next.stableRS !== undefined;
}

function healthy(complete: boolean): Stated {
  const message = complete ? 'Rollout is healthy' : 'Rollout is not healthy';
  return { type: 'Healthy', status: complete ? 'True' : 'False', reason: 'RolloutHealthy', message };
}

function completed(next: RolloutStatus): Stated {
  const done = next.stableRS !== undefined && next.stableRS === next.currentPodHash;
  return { type: 'Completed', status: done ? 'True' : 'False', reason: 'RolloutCompleted', message: 'RolloutCompleted' };
}
