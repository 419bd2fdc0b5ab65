import type { Action } from '../kernel/action.ts';
import type { OperationState } from '../resources/application.ts';
import { rowsOf, sameObject, withRows } from './operation.ts';
import type { ResultRow } from './operation.ts';

/** What became of one action of a step, as the cluster room answers it. */
export type ActionResult = { readonly action: Action; readonly kind: 'done' | 'gone' | 'conflict' | 'refused'; readonly because?: string };

/**
 * The operation's state after its actions were carried out: a refusal makes the object's row SyncFailed, a conflict takes the row
 * away, so that the next call plans it again. Without this call the step's own status says that all went well.
 */
export function withResults(state: OperationState, results: readonly ActionResult[]): OperationState {
  const rows = rowsOf(state);
  const conflicts = results.filter((result) => result.kind === 'conflict');
  const kept = rows.filter((row) => !conflicts.some((result) => sameObject(row, result.action.on)));
  const failed = results.flatMap((result) => failedRow(result, rows));
  return withRows({ ...state, syncResult: { ...state.syncResult, resources: kept } }, failed);
}

function failedRow(result: ActionResult, rows: readonly ResultRow[]): readonly ResultRow[] {
  const refused = result.kind === 'refused' || (result.kind === 'gone' && result.action.do !== 'delete');
  const row = rows.find((candidate) => sameObject(candidate, result.action.on));
  if (!refused || row === undefined) return [];
  return [{ ...row, status: 'SyncFailed', message: result.because ?? 'the server refused it' }];
}
