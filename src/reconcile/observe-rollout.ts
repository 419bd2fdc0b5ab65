import type { KubeObject } from '../resources/meta.ts';
import { readResource } from '../resources/meta.ts';
import { ReplicaSet } from '../resources/workload.ts';
import type { Observed } from '../rollout/observed.ts';
import { routerNames } from '../traffic/routers.ts';
import type { ClusterPort } from './ports.ts';
import type { RolloutView } from './world.ts';
import { kinds, readTemplates } from './world.ts';

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
    templates: readTemplates(cluster, namespace),
    services,
    routers: routerNames,
  };
}
