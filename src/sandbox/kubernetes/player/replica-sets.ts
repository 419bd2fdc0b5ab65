import { sameJson } from '../../../kernel/json.ts';
import { at, bodyAt } from '../object.ts';
import type { ApiObject } from '../object.ts';
import type { Client, Mirror } from './client.ts';
import { controllerOf, podFor } from './owned.ts';
import { isActive, isReady } from './pods.ts';

/** One pass of the ReplicaSet controller: creates or deletes pods up to spec.replicas, then reports the counts. */
export async function reconcileReplicaSet(client: Client, replicaSet: ApiObject, pods: Mirror): Promise<void> {
  if (typeof replicaSet.metadata.deletionTimestamp === 'string') return;
  const active = pods.all().filter((pod) => controllerOf(pod)?.uid === replicaSet.metadata.uid && isActive(pod));
  const wanted = Number(at(replicaSet, 'spec', 'replicas') ?? 1);
  const namespace = `/api/v1/namespaces/${replicaSet.metadata.namespace ?? ''}/pods`;
  const missing = Math.max(0, wanted - active.length);
  const surplus = [...active].sort(firstToGo).slice(0, Math.max(0, active.length - wanted));
  // Answers go into the mirror at once, so that no pass creates or deletes twice.
  const created = Array.from({ length: missing }, async () => pods.put(await client.send('POST', namespace, podFor(replicaSet))));
  const deleted = surplus.map(async ({ metadata }) =>
    pods.put(await client.send('DELETE', `${namespace}/${metadata.name}`, { preconditions: { uid: metadata.uid } })),
  );
  await Promise.all([...created, ...deleted]);
  await report(client, replicaSet, pods);
}

async function report(client: Client, replicaSet: ApiObject, pods: Mirror): Promise<void> {
  const active = pods.all().filter((pod) => controllerOf(pod)?.uid === replicaSet.metadata.uid && isActive(pod));
  const ready = active.filter(isReady).length;
  const { name, namespace = '', generation } = replicaSet.metadata;
  const counts = { readyReplicas: ready, availableReplicas: ready, fullyLabeledReplicas: active.length };
  const live = bodyAt(replicaSet, 'status');
  const status = { replicas: active.length, observedGeneration: generation, ...withoutZeros(counts) };
  if (sameJson(status, live)) return;
  const removed = Object.fromEntries(Object.keys(counts).map((field) => [field, null]));
  await client.send('PATCH', `/apis/apps/v1/namespaces/${namespace}/replicasets/${name}/status`, { status: { ...removed, ...status } });
}

function withoutZeros(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Pods that are not ready go first, then the newest; the name breaks the tie. */
function firstToGo(left: ApiObject, right: ApiObject): number {
  const ready = Number(isReady(left)) - Number(isReady(right));
  if (ready !== 0) return ready;
  const age = String(right.metadata.creationTimestamp).localeCompare(String(left.metadata.creationTimestamp));
  return age !== 0 ? age : left.metadata.name.localeCompare(right.metadata.name);
}
