import { controllerReference, refOf, type Resource } from '../resources/meta.ts';
import type { ReplicaSet } from '../resources/workload.ts';
import type { Move } from './move.ts';
import { selects } from './selector.ts';
import type { Situation } from './situation.ts';
import { hashLabel } from './template.ts';

/**
 * A ReplicaSet that was made for a Rollout of this name, and that nothing controls any more (a Rollout deleted with --cascade=orphan),
 * becomes this Rollout's, one a pass; its pods stay. Argo Rollouts v1.9 adopts by selector alone; here the name has to fit too, so that
 * a ReplicaSet of somebody's own is never drained as an old version.
 */
export function adoptReplicaSet(situation: Situation): Move | undefined {
  const orphan = situation.observed.orphans?.find((one) => wasMadeFor(situation, one));
  if (orphan === undefined) return undefined;
  const { name, uid, resourceVersion, ownerReferences } = orphan.view.metadata;
  const body = { metadata: { ownerReferences: [...(ownerReferences ?? []), controllerReference(situation.observed.rollout.raw)] } };
  const live = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return {
    because: `ReplicaSet ${name} has lost its Rollout and is one of ours by name and labels: adopted`,
    actions: [{ do: 'patch', on: refOf(orphan.raw, situation.ref.cluster), body, if: live }],
    statusWaits: true,
  };
}

function wasMadeFor({ rollout }: Situation, { view: { metadata } }: Resource<ReplicaSet>): boolean {
  const hash = metadata.labels?.[hashLabel];
  return (
    typeof metadata.deletionTimestamp !== 'string' &&
    hash !== undefined &&
    metadata.name === `${rollout.metadata.name}-${hash}` &&
    selects(rollout.spec.selector, metadata.labels ?? {})
  );
}
