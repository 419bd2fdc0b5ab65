import type { GroupKind } from '../cluster/answers.ts';
import type { Problem } from '../kernel/problem.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import { refKey } from '../kernel/refs.ts';
import type { KubeObject, Resource } from '../resources/meta.ts';
import { ownedBy, readResource, refOf } from '../resources/meta.ts';
import { Application } from '../resources/application.ts';
import { AnalysisRun, AnalysisTemplate } from '../resources/analysis.ts';
import { Rollout } from '../resources/rollout.ts';
import { Pod, ReplicaSet } from '../resources/workload.ts';
import type { ClusterPort } from './ports.ts';
import { isDeleted } from '../sync/deletion.ts';
import { trackingIdOf } from '../sync/tracking.ts';

const argo = 'argoproj.io';

/** Every kind that the loops read from the cache. */
export const kinds = {
  application: { group: argo, kind: 'Application' },
  rollout: { group: argo, kind: 'Rollout' },
  analysisRun: { group: argo, kind: 'AnalysisRun' },
  analysisTemplate: { group: argo, kind: 'AnalysisTemplate' },
  clusterAnalysisTemplate: { group: argo, kind: 'ClusterAnalysisTemplate' },
  replicaSet: { group: 'apps', kind: 'ReplicaSet' },
  pod: { group: '', kind: 'Pod' },
  service: { group: '', kind: 'Service' },
  secret: { group: '', kind: 'Secret' },
} as const satisfies Record<string, GroupKind>;

export type AppView = { readonly ref: ObjectRef; readonly resource: Resource<Application> };
export type Malformed = { readonly ref: ObjectRef; readonly problems: readonly Problem[] };

/** Which Applications are ours to act on (LOOP 24). */
export type Claims = { readonly namespaces: readonly string[] };

function isClaimed(object: KubeObject, claims: Claims): boolean {
  const namespace = object.metadata.namespace ?? '';
  if (claims.namespaces.length > 0 && !claims.namespaces.includes(namespace)) return false;
  return object.metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] !== 'true';
}

/**
 * The claimed Applications by name: those to work for, those that somebody deleted and that wait for their finalizers, and those that
 * cannot be read. One malformed object harms no other.
 */
export function readApplications(
  cluster: ClusterPort,
  claims: Claims,
): { readonly apps: readonly AppView[]; readonly leaving: readonly AppView[]; readonly malformed: readonly Malformed[] } {
  const apps: AppView[] = [];
  const leaving: AppView[] = [];
  const malformed: Malformed[] = [];
  for (const raw of cluster.list(kinds.application)) {
    if (!isClaimed(raw, claims)) continue;
    const ref = refOf(raw, cluster.name);
    const read = readResource(Application, raw);
    if (read.kind === 'malformed') malformed.push({ ref, problems: read.problems });
    else (isDeleted(read.resource.view) ? leaving : apps).push({ ref, resource: read.resource });
  }
  return { apps, leaving, malformed };
}

export function readApplication(
  cluster: ClusterPort,
  claims: Claims,
  at: { namespace: string; name: string },
): AppView | Malformed | undefined {
  const raw = cluster.get({ cluster: cluster.name, ...kinds.application, ...at });
  if (raw === undefined || !isClaimed(raw, claims)) return undefined;
  const ref = refOf(raw, cluster.name);
  const read = readResource(Application, raw);
  return read.kind === 'read' ? { ref, resource: read.resource } : { ref, problems: read.problems };
}

/** Application that an object says it belongs to, by a tracking id that describes the object itself. */
export function applicationOf(object: KubeObject, cluster: ClusterPort, claims: Claims, home: string): AppView | undefined {
  const tracked = trackingIdOf(object);
  if (tracked === undefined) return undefined;
  const underscore = tracked.application.indexOf('_');
  const at =
    underscore < 0
      ? { namespace: home, name: tracked.application }
      : { namespace: tracked.application.slice(0, underscore), name: tracked.application.slice(underscore + 1) };
  const found = readApplication(cluster, claims, at);
  return found !== undefined && 'resource' in found ? found : undefined;
}

function readKind<View>(
  cluster: ClusterPort,
  kind: GroupKind,
  schema: Parameters<typeof readResource<View>>[0],
  namespace?: string,
): readonly Resource<View>[] {
  return cluster.list(kind, namespace).flatMap((raw) => {
    const read = readResource(schema, raw);
    return read.kind === 'read' ? [read.resource] : [];
  });
}

/** A Rollout with every object that it owns. */
export type RolloutView = {
  readonly ref: ObjectRef;
  readonly rollout: Resource<Rollout>;
  readonly replicaSets: readonly Resource<ReplicaSet>[];
  readonly pods: readonly Resource<Pod>[];
  readonly runs: readonly Resource<AnalysisRun>[];
};

export function readRollout(cluster: ClusterPort, raw: KubeObject): RolloutView | undefined {
  const read = readResource(Rollout, raw);
  if (read.kind !== 'read') return undefined;
  const namespace = raw.metadata.namespace ?? '';
  const uid = raw.metadata.uid ?? '';
  const replicaSets = readKind(cluster, kinds.replicaSet, ReplicaSet, namespace).filter((set) => ownedBy(set.raw, uid));
  const owners = new Set(replicaSets.map((set) => set.raw.metadata.uid));
  return {
    ref: refOf(raw, cluster.name),
    rollout: read.resource,
    replicaSets,
    pods: readKind(cluster, kinds.pod, Pod, namespace).filter((pod) =>
      (pod.raw.metadata.ownerReferences ?? []).some((owner) => owners.has(owner.uid)),
    ),
    runs: readKind(cluster, kinds.analysisRun, AnalysisRun, namespace).filter((run) => ownedBy(run.raw, uid)),
  };
}

/** Templates that a Rollout of the namespace can name: by name, cluster-wide ones as `cluster/NAME`. */
export function readTemplates(cluster: ClusterPort, namespace: string): Readonly<Record<string, Resource<AnalysisTemplate>>> {
  const own = readKind(cluster, kinds.analysisTemplate, AnalysisTemplate, namespace).map(
    (template) => [template.view.metadata.name, template] as const,
  );
  const wide = readKind(cluster, kinds.clusterAnalysisTemplate, AnalysisTemplate).map(
    (template) => [`cluster/${template.view.metadata.name}`, template] as const,
  );
  return Object.fromEntries([...own, ...wide]);
}

/** Rollouts that an Application's tracking ids claim. */
export function rolloutsOf(app: AppView, cluster: ClusterPort, claims: Claims, home: string): readonly RolloutView[] {
  return claimedRollouts(cluster, claims, home, [app]).get(refKey(app.ref)) ?? [];
}

/** The Rollouts of several Applications, by `refKey`: one pass over the Rollouts of the cluster. */
export function claimedRollouts(
  cluster: ClusterPort,
  claims: Claims,
  home: string,
  apps: readonly Pick<AppView, 'ref'>[],
): ReadonlyMap<string, readonly RolloutView[]> {
  const found = new Map<string, RolloutView[]>(apps.map(({ ref }) => [refKey(ref), []]));
  for (const raw of cluster.list(kinds.rollout)) {
    const owner = applicationOf(raw, cluster, claims, home);
    const views = owner === undefined ? undefined : found.get(refKey(owner.ref));
    const view = views === undefined ? undefined : readRollout(cluster, raw);
    if (view !== undefined) views?.push(view);
  }
  return found;
}
