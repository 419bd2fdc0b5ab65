import type { ReplicaQuestion } from './replicas.ts';
import { targetCounts } from './replicas.ts';

/** `strategy.canary.replicaProgressThreshold`: how many canary pods must be available before a step counts as done. */
export type Threshold = { readonly type: string; readonly value: number };

/** Whether so many of the wanted canary pods are available that a step may end; without a threshold, all of them. */
export function enoughAvailable(wanted: number, available: number, threshold: Threshold | undefined): boolean {
  if (threshold === undefined) return available === wanted;
  if (threshold.value < 0) return false;
  const least = threshold.type === 'Percent' ? Math.ceil((wanted * threshold.value) / 100) : threshold.value;
  return available >= least;
}

/**
 * Whether the pods stand as a setWeight step wants them: the canary's are available, the stable side's are asked for (it need not
 * be available), and no older version has an available pod, which would take traffic. Argo Rollouts v1.9, no traffic router.
 */
export function standsAtTarget(question: ReplicaQuestion, threshold?: Threshold): boolean {
  const target = targetCounts(question);
  const { canary, stable, older } = question;
  const canaryStands = enoughAvailable(target.canary, canary?.available ?? 0, threshold) && (canary?.spec ?? 0) === target.canary;
  const stableStands = stable === undefined || stable.spec === target.stable;
  return canaryStands && stableStands && older.every((side) => side.available === 0);
}
