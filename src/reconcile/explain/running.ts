import { parseImageReference } from '../../kernel/image.ts';
import type { ImageName } from '../../kernel/image.ts';
import { describeRef } from '../../kernel/refs.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import type { Watch } from '../../policy/choice.ts';
import { readResource, refOf } from '../../resources/meta.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { Pod, ReplicaSet } from '../../resources/workload.ts';
import type { ClusterPort } from '../ports.ts';
import type { AppView } from '../world.ts';
import { kinds } from '../world.ts';
import { livenessOf } from './liveness.ts';
import type { Running } from './record.ts';

type Found = Running['found'][number];

/** What the cluster shows of a watched image: whether the Application renders it, and what its pods run. Reads caches alone. */
export function describeRunning(app: AppView, watch: Watch, cluster: ClusterPort): Running {
  const namespaces = namespacesOf(app);
  const pods = namespaces
    .flatMap((namespace) => cluster.list(kinds.pod, namespace))
    .flatMap((raw) => podsOf(app, watch.image, raw, cluster));
  const found = pods.length > 0 ? pods : namespaces.flatMap((namespace) => wantedIn(app, watch.image, namespace, cluster));
  return { ...livenessOf(app, watch), found: sumUp(found) };
}

function namespacesOf({ resource }: AppView): readonly string[] {
  const { spec, status } = resource.view;
  const rows = (status?.resources ?? []).map(({ namespace }) => namespace);
  return [...new Set([spec.destination.namespace, ...rows].flatMap((name) => (name === undefined || name === '' ? [] : [name])))].sort();
}

function podsOf(app: AppView, image: ImageName, raw: KubeObject, cluster: ClusterPort): readonly Found[] {
  const read = readResource(Pod, raw);
  const by = workloadOf(raw, cluster);
  if (read.kind !== 'read' || !belongsTo(app, by)) return [];
  const { spec, status } = read.resource.view;
  return (spec?.containers ?? []).flatMap((container) => {
    const reference = parseImageReference(container.image ?? '');
    if (reference?.image !== image) return [];
    const pulled = (status?.containerStatuses ?? []).find(({ name }) => name === container.name)?.imageID;
    const digest = /@([^@]+)$/.exec(pulled ?? '')?.[1] ?? reference.digest;
    return [foundOf(reference.tag, digest, { pods: 1, by: describeRef(by) })];
  });
}

/** What ReplicaSets want to run that have no pod yet. */
function wantedIn(app: AppView, image: ImageName, namespace: string, cluster: ClusterPort): readonly Found[] {
  return cluster.list(kinds.replicaSet, namespace).flatMap((raw) => {
    const read = readResource(ReplicaSet, raw);
    const by = workloadOf(raw, cluster);
    if (read.kind !== 'read' || (read.resource.view.spec.replicas ?? 1) === 0 || !belongsTo(app, by)) return [];
    return read.resource.view.spec.template.spec.containers.flatMap((container) => {
      const reference = parseImageReference(container.image ?? '');
      return reference?.image === image ? [foundOf(reference.tag, reference.digest, { pods: 0, by: describeRef(by) })] : [];
    });
  });
}

function foundOf(tag: string | undefined, digest: string | undefined, rest: Pick<Found, 'pods' | 'by'>): Found {
  return { ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }), ...rest };
}

/** The top of the chain of controllers: the Deployment of a ReplicaSet of a Pod. */
function workloadOf(object: KubeObject, cluster: ClusterPort): ObjectRef {
  const owner = (object.metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  const self = refOf(object, cluster.name);
  if (owner === undefined) return self;
  const slash = owner.apiVersion.indexOf('/');
  const above = { ...self, group: slash < 0 ? '' : owner.apiVersion.slice(0, slash), kind: owner.kind, name: owner.name, uid: owner.uid };
  const held = owner.kind === kinds.replicaSet.kind ? cluster.get(above) : undefined;
  return held === undefined ? above : workloadOf(held, cluster);
}

/** Where the Application lists its resources, only their pods are its own; a Job is its CronJob's, by the beginning of its name. */
function belongsTo({ resource }: AppView, { kind, namespace, name }: ObjectRef): boolean {
  const rows = resource.view.status?.resources ?? [];
  if (rows.length === 0) return true;
  return rows.some((row) => {
    if ((row.namespace ?? namespace) !== namespace) return false;
    return (row.kind === kind && row.name === name) || (row.kind === 'CronJob' && kind === 'Job' && name.startsWith(`${row.name}-`));
  });
}

function sumUp(found: readonly Found[]): readonly Found[] {
  const groups = Map.groupBy(found, ({ tag, digest, by }) => `${by} ${tag ?? ''}@${digest ?? ''}`);
  return [...groups.keys()].sort().flatMap((key) => {
    const same = groups.get(key) ?? [];
    const [first] = same;
    return first === undefined ? [] : [{ ...first, pods: same.reduce((sum, { pods }) => sum + pods, 0) }];
  });
}
