import type { Action } from '../kernel/action.ts';
import type { Application } from '../resources/application.ts';
import { objectOption, ownWaveOf } from './annotations.ts';
import { isApproved } from './approval.ts';
import { describeSome, isSelected, versionOf, waitFor } from './course.ts';
import type { Acting, Course, Passed, Waiting } from './course.ts';
import { kindOrder } from './kind-order.ts';
import type { Seen } from './observe.ts';
import { rowFor, rowsOf, sameObject, withRows } from './operation.ts';
import { hasOption, propagationOf } from './options.ts';
import type { SyncQuestion } from './step.ts';

/**
 * Deletes what is no longer wanted, last of all, highest wave first; each wave has to be gone before the next. Without permission
 * an object is left and its row says why. The first sync after adoption deletes nothing (LOOP 24).
 */
export function pruneExtras(course: Course): Acting | Waiting | Passed {
  const { question } = course;
  const extras = course.objects.filter((seen) => seen.state === 'extra' && isSelected(seen.ref, course.state));
  const judged = extras.map((seen) => ({ seen, skipped: whySkipped(seen, course) }));
  const skips = judged.flatMap(({ seen, skipped }) =>
    skipped === undefined ? [] : [rowFor(seen.ref, versionOf(seen), 'PruneSkipped', skipped)],
  );
  const state = withRows(course.state, skips);
  const allowed = judged.filter(({ skipped }) => skipped === undefined).map(({ seen }) => seen);
  const unconfirmed = allowed.filter((seen) => needsApproval(seen, question.application.view, course.state.startedAt));
  if (unconfirmed.length > 0) return waitFor(unconfirmed, state, 'waiting for pruning confirmation of');
  const wave = Math.max(...allowed.map((seen) => ownWaveOf(seen.body)));
  const due = allowed.filter((seen) => ownWaveOf(seen.body) === wave);
  if (due.length === 0) return { kind: 'passed', status: state };
  const rows = rowsOf(state);
  const pending = due.filter((seen) => !rows.some((row) => sameObject(row, seen.ref)));
  if (pending.length === 0) return waitFor(due, state, 'waiting for deletion of');
  const deleted = pending.map((seen) => rowFor(seen.ref, versionOf(seen), 'Pruned', 'pruned'));
  const because = `pruning ${describeSome(pending.map((seen) => seen.ref))}, no longer in Git`;
  const actions = pending.toSorted(lastCreatedFirst).map((seen) => deletion(seen, question));
  return { kind: 'act', actions, status: { ...withRows(state, deleted), message: because }, because };
}

/** Whether this operation will delete anything. */
export function waitingPrunes(course: Course): boolean {
  return course.objects.some(
    (seen) => seen.state === 'extra' && isSelected(seen.ref, course.state) && whySkipped(seen, course) === undefined,
  );
}

function whySkipped(seen: Seen, course: Course): string | undefined {
  const { view } = course.question.application;
  if (course.state.operation?.sync?.prune !== true) return 'ignored (requires pruning)';
  if (objectOption(seen.body, 'Prune=false') || hasOption(view, 'Prune=false')) return 'ignored (no prune)';
  const first = course.question.adopting === true || (view.status?.history ?? []).length === 0;
  return first ? 'ignored (the first sync after adoption prunes nothing)' : undefined;
}

function needsApproval(seen: Seen, application: Application, startedAt: string | undefined): boolean {
  const asks = objectOption(seen.body, 'Prune=confirm') || hasOption(application, 'Prune=confirm');
  return asks && !isApproved(application, startedAt);
}

function deletion(seen: Seen, question: SyncQuestion): Action {
  const { uid } = seen.ref;
  const body = { propagationPolicy: propagationOf(question.application.view) };
  return { do: 'delete', on: seen.ref, body, ...(uid === undefined ? {} : { if: { uid } }) };
}

function lastCreatedFirst(left: Seen, right: Seen): number {
  return kindOrder(right.body.kind) - kindOrder(left.body.kind);
}
