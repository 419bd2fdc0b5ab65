import { millisOf, type Millis } from '../kernel/time.ts';
import type { RolloutCondition, RolloutStatus } from '../resources/rollout.ts';
import type { Move, Progressing } from './move.ts';
import type { Situation } from './situation.ts';

const defaultDeadlineSeconds = 600;
const timeLimitReason = 'ProgressDeadlineExceeded';
/** Of the Progressing condition while a canary must not start. */
export const barredReason = 'VerdictUnsettled';
/** The deadline does not run while one of these stands. */
const untimed = new Set<unknown>(['NewReplicaSetAvailable', timeLimitReason, barredReason]);

/** The Progressing condition that belongs to the next status. `complete`: the wanted version stands and serves. */
export function progressingOf(situation: Situation, next: RolloutStatus, move: Move, complete: boolean): Progressing {
  const name = situation.current?.name ?? '';
  if (next.abort === true) return move.progressing ?? abortedAs(progressingHeld(next));
  if (isPaused(situation, next)) return { status: 'Unknown', reason: 'RolloutPaused', message: 'Rollout is paused' };
  if (complete) return { status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}" has successfully progressed.` };
  return move.progressing ?? heldBack(situation) ?? followed(situation, next);
}

function heldBack({ barred }: Situation): Progressing | undefined {
  return barred === undefined ? undefined : { status: 'Unknown', reason: barredReason, message: barred };
}

function updating(name: string): Progressing {
  return { status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.` };
}

/** What the pods say: progress, a missed deadline, or what stands until something moves. */
function followed(situation: Situation, next: RolloutStatus): Progressing {
  const moving = updating(situation.current?.name ?? '');
  if (progressed(situation.status, next)) return moving;
  if (deadlineMissed(situation)) return { status: 'False', reason: timeLimitReason, message: timedOut(situation) };
  const held = progressingHeld(next);
  return held !== undefined && staying.has(held.reason ?? '') ? asProgressing(held) : moving;
}

/** Reasons that stand until something moves. */
const staying = new Set(['NewReplicaSetCreated', 'FoundNewReplicaSet', 'NewReplicaSetAvailable', 'RolloutRetry']);

/** When the present update counts as stuck (epoch milliseconds); undefined while the deadline does not run. */
export function deadlineOf(situation: Situation): Millis | undefined {
  const { rollout, status } = situation;
  const held = progressingHeld(status);
  if (typeof held?.lastUpdateTime !== 'string' || untimed.has(held.reason)) return undefined;
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

const marks = ['currentStepIndex', 'currentStepHash', 'currentPodHash', 'stableRS'] as const;

/** More updated, ready or available pods, fewer old ones, another step or version: any of these renews the deadline. */
export function progressed(before: RolloutStatus, after: RolloutStatus): boolean {
  const [was, is] = [podsOf(before), podsOf(after)];
  const more = is.ready > was.ready || is.available > was.available;
  return is.updated !== was.updated || more || is.old < was.old || marks.some((field) => after[field] !== before[field]);
}

function podsOf({
  replicas = 0,
  updatedReplicas = 0,
  readyReplicas = 0,
  availableReplicas = 0,
}: RolloutStatus): Record<'updated' | 'ready' | 'available' | 'old', number> {
  return { updated: updatedReplicas, ready: readyReplicas, available: availableReplicas, old: replicas - updatedReplicas };
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
