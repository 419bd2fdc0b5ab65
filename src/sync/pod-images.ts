import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import type { KubeObject } from '../resources/meta.ts';

/** The images of an object's pod template (or of a Pod itself), init containers included, as written. */
export function podImagesOf(object: KubeObject): readonly string[] {
  const spec = bodyAt(object, 'spec');
  const job = bodyAt(bodyAt(spec, 'jobTemplate'), 'spec');
  const pods = [bodyAt(bodyAt(spec, 'template'), 'spec'), bodyAt(bodyAt(job, 'template'), 'spec'), object.kind === 'Pod' ? spec : {}];
  return pods.flatMap((pod) => [...containerImages(pod['initContainers']), ...containerImages(pod['containers'])]);
}

function bodyAt(value: Body, key: string): Body {
  const held = value[key];
  return isBody(held) ? held : {};
}

function containerImages(containers: unknown): readonly string[] {
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container) => (isBody(container) && typeof container['image'] === 'string' ? [container['image']] : []));
}
