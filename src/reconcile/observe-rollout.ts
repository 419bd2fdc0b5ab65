import { isBody } from '../kernel/json.ts';
import { notSupported } from '../metrics/providers.ts';
import type { AnalysisRun } from '../resources/analysis.ts';
import type { KubeObject } from '../resources/meta.ts';
import { readResource } from '../resources/meta.ts';
import { ReplicaSet } from '../resources/workload.ts';
import type { Barred, Observed } from '../rollout/observed.ts';
import { settledAnnotation, unsettledFinalizer } from '../rollout/runs.ts';
import { routerNames } from '../traffic/routers.ts';
import { changedImages, templateHashLabel } from '../verdict/canary-images.ts';
import { judgeFailedRun } from '../verdict/measurements.ts';
import type { ClusterPort } from './ports.ts';
import type { RolloutView } from './world.ts';
import { kinds, readRollout, readTemplates } from './world.ts';

type OwnerReference = NonNullable<KubeObject['metadata']['ownerReferences']>[number];

/** The reference that names an object's controller. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return (metadata.ownerReferences ?? []).find((owner) => owner.controller !== false);
}

/** What else stands in the namespace: ReplicaSets that nothing controls, and names of runs that are not the Rollout's. */
function bystanders(cluster: ClusterPort, { ref: { namespace }, runs }: RolloutView): Pick<Observed, 'orphans' | 'takenNames'> {
  const own = new Set(runs.map((run) => run.raw.metadata.uid));
  return {
    orphans: cluster.list(kinds.replicaSet, namespace).flatMap((raw) => {
      const read = controllerOf(raw) === undefined ? readResource(ReplicaSet, raw) : undefined;
      return read?.kind === 'read' ? [read.resource] : [];
    }),
    takenNames: cluster.list(kinds.analysisRun, namespace).flatMap(({ metadata }) => (own.has(metadata.uid) ? [] : [metadata.name])),
  };
}

/** Failed runs of the namespace that Git has not learnt; the finalizer stands on every one that concerns it (LOOP 11). */
function unsettledRuns(cluster: ClusterPort, namespace: string): readonly KubeObject[] {
  return cluster.list(kinds.analysisRun, namespace).filter(({ metadata, ...run }) => {
    const failed = isBody(run['status']) && run['status']['phase'] === 'Failed';
    return failed && metadata.finalizers?.includes(unsettledFinalizer) === true && metadata.annotations?.[settledAnnotation] === undefined;
  });
}

/** Images that canaries of the namespace found bad, as long as Git has not learnt it. Another namespace's verdicts stop nobody here. */
function barredIn(cluster: ClusterPort, namespace: string): readonly Barred[] {
  const unsettled = unsettledRuns(cluster, namespace);
  const owners = new Set(unsettled.map((run) => controllerOf(run)?.uid));
  const uids = new Set(unsettled.map((run) => run.metadata.uid));
  return cluster
    .list(kinds.rollout, namespace)
    .filter((rollout) => owners.has(rollout.metadata.uid))
    .flatMap((rollout) => readRollout(cluster, rollout) ?? [])
    .flatMap((view) => view.runs.filter((run) => uids.has(run.raw.metadata.uid)).flatMap((run) => imagesFoundBadBy(run.view, view)));
}

function imagesFoundBadBy(run: AnalysisRun, view: RolloutView): readonly Barred[] {
  const template = run.metadata.labels?.[templateHashLabel];
  if (template === undefined || judgeFailedRun(run).kind !== 'failed') return [];
  return changedImages(view, template).map((image) => ({ ...image, run: run.metadata.name }));
}

/** Everything that the next step of a Rollout depends on, from the caches. */
export function observe(cluster: ClusterPort, view: RolloutView): Observed {
  const { rollout, replicaSets, pods, runs } = view;
  const { namespace } = view.ref;
  const services = Object.fromEntries(cluster.list(kinds.service, namespace).map((service) => [service.metadata.name, service]));
  return {
    cluster: cluster.name,
    rollout,
    replicaSets,
    pods,
    runs,
    ...bystanders(cluster, view),
    barred: barredIn(cluster, namespace),
    templates: readTemplates(cluster, namespace),
    services,
    routers: routerNames,
    providers: notSupported,
  };
}
