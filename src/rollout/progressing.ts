import { millisOf, type Millis } from '../kernel/time.ts';
import type { RolloutCondition, RolloutStatus } from '../resources/rollout.ts';
import type { Move, Progressing } from './move.ts';
import type { Situation } from './situation.ts';

const defaultDeadlineSeconds = 600;
const timeLimitReason = 'ProgressDeadlineExceeded';

/** The Progressing condition that belongs to the next status. `complete`: the wanted version stands and serves. */
export function progressingOf(situation: Situation, next: RolloutStatus, move: Move, complete: boolean): Progressing {
  const held = progressingHeld(next);
  if (next.abort === true) return move.progressing ?? abortedAs(held);
  if (isPaused(situation, next)) return { status: 'Unknown', reason: 'RolloutPaused', message: 'Rollout is paused' };
  const name = situation.current?.name ?? '';
  if (complete) return { status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}" has successfully progressed.` };
  if (move.progressing !== undefined) return move.progressing;
  const moved = progressed(situation.status, next);
  if (!moved && deadlineMissed(situation)) return { status: 'False', reason: timeLimitReason, message: timedOut(situation) };
  if (!moved && held !== undefined && staying.has(held.reason ?? '')) return asProgressing(held);
  return { status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.` };
}

/** Reasons that stand until something moves. */
const staying = new Set(['NewReplicaSetCreated', 'FoundNewReplicaSet', 'NewReplicaSetAvailable', 'RolloutRetry']);

/** When the present update counts as stuck (epoch milliseconds); undefined while the deadline does not run. */
export function deadlineOf(situation: Situation): Millis | undefined {
  const { rollout, status } = situation;
  const held = progressingHeld(status);
  if (held?.lastUpdateTime === undefined || held.reason === 'NewReplicaSetAvailable' || held.reason === timeLimitReason) return undefined;
  if (status.abort === true || isPaused(situation, status) || waitingStep(situation)) return undefined;
  return millisOf(held.lastUpdateTime) + (rollout.spec.progressDeadlineSeconds ?? defaultDeadlineSeconds) * 1000;
}

/** A pause or an analysis takes its time: the deadline is about pods. */
function waitingStep({ status, steps, index }: Situation): boolean {
  const step = steps[index];
  return status.promoteFull !== true && (step?.pause !== undefined || step?.analysis !== undefined);
}

/** The sentence of a missed deadline. */
export function timedOut(situation: Situation): string {
  return `ReplicaSet "${situation.current?.name ?? ''}" has timed out progressing.`;
}

/** Whether the deadline has passed (now or in an earlier pass), and what was observed now is no progress either. */
export function deadlineMissed(situation: Situation): boolean {
  const { replicas, updated, ready, available } = situation.totals;
  const counts = { replicas, updatedReplicas: updated, readyReplicas: ready, availableReplicas: available };
  if (progressed(situation.status, { ...situation.status, ...counts })) return false;
  if (progressingHeld(situation.status)?.reason === timeLimitReason) return true;
  const deadline = deadlineOf(situation);
  return deadline !== undefined && situation.now >= deadline;
}

export function isPaused(situation: Situation, status: RolloutStatus): boolean {
  return situation.rollout.spec.paused === true || (status.pauseConditions ?? []).length > 0;
}

const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const;
const marks = ['currentStepIndex', 'currentStepHash', 'currentPodHash', 'stableRS'] as const;

/** More updated, ready or available pods, fewer old ones, another step or version: any of these renews the deadline. */
export function progressed(before: RolloutStatus, after: RolloutStatus): boolean {
  const [was, is] = [before, after].map((status) => counts.map((field) => status[field] ?? 0)) as [number[], number[]];
  const [replicas = 0, updated = 0, ready = 0, available = 0] = is;
  const [replicasBefore = 0, updatedBefore = 0, readyBefore = 0, availableBefore = 0] = was;
  const more = ready > readyBefore || available > availableBefore;
  const fewerOld = replicas - updated < replicasBefore - updatedBefore;
  return updated !== updatedBefore || more || fewerOld || marks.some((field) => after[field] !== before[field]);
}

function progressingHeld(status: RolloutStatus): RolloutCondition | undefined {
  return (status.conditions ?? []).find(({ type }) => type === 'Progressing');
}

function abortedAs(held: RolloutCondition | undefined): Progressing {
  return held?.reason === 'RolloutAborted'
    ? asProgressing(held)
    : { status: 'False', reason: 'RolloutAborted', message: 'Rollout aborted' };
}

function asProgressing({ status, reason = '', message = '' }: RolloutCondition): Progressing {
  return { status: status === 'True' || status === 'False' ? status : 'Unknown', reason, message };
}
