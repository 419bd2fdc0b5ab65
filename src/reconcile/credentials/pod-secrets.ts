import type { ImageName } from '../../kernel/image.ts';
import { parseImageReference } from '../../kernel/image.ts';
import { isBody } from '../../kernel/json.ts';
import type { KubeObject } from '../../resources/meta.ts';
import type { ClusterPort } from '../ports.ts';
import { kinds } from '../world.ts';

/**
 * Names of the Secrets with which pods of a namespace pull an image, each once, sorted. Kubernetes writes those of the ServiceAccount into
 * the pod, so the pods alone say all.
 */
export function podSecrets(cluster: Pick<ClusterPort, 'list'>, namespace: string, image: ImageName): readonly string[] {
  const names = cluster.list(kinds.pod, namespace).flatMap((pod) => (imagesOf(pod).includes(image) ? secretsOf(pod) : []));
  return [...new Set(names)].sort();
}

function imagesOf({ spec }: KubeObject): readonly (ImageName | undefined)[] {
  const containers = isBody(spec) ? [spec['containers'], spec['initContainers']].filter(Array.isArray).flat() : [];
  return bodies(containers).map(({ image }) => (typeof image === 'string' ? parseImageReference(image)?.image : undefined));
}

function secretsOf({ spec }: KubeObject): readonly string[] {
  const listed = isBody(spec) && Array.isArray(spec['imagePullSecrets']) ? bodies(spec['imagePullSecrets']) : [];
  return listed.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

function bodies(entries: readonly unknown[]) {
  return entries.filter(isBody);
}
