import type { CountOrPercent } from './fenceposts.ts';
import { fenceposts } from './fenceposts.ts';
import type { Counts } from './split.ts';
import { splitByWeight } from './split.ts';

/** Wanted (spec) and available pods of one ReplicaSet. */
export type Side = { readonly spec: number; readonly available: number };

export type ReplicaQuestion = {
  readonly replicas: number;
  readonly maxSurge?: CountOrPercent | undefined;
  readonly maxUnavailable?: CountOrPercent | undefined;
  /** Percent of the pods that the canary should have, 0 to 100. */
  readonly weight: number;
  /** Absent while it has not been created. */
  readonly canary: Side | undefined;
  /** Absent where there is no stable ReplicaSet, or where it is the canary itself. */
  readonly stable: Side | undefined;
  /** Every other ReplicaSet of the Rollout. */
  readonly older: readonly Side[];
};

type Limits = { readonly most: number; readonly least: number };

/** What both sides should have once everything has settled. */
export function targetCounts(question: ReplicaQuestion): Counts {
  if (question.stable === undefined) return { canary: question.replicas, stable: 0 };
  const { surge } = fenceposts(question.replicas, question.maxSurge, question.maxUnavailable);
  return splitByWeight(question.replicas, question.weight, 100, surge);
}

/**
 * Spec replicas that canary and stable may be given now: towards the target, never more than replicas + surge in all, never so few
 * that less than replicas - unavailable stay available. Argo Rollouts v1.9, a canary without a traffic router.
 */
export function countsNow(question: ReplicaQuestion): Counts {
  const { surge, unavailable } = fenceposts(question.replicas, question.maxSurge, question.maxUnavailable);
  const limits = { most: question.replicas + surge, least: question.replicas - unavailable };
  const target = targetCounts(question);
  const raised = raise(question, target, limits.most);
  // Older versions take traffic through the plain Service: they go first.
  if (question.older.some((side) => side.spec > 0)) return raised;
  return drain(question, target, raised, limits);
}

function raise(question: ReplicaQuestion, target: Counts, most: number): Counts {
  const { canary, stable, older } = question;
  const total = [canary, stable, ...older].reduce((sum, side) => sum + (side?.spec ?? 0), 0);
  const budget = Math.max(0, most - total);
  const stableSpec = stable?.spec ?? 0;
  const canarySpec = canary?.spec ?? 0;
  const forStable = Math.min(budget, Math.max(0, target.stable - stableSpec));
  const forCanary = Math.min(budget - forStable, Math.max(0, target.canary - canarySpec));
  return { canary: canary === undefined ? 0 : canarySpec + forCanary, stable: stableSpec + forStable };
}

function drain(question: ReplicaQuestion, target: Counts, raised: Counts, limits: Limits): Counts {
  const { canary, stable } = question;
  const increasing = canary === undefined || target.canary >= canary.spec;
  const drained = increasing ? stable : canary;
  const other = increasing ? canary : stable;
  if (drained === undefined) return raised;
  // Pods of the drained side are on their way out: their readiness does not hold the drain up.
  const surplus = drained.spec + countable(other) - limits.least;
  if (surplus <= 0) return raised;
  const [goal, before, beside] = increasing ? [target.stable, raised.stable, raised.canary] : [target.canary, raised.canary, raised.stable];
  const after = drained.spec > goal ? Math.max(goal, drained.spec - surplus) : before;
  const trimmed = trim({ count: after, side: drained }, { count: beside, side: other }, limits);
  return increasing ? { canary: trimmed.other, stable: trimmed.drained } : { canary: trimmed.drained, stable: trimmed.other };
}

function countable(side: Side | undefined): number {
  return side === undefined ? 0 : Math.min(side.spec, side.available);
}

type Planned = { readonly count: number; readonly side: Side | undefined };

/** Takes what is above the limit from the side that is not drained, as far as availability permits, and the rest from the drained one. */
function trim(drained: Planned, other: Planned, limits: Limits): { drained: number; other: number } {
  const over = Math.max(0, drained.count + other.count - limits.most);
  const availableOther = Math.min(other.count, other.side?.available ?? 0);
  const spare = Math.max(0, Math.min(drained.count, drained.side?.available ?? 0) + availableOther - limits.least);
  const fromOther = Math.min(over, spare + other.count - availableOther);
  return { drained: drained.count - (over - fromOther), other: other.count - fromOther };
}
