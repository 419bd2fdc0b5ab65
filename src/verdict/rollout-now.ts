import type { Verdict } from '../kernel/hold.ts';
import { millisOf } from '../kernel/time.ts';
import { ownedBy } from '../resources/meta.ts';
import type { CanaryObjects } from './canary-images.ts';
import { templateHashLabel } from './canary-images.ts';

/** What became of the canary since the verdict. `aborted` also where the Rollout is about to abort, or has gone on to another template. */
export type RolloutNow = 'aborted' | 'retried' | 'promoted';

/** Reads the Rollout again, just before a push (LOOP 11, 14). */
export function rolloutNowOf(verdict: Verdict, { rollout, runs }: Pick<CanaryObjects, 'rollout' | 'runs'>): RolloutNow {
  const { status, metadata } = rollout.view;
  if (status?.stableRS === verdict.template) return 'promoted';
  if (status?.currentPodHash !== verdict.template) return 'aborted';
  if (status.promoteFull === true) return 'promoted';
  if (status.abort === true) return 'aborted';
  // A retry clears `abort` and leaves `abortedAt`; its next run is younger than the verdict.
  const retried = typeof status.abortedAt === 'string' && millisOf(status.abortedAt) >= millisOf(verdict.at);
  const youngerRun = runs.some(
    ({ raw, view }) =>
      metadata.uid !== undefined &&
      ownedBy(raw, metadata.uid) &&
      view.metadata.labels?.[templateHashLabel] === verdict.template &&
      millisOf(view.metadata.creationTimestamp ?? '') > millisOf(verdict.at),
  );
  return retried || youngerRun ? 'retried' : 'aborted';
}
