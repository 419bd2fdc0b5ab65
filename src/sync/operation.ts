import type { Body } from '../kernel/json.ts';
import { isBody, sameJson } from '../kernel/json.ts';
import type { ObjectRef, Sha } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { kubeTime, millisOf } from '../kernel/time.ts';
import type { Application, OperationState } from '../resources/application.ts';
import type { SyncQuestion } from './step.ts';

/** One row of operationState.syncResult.resources. */
export type ResultRow = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  readonly message: string;
  readonly syncPhase: 'Sync';
};

export function isRunning(state: OperationState | undefined): state is OperationState {
  return state?.phase === 'Running' || state?.phase === 'Terminating';
}

/** Whether the controller began the operation by itself. */
export function isAutomated(state: OperationState): boolean {
  return state.operation?.initiatedBy?.automated === true;
}

/** The commit that an operation is about. */
export function revisionOf(state: OperationState): Sha | undefined {
  return state.syncResult?.revision ?? state.operation?.sync?.revision;
}

/** The commit that a person asked to sync, in the request slot or in the running operation; the loop renders it instead of the branch's head. */
export function revisionAskedFor(application: Application): Sha | undefined {
  const state = application.status?.operationState;
  if (isRunning(state)) return isAutomated(state) ? undefined : revisionOf(state);
  const asked = application.operation?.sync?.revision;
  return asked === '' ? undefined : asked;
}

/** Whether the last operation had this commit and the source that the Application has now. */
export function isAbout(state: OperationState, revision: Sha, application: Application): boolean {
  const source: unknown = state.syncResult?.['source'];
  return revisionOf(state) === revision && (source === undefined || sameJson(source, application.spec.source));
}

/** Whether the operation touched only some objects: then it leaves no history. */
export function isPartial(state: OperationState): boolean {
  return (state.operation?.sync?.resources ?? []).length > 0;
}

function selfHealAttempts(state: OperationState): number {
  const attempts = state.operation?.sync?.['autoHealAttemptsCount'];
  return typeof attempts === 'number' ? attempts : 0;
}

/** A pause of this length without an operation means that what fought the self-heal is over (Argo CD never resets: #21599). */
const selfHealForgetMs = 10 * 60_000;

/** Self-heals of this commit so far, for the back-off of the next. */
export function selfHealsSoFar(state: OperationState, now: Millis): number {
  return now - millisOf(state.finishedAt ?? '') > selfHealForgetMs ? 0 : selfHealAttempts(state);
}

/** A new operation: what the request slot asks, or what automated sync means for this Application. */
export function startOperation(question: SyncQuestion): OperationState {
  const { view } = question.application;
  const asked = view.operation ?? undefined;
  const operation = asked ?? automatedOperation(question);
  return {
    operation: { ...operation, sync: { ...operation.sync, revision: question.revision } },
    phase: 'Running',
    startedAt: kubeTime(question.now),
    ...(asked === undefined ? { retryCount: retriesBefore(question) } : {}),
    syncResult: { revision: question.revision, ...sourceOf(view), resources: [] },
  };
}

function automatedOperation(question: SyncQuestion): NonNullable<OperationState['operation']> {
  const { view } = question.application;
  const last = view.status?.operationState;
  const prune = view.spec.syncPolicy?.automated?.prune === true;
  const heals = last?.phase === 'Succeeded' && isAbout(last, question.revision, view);
  const healing = heals ? { autoHealAttemptsCount: selfHealsSoFar(last, question.now) + 1 } : {};
  return { sync: { prune, ...healing }, initiatedBy: { automated: true } };
}

function retriesBefore(question: SyncQuestion): number {
  const { view } = question.application;
  const last = view.status?.operationState;
  if (last === undefined || last.phase === 'Succeeded' || !isAbout(last, question.revision, view)) return 0;
  return (last.retryCount ?? 0) + 1;
}

function sourceOf(application: Application): Body {
  return application.spec.source === undefined ? {} : { source: application.spec.source };
}

export function rowsOf(state: OperationState): readonly ResultRow[] {
  const rows: unknown = state.syncResult?.['resources'];
  return Array.isArray(rows) ? rows.filter(isBody).map(readRow) : [];
}

function readRow(row: Body): ResultRow {
  const text = (key: string): string => (typeof row[key] === 'string' ? row[key] : '');
  const status = (['SyncFailed', 'Pruned', 'PruneSkipped'] as const).find((name) => name === row['status']) ?? 'Synced';
  return {
    group: text('group'),
    version: text('version'),
    kind: text('kind'),
    namespace: text('namespace'),
    name: text('name'),
    status,
    message: text('message'),
    syncPhase: 'Sync',
  };
}

export function rowFor(ref: ObjectRef, version: string, status: ResultRow['status'], message: string): ResultRow {
  const { group, kind, namespace, name } = ref;
  return { group, version, kind, namespace, name, status, message, syncPhase: 'Sync' };
}

export function sameObject(row: ResultRow, ref: ObjectRef): boolean {
  return row.group === ref.group && row.kind === ref.kind && row.namespace === ref.namespace && row.name === ref.name;
}

/** The state with these rows in place of earlier ones of the same objects, sorted. */
export function withRows(state: OperationState, rows: readonly ResultRow[]): OperationState {
  const key = (row: ResultRow): string => [row.group, row.kind, row.namespace, row.name].join('\0');
  const byKey = new Map([...rowsOf(state), ...rows].map((row) => [key(row), row]));
  const resources = [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
  return { ...state, syncResult: { ...state.syncResult, resources } };
}

export function finished(state: OperationState, phase: 'Succeeded' | 'Failed' | 'Error', message: string, now: Millis): OperationState {
  return { ...state, phase, message, finishedAt: kubeTime(now) };
}
