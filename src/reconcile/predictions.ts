import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/json.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import { refKey } from '../kernel/refs.ts';
import type { KubeObject } from '../resources/meta.ts';
import type { Prediction } from '../sync/step.ts';
import type { ClusterPort } from './ports.ts';

/** Dry runs that were asked for, kept as long as neither the target nor what matters of the live object changed. */
export interface Predictions {
  of(
    targets: readonly KubeObject[],
    live: Readonly<Record<string, KubeObject>>,
    keyOf: (object: KubeObject) => string,
  ): Readonly<Record<string, Prediction>>;
  learn(target: KubeObject, live: KubeObject | undefined, ref: ObjectRef, signal: AbortSignal): Promise<void>;
  forget(ref: ObjectRef): void;
}

/** A status change cannot change what an apply would do: neither the status nor who wrote it counts. */
function spoken(live: KubeObject | undefined): unknown {
  if (live === undefined) return null;
  const { status: _status, metadata, ...rest } = live;
  const { resourceVersion: _version, ...named } = metadata;
  const managers = 'managedFields' in metadata && Array.isArray(metadata.managedFields) ? metadata.managedFields : [];
  const owners = managers.filter((entry: unknown) => typeof entry !== 'object' || entry === null || !('subresource' in entry));
  return { ...rest, metadata: { ...named, managedFields: owners } };
}

export function createPredictions(cluster: Pick<ClusterPort, 'dryRun'>): Predictions {
  const held = new Map<string, { readonly question: string; readonly prediction: Prediction }>();
  const questionOf = (target: KubeObject, live: KubeObject | undefined) =>
    createHash('sha256')
      .update(canonicalJson([target, spoken(live)]))
      .digest('base64');
  return {
    of(targets, live, keyOf) {
      const known = targets.flatMap((target) => {
        const key = keyOf(target);
        const entry = held.get(key);
        return entry?.question === questionOf(target, live[key]) ? [[key, entry.prediction] as const] : [];
      });
      return Object.fromEntries(known);
    },
    async learn(target, live, ref, signal) {
      const prediction = await cluster.dryRun(target, signal);
      held.set(refKey(ref), { question: questionOf(target, live), prediction });
    },
    forget: (ref) => void held.delete(refKey(ref)),
  };
}
