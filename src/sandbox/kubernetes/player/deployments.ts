import { fnv1a32, safeEncode } from '../../../kernel/fnv.ts';
import { canonicalJson, sameJson } from '../../../kernel/json.ts';
import { kubeTime } from '../../../kernel/time.ts';
import { at, bodyAt, textAt } from '../object.ts';
import type { ApiObject } from '../object.ts';
import type { Client, Mirror } from './client.ts';
import { controllerOf, ownerReference, stringsAt } from './owned.ts';

const hashLabel = 'pod-template-hash';

/**
 * One pass of a minimal Deployment controller: one ReplicaSet per template; the old ones go once the new one is complete (a surge of
 * 100 %, whatever the strategy says).
 */
export async function reconcileDeployment(client: Client, deployment: ApiObject, replicaSets: Mirror): Promise<void> {
  if (typeof deployment.metadata.deletionTimestamp === 'string') return;
  const hash = safeEncode(String(fnv1a32(canonicalJson(at(deployment, 'spec', 'template')))));
  const own = replicaSets.all().filter((replicaSet) => controllerOf(replicaSet)?.uid === deployment.metadata.uid);
  const current = own.find((replicaSet) => replicaSet.metadata.labels?.[hashLabel] === hash);
  const path = `/apis/apps/v1/namespaces/${deployment.metadata.namespace ?? ''}/replicasets`;
  const replicas = Number(at(deployment, 'spec', 'replicas') ?? 1);
  if (current === undefined) {
    replicaSets.put(await client.send('POST', path, replicaSetFor(deployment, hash, replicas)));
    return;
  }
  const complete = countOf(current, 'availableReplicas') >= replicas;
  for (const replicaSet of own) {
    const wanted = replicaSet === current ? replicas : 0;
    const waits = replicaSet !== current && !complete;
    if (!waits && at(replicaSet, 'spec', 'replicas') !== wanted) {
      replicaSets.put(await client.send('PATCH', `${path}/${replicaSet.metadata.name}`, { spec: { replicas: wanted } }));
    }
  }
  await report(client, deployment, { current, own, replicas });
}

function replicaSetFor(deployment: ApiObject, hash: string, replicas: number): object {
  const template = bodyAt(deployment, 'spec', 'template');
  const labels = { ...stringsAt(template, 'metadata', 'labels'), [hashLabel]: hash };
  const { name, namespace } = deployment.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${name}-${hash}`, namespace, labels, ownerReferences: [ownerReference(deployment)] },
    spec: {
      replicas,
      selector: { matchLabels: { ...stringsAt(deployment, 'spec', 'selector', 'matchLabels'), [hashLabel]: hash } },
      template: { ...template, metadata: { ...bodyAt(template, 'metadata'), labels } },
    },
  };
}

type Seen = { readonly current: ApiObject; readonly own: readonly ApiObject[]; readonly replicas: number };

async function report(client: Client, deployment: ApiObject, { current, own, replicas }: Seen): Promise<void> {
  const sum = (field: string): number => own.reduce((total, replicaSet) => total + countOf(replicaSet, field), 0);
  const available = sum('availableReplicas');
  const counts = {
    replicas: sum('replicas'),
    updatedReplicas: countOf(current, 'replicas'),
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, replicas - available),
  };
  const done = counts.updatedReplicas === replicas && counts.replicas === replicas && available >= replicas;
  const wanted = {
    observedGeneration: deployment.metadata.generation,
    ...counts,
    conditions: [
      condition('Available', available >= replicas, available >= replicas ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable'),
      condition('Progressing', true, done ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated'),
    ],
  };
  const live = bodyAt(deployment, 'status');
  if (sameJson(withoutTimes(live), withoutTimes(wanted))) return;
  const { name, namespace = '' } = deployment.metadata;
  await client.send('PATCH', `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/status`, { status: wanted });
}

function condition(type: string, holds: boolean, reason: string): object {
  const now = kubeTime(Date.now());
  return { type, status: holds ? 'True' : 'False', reason, message: reason, lastUpdateTime: now, lastTransitionTime: now };
}

function withoutTimes(status: object): unknown {
  return JSON.parse(JSON.stringify(status, (field, value: unknown) => (field.endsWith('Time') ? undefined : value)));
}

function countOf(object: ApiObject, field: string): number {
  return Number(at(object, 'status', field) ?? 0);
}

/** The Deployment that owns a ReplicaSet, as a key of the mirror. */
export function deploymentOf(replicaSet: ApiObject): string | undefined {
  const owner = controllerOf(replicaSet);
  return owner?.kind === 'Deployment' ? `${textAt(replicaSet, 'metadata', 'namespace') ?? ''}/${owner.name}` : undefined;
}
