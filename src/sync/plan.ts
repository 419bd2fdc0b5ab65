import type { OperationState } from '../resources/application.ts';
import { observe } from './observe.ts';
import { underOperation } from './options.ts';
import { finished, isAutomated, isRunning, revisionOf, rowsOf, sameObject, startOperation } from './operation.ts';
import { canDryRunMissing, refusals } from './preflight.ts';
import { pruneExtras } from './prune.ts';
import type { SyncQuestion, SyncStep } from './step.ts';
import { applyWaves, failedRows } from './apply.ts';
import type { Course } from './course.ts';
import { refKey } from '../kernel/refs.ts';
import { refOf } from '../resources/meta.ts';

const done = 'successfully synced (all tasks run)';

/**
 * The next step of a sync (Argo CD v3.5's order, called again and again; at most one wave per call). It continues the operation in
 * `status.operationState`, or starts the one in the request slot, or an automated one. Between calls nothing is remembered but that
 * state: write the answer's `status` (after `withResults`, where actions were carried out) before the next call.
 */
export function planSync(asked: SyncQuestion): SyncStep {
  const question = { ...asked, application: underOperation(asked.application) };
  const last = question.application.view.status?.operationState;
  if (!isRunning(last)) return begin(startOperation(question), question);
  if (last.phase === 'Terminating') return fail(last, 'Operation terminated', question);
  const revision = revisionOf(last);
  if (revision === question.revision) return proceed(last, question);
  // A newer commit takes the place of an automated sync; what a person asked for is never replaced by something else.
  if (isAutomated(last)) return begin(startOperation(question), question);
  return fail(last, `the operation is about commit ${revision ?? 'unknown'}, but ${question.revision} was rendered`, question);
}

/** First call: every object that can be asked about is, before anything is touched. */
function begin(state: OperationState, question: SyncQuestion): SyncStep {
  const observed = observe(question, new Set(), (target) => canDryRunMissing(target, question));
  if (observed.kind === 'needs') return observed;
  const refused = refusals(observed.objects, state);
  if (refused !== undefined) return { ...refused, status: finished(refused.status, 'Failed', refused.because, question.now) };
  if (state.operation?.sync?.dryRun === true) {
    const message = 'successfully synced (dry run)';
    return { kind: 'done', status: finished(state, 'Succeeded', message, question.now), because: message };
  }
  return walk({ question, state, objects: observed.objects });
}

function proceed(state: OperationState, question: SyncQuestion): SyncStep {
  const failed = failedRows(state);
  if (failed !== undefined) return fail(state, failed, question);
  const settled = question.targets
    .map((target) => refOf(target, question.cluster))
    .filter((ref) => rowsOf(state).some((row) => sameObject(row, ref)));
  const observed = observe(question, new Set(settled.map(refKey)));
  return observed.kind === 'needs' ? observed : walk({ question, state, objects: observed.objects });
}

function walk(course: Course): SyncStep {
  const applied = applyWaves(course);
  if (applied.kind === 'failed') return fail(applied.status, applied.because, course.question);
  if (applied.kind !== 'passed') return applied;
  const pruned = pruneExtras({ ...course, state: applied.status });
  if (pruned.kind !== 'passed') return pruned;
  return { kind: 'done', status: finished(pruned.status, 'Succeeded', done, course.question.now), because: done };
}

function fail(state: OperationState, because: string, question: SyncQuestion): SyncStep {
  return { kind: 'failed', status: finished(state, 'Failed', because, question.now), because };
}
