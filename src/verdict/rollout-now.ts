import type { Verdict } from '../kernel/hold.ts';
import type { CanaryObjects } from './canary-images.ts';
import { slotNaming } from './slots.ts';

/** What became of the canary since the verdict. `aborted` also where the Rollout is about to abort, or has gone on to another template. */
export type RolloutNow = 'aborted' | 'retried' | 'promoted';

/**
 * Reads the Rollout again, just before a push (LOOP 11, 14). No clock is asked: an engine names the run of an attempt in status.canary
 * until the attempt ends, and writes `abort` together with the phase of the run that ended it (Argo Rollouts v1.9 too).
 */
export function rolloutNowOf(verdict: Verdict, objects: Pick<CanaryObjects, 'rollout' | 'runs'>): RolloutNow {
  const { status } = objects.rollout.view;
  if (status?.stableRS === verdict.template) return 'promoted';
  if (status?.currentPodHash !== verdict.template) return 'aborted';
  if (status.promoteFull === true) return 'promoted';
  if (status.abort === true) return 'aborted';
  const slot = slotNaming(verdict.id, objects);
  // The answer to a retry, or to a person who skips the step, forgets the run: this attempt is another one, with runs still to come.
  if (slot === undefined) return 'retried';
  // A phase that ends an attempt, and no abort beside it: somebody took the abort back.
  return slot.status === 'Failed' || slot.status === 'Error' ? 'retried' : 'aborted';
}
