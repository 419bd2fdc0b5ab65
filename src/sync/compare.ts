import { groupOf } from '../resources/meta.ts';
import { annotationHolds, objectOption } from './annotations.ts';
import { aggregateHealth } from './health/aggregate.ts';
import { healthOf } from './health/health-of.ts';
import { observe } from './observe.ts';
import type { Seen } from './observe.ts';
import { podImagesOf } from './pod-images.ts';
import type { Comparison, ResourceState, SyncQuestion } from './step.ts';

/**
 * How an Application's live objects compare with its targets (Argo CD v3.5: sync status, rows, health, images). Asks for the dry runs
 * that it lacks; `because` names the first difference.
 */
export function compare(question: SyncQuestion): Comparison {
  const observed = observe(question);
  if (observed.kind === 'needs') return observed;
  const { objects } = observed;
  const counted = objects.filter((seen) => seen.state !== 'same' && !isExtraneous(seen));
  const images = objects.flatMap((seen) => (seen.live === undefined ? [] : podImagesOf(seen.live)));
  const first = counted[0];
  return {
    kind: 'compared',
    sync: first === undefined ? 'Synced' : 'OutOfSync',
    health: aggregateHealth(objects.map((seen) => seen.live)),
    resources: objects.map(rowOf),
    images: [...new Set(images)].sort(),
    because: first === undefined ? `all ${objects.length} objects are as Git has them` : sentence(first, counted.length),
  };
}

function sentence(first: Seen, count: number): string {
  return count === 1 ? first.because : `${first.because} (and ${count - 1} more)`;
}

/** An extra object that asks not to count. */
function isExtraneous(seen: Seen): boolean {
  return seen.state === 'extra' && annotationHolds(seen.body, 'argocd.argoproj.io/compare-options', 'IgnoreExtraneous');
}

function rowOf(seen: Seen): ResourceState {
  const { body, live, state } = seen;
  const health = live === undefined ? { status: 'Missing' as const } : healthOf(live);
  const prunable = state === 'extra' && !objectOption(body, 'Prune=false');
  return {
    group: groupOf(body.apiVersion),
    version: body.apiVersion.slice(body.apiVersion.indexOf('/') + 1),
    kind: body.kind,
    namespace: body.metadata.namespace ?? '',
    name: body.metadata.name,
    status: state === 'same' ? 'Synced' : 'OutOfSync',
    ...(health === undefined ? {} : { health }),
    ...(prunable ? { requiresPruning: true } : {}),
  };
}
