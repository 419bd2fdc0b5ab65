import type { ObjectRef } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { Resource } from '../resources/meta.ts';
import { refOf } from '../resources/meta.ts';
import type { Canary, CanaryStep, Rollout, RolloutStatus } from '../resources/rollout.ts';
import type { ReplicaSet } from '../resources/workload.ts';
import type { Observed } from './observed.ts';
import type { ReplicaQuestion, Side } from './replicas.ts';
import { hashLabel, namesOfTemplate, sameTemplate } from './template.ts';

export const revisionAnnotation = 'rollout.argoproj.io/revision';
export const desiredAnnotation = 'rollout.argoproj.io/desired-replicas';

/** One ReplicaSet of the Rollout: what was asked for (spec) and what its controller reports. */
export type Version = Side & {
  readonly resource: Resource<ReplicaSet>;
  readonly name: string;
  readonly hash: string;
  /** 0 where no revision was recorded. */
  readonly revision: number;
  readonly pods: number;
  readonly ready: number;
};

type Totals = { readonly replicas: number; readonly updated: number; readonly ready: number; readonly available: number };

/** What one pass knows: everything is derived from the observed objects and the time, nothing is remembered. */
export type Situation = {
  readonly observed: Observed;
  readonly now: Millis;
  readonly ref: ObjectRef;
  readonly rollout: Rollout;
  readonly status: RolloutStatus;
  readonly canary: Canary;
  readonly steps: readonly CanaryStep[];
  /** Index of the step that is being taken; the number of steps when all are done. */
  readonly index: number;
  readonly replicas: number;
  /** Name of the wanted template, for a ReplicaSet that has to be created. */
  readonly templateName: string;
  readonly all: readonly Version[];
  /** The ReplicaSet of the wanted template. */
  readonly current: Version | undefined;
  /** The ReplicaSet that status.stableRS names; it may be the current one. */
  readonly stable: Version | undefined;
  readonly older: readonly Version[];
  readonly totals: Totals;
  /** Why the canary must not start; filled in by withBar. */
  readonly barred: string | undefined;
};

/** Derives the situation of a pass. */
export function survey(observed: Observed, now: Millis): Situation {
  const { view: rollout, raw } = observed.rollout;
  const status = rollout.status ?? {};
  const canary = rollout.spec.strategy?.canary ?? {};
  const steps = canary.steps ?? [];
  const all = observed.replicaSets.map(versionOf).sort(byAge);
  const names = namesOfTemplate(templateOf(observed));
  const current = findCurrent(observed, all, names);
  const stable = all.find((version) => version.hash === status.stableRS);
  return {
    observed,
    now,
    ref: refOf(raw, observed.cluster),
    rollout,
    status,
    canary,
    steps,
    index: Math.min(status.currentStepIndex ?? 0, steps.length),
    replicas: rollout.spec.replicas ?? 1,
    templateName: names[0] ?? '',
    all,
    current,
    stable,
    older: all.filter((version) => version !== current && version !== stable),
    totals: totalsOf(all, current),
    barred: undefined,
  };
}

/** The wanted pod template as the user wrote it. */
function templateOf(observed: Observed): unknown {
  return observed.rollout.view.spec.template;
}

/** Whether there is nothing to walk: no stable version yet, or the wanted one is stable already. */
export function settledOnStable(situation: Pick<Situation, 'current' | 'stable'>): boolean {
  return situation.stable === undefined || situation.stable === situation.current;
}

/** Percent of the pods that the canary should have now (Argo Rollouts v1.9, reference: which weight is wanted). */
export function wantedWeight(situation: Situation): number {
  const { status, steps, index } = situation;
  if (status.promoteFull === true || settledOnStable(situation)) return 100;
  if (status.abort === true || situation.barred !== undefined) return 0;
  if (index >= steps.length) return 100;
  return steps.slice(0, index + 1).findLast((step) => step.setWeight !== undefined)?.setWeight ?? 0;
}

/** The question about pod counts that this situation asks. */
export function replicaQuestion(situation: Situation): ReplicaQuestion {
  const { replicas, canary, current, stable, older } = situation;
  return {
    replicas,
    maxSurge: canary.maxSurge,
    maxUnavailable: canary.maxUnavailable,
    weight: wantedWeight(situation),
    canary: current,
    stable: stable === current ? undefined : stable,
    older,
  };
}

function versionOf(resource: Resource<ReplicaSet>): Version {
  const { metadata, spec } = resource.view;
  const { replicas: pods = 0, readyReplicas: ready = 0, availableReplicas: available = 0 } = resource.view.status ?? {};
  const revision = Number(metadata.annotations?.[revisionAnnotation]) || 0;
  const hash = metadata.labels?.[hashLabel] ?? '';
  return { resource, name: metadata.name, hash, revision, spec: spec.replicas ?? 1, pods, ready, available };
}

/** Oldest first; objects of one second by name. */
function byAge(left: Version, right: Version): number {
  return createdAt(left) - createdAt(right) || (left.name < right.name ? -1 : 1);
}

function createdAt(version: Version): Millis {
  const created = version.resource.view.metadata.creationTimestamp;
  return typeof created === 'string' ? millisOf(created) : 0;
}

/**
 * The ReplicaSet of the wanted template. Where several mean the same (another engine may have named one template twice), the one that
 * is in use stays in use: no pod moves because the engine changed.
 */
function findCurrent(observed: Observed, all: readonly Version[], names: readonly string[]): Version | undefined {
  const template = templateOf(observed);
  const { currentPodHash, stableRS } = observed.rollout.view.status ?? {};
  const living = all.filter((version) => typeof version.resource.view.metadata.deletionTimestamp !== 'string');
  const matching = living.filter((version) => names.includes(version.hash) || sameTemplate(version.resource.view.spec.template, template));
  const preferred = [currentPodHash, ...names, stableRS];
  return preferred.map((hash) => matching.find((version) => version.hash === hash)).find((found) => found !== undefined) ?? matching[0];
}

function totalsOf(all: readonly Version[], current: Version | undefined): Totals {
  const sum = (count: (version: Version) => number) => all.reduce((total, version) => total + count(version), 0);
  return {
    replicas: sum((version) => version.pods),
    updated: current?.pods ?? 0,
    ready: sum((version) => version.ready),
    available: sum((version) => version.available),
  };
}
