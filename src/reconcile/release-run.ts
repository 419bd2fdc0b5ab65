import type { Millis } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { AnalysisRun } from '../resources/analysis.ts';
import type { KubeObject, Resource } from '../resources/meta.ts';
import { refOf } from '../resources/meta.ts';
import { unsettledFinalizer } from '../rollout/runs.ts';
import type { RolloutContext } from './advance-rollout.ts';

/** A run is kept for this long at most for Git to learn what it found (LOOP 11). */
export const keptForMs = 24 * 60 * 60_000;

/** Whether our finalizer keeps a run. */
export function isKept({ metadata }: KubeObject): boolean {
  return (metadata.finalizers ?? []).includes(unsettledFinalizer);
}

/**
 * When our finalizer must leave a run, whatever Git knows: a day after it ended, and at once where somebody deletes it and no Rollout of
 * an Application that we serve owns it any more, or that Rollout is being deleted itself. Undefined: not because of time.
 */
export function releaseAt({ raw, view }: Resource<AnalysisRun>, owned: boolean): Millis | undefined {
  if (!isKept(raw)) return undefined;
  if (!owned) return typeof raw.metadata.deletionTimestamp === 'string' ? 0 : undefined;
  const { completedAt } = view.status ?? {};
  return typeof completedAt !== 'string' ? undefined : millisOf(completedAt) + keptForMs;
}

/** Lets the run go. A lost race is made good by the event of the write that won. */
export async function release({ ports }: RolloutContext, raw: KubeObject, signal: AbortSignal): Promise<void> {
  const { cluster, log } = ports;
  const finalizers = (raw.metadata.finalizers ?? []).filter((name) => name !== unsettledFinalizer);
  const version = raw.metadata.resourceVersion;
  await cluster.act(
    {
      do: 'patch',
      on: refOf(raw, cluster.name),
      body: { metadata: { finalizers } },
      ...(version === undefined ? {} : { if: { resourceVersion: version } }),
    },
    signal,
  );
  log.warn({ run: `${raw.metadata.namespace ?? ''}/${raw.metadata.name}` }, 'a run is let go although its verdict was not settled');
}
