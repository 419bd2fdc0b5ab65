import type { Rollout, RolloutStatus } from '../resources/rollout.ts';
import { barredReason } from './progressing.ts';

export type Phase = { readonly phase: 'Healthy' | 'Progressing' | 'Paused' | 'Degraded'; readonly message?: string };

/** Phase and message of a canary, as Argo Rollouts v1.9 words them: Argo CD's health check, the plugin and dashboards read both. */
export function phaseOf(spec: Rollout['spec'], status: RolloutStatus): Phase {
  return degraded(status) ?? paused(spec, status) ?? progressing(spec, status) ?? { phase: 'Healthy' };
}

function degraded(status: RolloutStatus): Phase | undefined {
  const conditions = status.conditions ?? [];
  const invalid = conditions.find(({ type, status: holds }) => type === 'InvalidSpec' && holds === 'True');
  const stopped = conditions.find(
    ({ type, reason }) => type === 'Progressing' && (reason === 'RolloutAborted' || reason === 'ProgressDeadlineExceeded'),
  );
  const found = invalid ?? stopped;
  return found === undefined ? undefined : { phase: 'Degraded', message: `${found.reason ?? found.type}: ${found.message ?? ''}` };
}

function paused(spec: Rollout['spec'], status: RolloutStatus): Phase | undefined {
  if (spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  const reason = status.pauseConditions?.[0]?.reason;
  return reason === undefined ? undefined : { phase: 'Paused', message: reason };
}

function progressing(spec: Rollout['spec'], status: RolloutStatus): Phase | undefined {
  const message = heldBack(status) ?? unfinished(spec, status);
  return message === undefined ? undefined : { phase: 'Progressing', message };
}

function heldBack({ conditions }: RolloutStatus): string | undefined {
  return (conditions ?? []).find(({ reason }) => reason === barredReason)?.message;
}

function unfinished(spec: Rollout['spec'], status: RolloutStatus): string | undefined {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const message = [
    [typeof spec.restartAt === 'string' && status['restartedAt'] !== spec.restartAt, 'rollout is restarting'],
    [updatedReplicas < (spec.replicas ?? 1), 'more replicas need to be updated'],
    [availableReplicas < updatedReplicas, 'updated replicas are still becoming available'],
    [replicas > updatedReplicas, 'old replicas are pending termination'],
    [(status.stableRS ?? '') === '' || status.stableRS !== status.currentPodHash, 'waiting for all steps to complete'],
  ] as const;
  return message.find(([holds]) => holds)?.[1];
}
