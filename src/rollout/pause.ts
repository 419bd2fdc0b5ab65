import { parseGoDuration } from '../kernel/duration.ts';
import { kubeTime, millisOf, type Millis } from '../kernel/time.ts';
import type { CanaryStep, RolloutStatus } from '../resources/rollout.ts';

export const pauseReasons = { step: 'CanaryPauseStep', inconclusive: 'InconclusiveAnalysisRun' } as const;

/**
 * How long a pause step lasts: an integer or a text of digits is seconds, other text a Go duration; without one it waits for a
 * person. Argo Rollouts v1.9 in all of these.
 */
export type PauseLength =
  { readonly kind: 'indefinite' } | { readonly kind: 'timed'; readonly ms: number } | { readonly kind: 'unreadable'; readonly got: string };

export function pauseLength(pause: NonNullable<CanaryStep['pause']>): PauseLength {
  const { duration } = pause;
  if (duration === undefined) return { kind: 'indefinite' };
  const ms = typeof duration === 'number' || /^[+-]?\d+$/.test(duration) ? Number(duration) * 1000 : parseGoDuration(duration);
  return ms === undefined || ms < 0 ? { kind: 'unreadable', got: JSON.stringify(duration) } : { kind: 'timed', ms };
}

/**
 * The fields of a pause that the controller begins. startTime has whole seconds, as in Argo Rollouts; it is rounded up, so that
 * startTime + duration is never before the full duration has passed.
 */
export function pausedFrom(now: Millis, reason: string, status: RolloutStatus): Pick<RolloutStatus, 'pauseConditions' | 'controllerPause'> {
  const others = status.pauseConditions ?? [];
  return { controllerPause: true, pauseConditions: [...others, { reason, startTime: kubeTime(Math.ceil(now / 1000) * 1000) }] };
}

export function pausedBecause(status: RolloutStatus, reason: string): boolean {
  return (status.pauseConditions ?? []).some((condition) => condition.reason === reason);
}

/** When the running pause step ends (epoch milliseconds); undefined while none runs or it waits for a person. */
export function pauseEnd(status: RolloutStatus, step: CanaryStep | undefined): Millis | undefined {
  const started = (status.pauseConditions ?? []).find((condition) => condition.reason === pauseReasons.step);
  if (started === undefined || step?.pause === undefined || step.pause === null) return undefined;
  const length = pauseLength(step.pause);
  return length.kind === 'timed' ? millisOf(started.startTime) + length.ms : undefined;
}
