import type { Action } from '../kernel/action.ts';
import { millisOf } from '../kernel/time.ts';
import type { AnalysisRun } from '../resources/analysis.ts';
import { refOf, type Resource } from '../resources/meta.ts';
import type { RolloutStatus } from '../resources/rollout.ts';
import { bothSlots } from './move.ts';
import { onlyThis } from './newcomer.ts';
import { isFinished, unsettledFinalizer } from './runs.ts';
import type { Situation } from './situation.ts';

const defaultRevisions = 10;
const defaultRuns = 5;

/** Deletes ReplicaSets beyond the revision history and finished AnalysisRuns beyond their limits, oldest first. */
export function tidy(situation: Situation, next: RolloutStatus): readonly Action[] {
  return [...oldVersions(situation), ...oldRuns(situation, next)];
}

function oldVersions({ older, rollout, ref }: Situation): readonly Action[] {
  const empty = older.filter((version) => version.spec === 0 && version.pods === 0);
  const living = empty.filter((version) => typeof version.resource.view.metadata.deletionTimestamp !== 'string');
  const byRevision = [...living].sort((left, right) => right.revision - left.revision);
  const surplus = byRevision.slice(Math.max(0, rollout.spec.revisionHistoryLimit ?? defaultRevisions));
  return surplus.map(({ resource }) => ({ do: 'delete', on: refOf(resource.raw, ref.cluster), ...onlyThis(resource.view.metadata.uid) }));
}

function oldRuns(situation: Situation, next: RolloutStatus): readonly Action[] {
  const { observed, rollout, ref } = situation;
  const named = bothSlots.map((slot) => next.canary?.[slot]?.name);
  const finished = observed.runs.filter((run) => isFinished(run) && !named.includes(run.view.metadata.name)).sort(newestFirst);
  const [well, badly] = [finished.filter(succeeded), finished.filter((run) => !succeeded(run))];
  const { successfulRunHistoryLimit, unsuccessfulRunHistoryLimit } = rollout.spec.analysis ?? {};
  const surplus = [...well.slice(successfulRunHistoryLimit ?? defaultRuns), ...badly.slice(unsuccessfulRunHistoryLimit ?? defaultRuns)];
  // A verdict that Git has not learnt yet, and what is going already, stays.
  const free = surplus.filter(
    ({ view: { metadata } }) => !(metadata.finalizers ?? []).includes(unsettledFinalizer) && typeof metadata.deletionTimestamp !== 'string',
  );
  return free.map((run) => ({ do: 'delete', on: refOf(run.raw, ref.cluster), ...onlyThis(run.view.metadata.uid) }));
}

function succeeded(run: Resource<AnalysisRun>): boolean {
  return run.view.status?.phase === 'Successful';
}

/** Runs of one second by name, so that the order is never an accident. */
function newestFirst(left: Resource<AnalysisRun>, right: Resource<AnalysisRun>): number {
  const at = (run: Resource<AnalysisRun>) => millisOf(run.view.metadata.creationTimestamp ?? '') || 0;
  return at(right) - at(left) || (left.view.metadata.name < right.view.metadata.name ? 1 : -1);
}
