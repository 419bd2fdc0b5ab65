import type { Body } from '../kernel/json.ts';
import { isBody, sameJson } from '../kernel/json.ts';
import type { Sha } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { kubeTime } from '../kernel/time.ts';
import type { Application, OperationState } from '../resources/application.ts';
import type { Resource } from '../resources/meta.ts';
import type { Compared } from './auto-sync.ts';
import { mergePatch } from './merge-patch.ts';
import { isPartial, isRunning, revisionOf } from './operation.ts';

type ConditionText = { readonly type: string; readonly message: string };

export type StatusFacts = {
  readonly application: Resource<Application>;
  readonly now: Millis;
  /** The commit that was compared; absent where none could be found. */
  readonly revision?: Sha;
  /** What was found; absent: the comparison failed, sync becomes Unknown and health stays as it was seen last. */
  readonly comparison?: Compared;
  /** The operation as `planSync` or `withResults` left it; absent: it stays as it is. */
  readonly operationState?: OperationState;
  /** All conditions that hold now. */
  readonly conditions: readonly ConditionText[];
  readonly tool?: 'directory' | 'kustomize';
};

export type StatusAnswer = { readonly kind: 'unchanged' } | { readonly kind: 'patch'; readonly body: Body };

const sourceTypes = { directory: 'Directory', kustomize: 'Kustomize' } as const;

/**
 * The merge patch that brings an Application's status up to date (fields as Argo CD v3.5 writes them). Where nothing but times
 * would differ the answer is `unchanged`, so that the loop comes to rest. A request slot that the operation took over is cleared.
 */
export function statusOf(facts: StatusFacts): StatusAnswer {
  const raw = facts.application.raw['status'];
  const before: Body = isBody(raw) ? raw : {};
  const after: Body = { ...before, ...statusFields(facts, before) };
  const status = mergePatch(before, after);
  const slot = tookOverSlot(facts) ? { operation: null } : {};
  if (status === undefined && Object.keys(slot).length === 0) return { kind: 'unchanged' };
  return { kind: 'patch', body: { ...slot, status: { ...status, reconciledAt: kubeTime(facts.now) } } };
}

/** The merge patch that replaces an Application's conditions alone; `unchanged` where they hold already. */
export function conditionsAlone({ raw }: Resource<Application>, conditions: readonly ConditionText[], now: Millis): StatusAnswer {
  const before = isBody(raw['status']) ? raw['status']['conditions'] : undefined;
  const after = conditionsOf(conditions, before, now);
  return sameJson(before ?? [], after) ? { kind: 'unchanged' } : { kind: 'patch', body: { status: { conditions: after } } };
}

function statusFields(facts: StatusFacts, before: Body): Body {
  const { comparison, operationState, tool, now } = facts;
  return {
    sync: syncOf(facts, before),
    conditions: conditionsOf(facts.conditions, before['conditions'], now),
    ...(tool === undefined ? {} : { sourceType: sourceTypes[tool] }),
    ...(operationState === undefined ? {} : { operationState, ...historyOf(facts, operationState) }),
    ...(comparison === undefined ? {} : comparedFields(comparison, facts, before)),
  };
}

function comparedFields(comparison: Compared, facts: StatusFacts, before: Body): Body {
  const summary = isBody(before['summary']) ? before['summary'] : {};
  return {
    health: healthField(comparison.health.status, before, facts.now),
    resources: comparison.resources,
    summary: { ...summary, images: comparison.images },
    ...windlassFields(comparison, facts, before),
  };
}

/** The commit last seen Synced and Healthy, for the question what a failed canary can go back to. */
function windlassFields(comparison: Compared, facts: StatusFacts, before: Body): Body {
  const held = isBody(before['windlass']) ? before['windlass'] : {};
  const proven = comparison.sync === 'Synced' && comparison.health.status === 'Healthy';
  if (!proven || facts.revision === undefined || held['healthyRevision'] === facts.revision) return {};
  return { windlass: { ...held, healthyRevision: facts.revision, healthyAt: kubeTime(facts.now) } };
}

function syncOf(facts: StatusFacts, before: Body): Body {
  const { spec } = facts.application.view;
  const { source, destination } = spec;
  const ignored = spec['ignoreDifferences'];
  const held = isBody(before['sync']) ? before['sync']['revision'] : undefined;
  const revision = facts.revision ?? held;
  return {
    status: facts.comparison?.sync ?? 'Unknown',
    ...(revision === undefined ? {} : { revision }),
    comparedTo: {
      ...(source === undefined ? {} : { source }),
      destination,
      ...(ignored === undefined ? {} : { ignoreDifferences: ignored }),
    },
  };
}

function healthField(status: string, before: Body, now: Millis): Body {
  const held = isBody(before['health']) ? before['health'] : {};
  return held['status'] === status ? held : { status, lastTransitionTime: kubeTime(now) };
}

/** Conditions sorted by type and message; one that held before keeps its time. */
function conditionsOf(conditions: readonly ConditionText[], before: unknown, now: Millis): readonly Body[] {
  const held = Array.isArray(before) ? before.filter(isBody) : [];
  const text = (condition: ConditionText): string => `${condition.type}\0${condition.message}`;
  return conditions
    .toSorted((left, right) => (text(left) < text(right) ? -1 : 1))
    .map(({ type, message }) => {
      const same = held.find((condition) => condition['type'] === type && condition['message'] === message);
      return same ?? { type, message, lastTransitionTime: kubeTime(now) };
    });
}

/** Whether the state is that of an operation which began after the one that the Application shows. */
function isAnother(state: OperationState, { application }: StatusFacts): boolean {
  const shown = application.view.status?.operationState;
  return !sameJson(shown, state) && (!isRunning(shown) || revisionOf(shown) !== revisionOf(state));
}

function tookOverSlot(facts: StatusFacts): boolean {
  const asked = facts.application.view.operation;
  return asked !== undefined && asked !== null && facts.operationState !== undefined && isAnother(facts.operationState, facts);
}

/** A successful, complete sync that the Application does not show yet becomes the newest entry (oldest first, as many as the spec keeps). */
function historyOf(facts: StatusFacts, state: OperationState): Body {
  const { spec, status } = facts.application.view;
  if (!isComplete(state) || sameJson(status?.operationState, state)) return {};
  const entries = status?.history ?? [];
  const limit = spec.revisionHistoryLimit ?? 10;
  const id = Math.max(-1, ...entries.map((entry) => entry.id)) + 1;
  return { history: limit <= 0 ? [] : [...entries, entryOf(state, id)].slice(-limit) };
}

function isComplete(state: OperationState): boolean {
  return state.phase === 'Succeeded' && !isPartial(state) && state.operation?.sync?.dryRun !== true;
}

function entryOf(state: OperationState, id: number): Body {
  const entry = {
    id,
    revision: revisionOf(state) ?? '',
    deployedAt: state.finishedAt,
    deployStartedAt: state.startedAt,
    source: state.syncResult?.['source'],
    initiatedBy: state.operation?.initiatedBy,
  };
  return Object.fromEntries(Object.entries(entry).filter(([, held]) => held !== undefined));
}
