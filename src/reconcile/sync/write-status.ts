import { Failure } from '../../kernel/failure.ts';
import type { Body } from '../../kernel/json.ts';
import { isBody } from '../../kernel/json.ts';
import { describeProblems } from '../../kernel/problem.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import { kubeTime, timeOf } from '../../kernel/time.ts';
import type { OperationState } from '../../resources/application.ts';
import type { Compared } from '../../sync/auto-sync.ts';
import type { StatusAnswer } from '../../sync/status.ts';
import { conditionsAlone, statusOf } from '../../sync/status.ts';
import type { Condition } from '../board.ts';
import { updateConditions } from '../board.ts';
import type { AppView, Malformed } from '../world.ts';
import type { SyncContext } from './context.ts';
import type { Desired } from './desired.ts';
import { withoutEffect } from './without-effect.ts';

export type Writing = { readonly context: SyncContext; readonly app: AppView; readonly signal: AbortSignal };

export type Findings = { readonly desired: Desired; readonly compared?: Compared; readonly operation?: OperationState };

/** What the update loop said, or, while it has not looked since the start, what stands there from before. */
function boardConditions({ context, app }: Writing): readonly Condition[] {
  const posted = context.board.read(app.ref);
  if (posted !== undefined) return posted;
  const known: readonly string[] = updateConditions;
  return (app.resource.view.status?.conditions ?? [])
    .filter((condition) => known.includes(condition.type))
    .map(({ type, message }) => ({ type, message }));
}

function syncError(operation: OperationState | undefined): readonly Condition[] {
  if (operation?.phase !== 'Failed' && operation?.phase !== 'Error') return [];
  return [{ type: 'SyncError', message: operation.message ?? 'the sync failed' }];
}

/**
 * When the Application was taken over, where that is not known yet; verdicts from before are never acted on (LOOP 11). In whole
 * seconds, as the times of runs and aborts are: a fraction would make one of the same second look older.
 */
function adoption({ context, app }: Writing): Body {
  return app.resource.view.status?.windlass?.adoptedAt === undefined ? { adoptedAt: kubeTime(context.ports.clock.now()) } : {};
}

/** A refresh that was asked for has been done. */
function metadataPatch({ app }: Writing): Body {
  const asked = app.resource.view.metadata.annotations?.['argocd.argoproj.io/refresh'] !== undefined;
  return asked ? { metadata: { annotations: { 'argocd.argoproj.io/refresh': null } } } : {};
}

async function patchApplication(context: SyncContext, on: ObjectRef, body: Body, signal: AbortSignal): Promise<void> {
  const acted = await context.ports.cluster.act(
    { do: 'patch', on, body, ...(on.uid === undefined ? {} : { if: { uid: on.uid } }) },
    signal,
  );
  if (acted.kind === 'refused') throw new Failure('rejected', `status of ${refKey(on)}: ${acted.because}`);
}

function statusAnswer(writing: Writing, { desired, compared, operation }: Findings): StatusAnswer {
  const { context, app } = writing;
  const own = desired.kind === 'unknown' ? [desired.condition] : desired.conditions;
  const unheeded = withoutEffect(app, desired);
  const last = operation ?? app.resource.view.status?.operationState;
  return statusOf({
    application: app.resource,
    now: context.ports.clock.now(),
    ...(desired.revision === undefined ? {} : { revision: desired.revision }),
    ...(compared === undefined ? {} : { comparison: compared }),
    ...(operation === undefined ? {} : { operationState: operation }),
    ...(desired.kind === 'desired' ? { tool: desired.tool } : {}),
    conditions: [...own, ...unheeded, ...syncError(last), ...boardConditions(writing)],
  });
}

/** Writes what a pass found into the Application; nothing where nothing but times would change. */
export async function writeStatus(writing: Writing, findings: Findings): Promise<void> {
  const answer = statusAnswer(writing, findings);
  const adopted = adoption(writing);
  const metadata = metadataPatch(writing);
  if (answer.kind === 'unchanged' && Object.keys({ ...adopted, ...metadata }).length === 0) return;
  const body = answer.kind === 'patch' ? answer.body : {};
  const status = isBody(body['status']) ? body['status'] : {};
  const windlass = { ...(isBody(status['windlass']) ? status['windlass'] : {}), ...adopted };
  const remembered = Object.keys(windlass).length === 0 ? {} : { windlass };
  await patchApplication(writing.context, writing.app.ref, { ...body, ...metadata, status: { ...status, ...remembered } }, writing.signal);
}

/** An Application that cannot be read is told so, once. */
export async function writeMalformed(context: SyncContext, malformed: Malformed, signal: AbortSignal): Promise<void> {
  const message = describeProblems(malformed.problems);
  const raw = context.ports.cluster.get(malformed.ref);
  if (JSON.stringify(raw?.['status'] ?? {}).includes(JSON.stringify(message))) return;
  const conditions = [{ type: 'InvalidSpecError', message, lastTransitionTime: timeOf(context.ports.clock.now()) }];
  await patchApplication(context, malformed.ref, { status: { conditions } }, signal);
}

/** Conditions of an Application of which nothing else is to be told any more. */
export async function writeConditions({ context, app, signal }: Writing, conditions: readonly Condition[]): Promise<void> {
  const answer = conditionsAlone(app.resource, conditions, context.ports.clock.now());
  if (answer.kind === 'patch') await patchApplication(context, app.ref, answer.body, signal);
}
