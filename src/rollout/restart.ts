import { millisOf } from '../kernel/time.ts';
import { refOf, type Resource } from '../resources/meta.ts';
import type { Pod } from '../resources/workload.ts';
import { fenceposts } from './fenceposts.ts';
import type { Move } from './move.ts';
import { onlyThis } from './newcomer.ts';
import type { Situation } from './situation.ts';

/**
 * `spec.restartAt`: pods that were created before it are evicted one a pass (disruption budgets hold), while enough others are
 * available; at least one may always be missing, or nothing could be restarted. When none is left status.restartedAt says so.
 */
export function restartPods(situation: Situation): Move | undefined {
  const { rollout, status, now, observed, replicas, canary, totals } = situation;
  const { restartAt } = rollout.spec;
  if (typeof restartAt !== 'string' || status['restartedAt'] === restartAt) return undefined;
  const moment = millisOf(restartAt);
  if (Number.isNaN(moment)) return undefined;
  if (moment > now) return undefined;
  const old = observed.pods.filter((pod) => createdAt(pod) < moment).sort(oldestFirst);
  const [first] = old.filter(({ view: { metadata } }) => typeof metadata.deletionTimestamp !== 'string');
  if (old.length === 0) return { because: `every pod is younger than ${restartAt}: restarted`, set: { restartedAt: restartAt } };
  const missing = Math.max(1, fenceposts(replicas, canary.maxSurge, canary.maxUnavailable).unavailable);
  if (first === undefined || totals.available <= replicas - missing) return undefined;
  const on = refOf(first.raw, situation.ref.cluster);
  return {
    because: `restarting: evicting pod ${on.name}, ${old.length} of ${observed.pods.length} pods to go`,
    actions: [{ do: 'evict', on, ...onlyThis(on.uid) }],
  };
}

/** When a restart in the future is due (epoch milliseconds). */
export function restartMoment({ rollout }: Situation): number | undefined {
  const { restartAt } = rollout.spec;
  const moment = typeof restartAt === 'string' ? millisOf(restartAt) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}

function createdAt(pod: Resource<Pod>): number {
  return millisOf(pod.view.metadata.creationTimestamp ?? '') || 0;
}

function oldestFirst(left: Resource<Pod>, right: Resource<Pod>): number {
  return createdAt(left) - createdAt(right) || (left.view.metadata.name < right.view.metadata.name ? -1 : 1);
}
