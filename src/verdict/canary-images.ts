import type { Digest, ImageName, ImageReference } from '../kernel/image.ts';
import { isDigest, parseImageReference } from '../kernel/image.ts';
import type { Resource } from '../resources/meta.ts';
import { ownedBy } from '../resources/meta.ts';
import type { Rollout } from '../resources/rollout.ts';
import type { AnalysisRun } from '../resources/analysis.ts';
import type { Pod, PodTemplate, ReplicaSet } from '../resources/workload.ts';

/** The label that binds ReplicaSets, pods and AnalysisRuns to a template (Argo Rollouts v1.9). */
export const templateHashLabel = 'rollouts-pod-template-hash';

/** What a verdict is read from: a Rollout and what it owns, as seen in one moment. */
export type CanaryObjects = {
  readonly rollout: Resource<Rollout>;
  readonly runs: readonly Resource<AnalysisRun>[];
  readonly replicaSets: readonly Resource<ReplicaSet>[];
  readonly pods?: readonly Resource<Pod>[];
};

/** An image that a template runs; `digests` are what its pods pulled (index or platform), sorted. */
export type RunningImage = { readonly image: ImageName; readonly tag?: string; readonly digests: readonly Digest[] };

/** Images of a template that differ from the stable one's, container by container; all of them where nothing is stable yet. */
export function changedImages(objects: CanaryObjects, template: string): readonly RunningImage[] {
  const stable = templateOf(objects, objects.rollout.view.status?.stableRS);
  const before = new Map(containersOf(stable).map((container) => [container.name, container.image]));
  return imagesOf(objects, template, (container) => before.get(container.name) !== container.image);
}

/** What a verdict is about: the changed images; where none differs from the stable one's (any more), all of them. */
export function judgedImages(
  objects: CanaryObjects,
  template: string,
): { readonly images: readonly RunningImage[]; readonly sameAsStable?: true } {
  const changed = changedImages(objects, template);
  return changed.length > 0 ? { images: changed } : { images: imagesOf(objects, template, () => true), sameAsStable: true };
}

/** Images of the stable ReplicaSet: what a lowered value must equal to be proven. */
export function stableImagesOf(objects: CanaryObjects): readonly RunningImage[] {
  const stable = objects.rollout.view.status?.stableRS;
  return stable === undefined ? [] : imagesOf(objects, stable, () => true);
}

type Container = { readonly name: string; readonly image?: string | undefined };

function imagesOf(objects: CanaryObjects, template: string, wanted: (container: Container) => boolean): readonly RunningImage[] {
  const found = new Map<string, RunningImage>();
  for (const container of containersOf(templateOf(objects, template)).filter(wanted)) {
    const reference = parseImageReference(container.image ?? '');
    if (reference === undefined) continue;
    const key = `${reference.image}:${reference.tag ?? ''}@${reference.digest ?? ''}`;
    const digests = [...(found.get(key)?.digests ?? []), ...pulledDigests(objects, template, container.name), ...digestOf(reference)];
    found.set(key, {
      image: reference.image,
      ...(reference.tag === undefined ? {} : { tag: reference.tag }),
      digests: [...new Set(digests)].sort(),
    });
  }
  // The key is unique, so the order of two entries is never a tie.
  return [...found.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, image]) => image);
}

function digestOf({ digest }: ImageReference): readonly Digest[] {
  return digest === undefined ? [] : [digest];
}

function containersOf(template: PodTemplate | undefined): readonly Container[] {
  return template === undefined ? [] : [...template.spec.containers, ...(template.spec.initContainers ?? [])];
}

function replicaSetOf({ replicaSets }: CanaryObjects, template: string | undefined): Resource<ReplicaSet> | undefined {
  return replicaSets.find((each) => each.view.metadata.labels?.[templateHashLabel] === template);
}

// A ReplicaSet that is gone leaves the Rollout's own template, while that is still the one that was judged.
function templateOf(objects: CanaryObjects, template: string | undefined): PodTemplate | undefined {
  if (template === undefined) return undefined;
  const { spec, status } = objects.rollout.view;
  return replicaSetOf(objects, template)?.view.spec.template ?? (status?.currentPodHash === template ? spec.template : undefined);
}

// `sha256:...` alone is the id of a configuration on the node, which no registry serves: only what follows an @ is a manifest.
function pulledDigests(objects: CanaryObjects, template: string, container: string): readonly Digest[] {
  const owner = replicaSetOf(objects, template)?.view.metadata.uid;
  if (owner === undefined) return [];
  return (objects.pods ?? [])
    .filter((pod) => ownedBy(pod.raw, owner))
    .flatMap((pod) => pod.view.status?.containerStatuses ?? [])
    .filter((status) => status.name === container)
    .map((status) => /@([^@]+)$/.exec(status.imageID ?? '')?.[1] ?? '')
    .filter(isDigest);
}
