import type { ImageName } from '../kernel/image.ts';
import { parseImageReference } from '../kernel/image.ts';
import { cloudEvents, eventBridge, jsonIn, pubSub } from './registry-events/clouds.ts';
import { acr, distribution } from './registry-events/distribution.ts';
import type { Form, Told } from './registry-events/form.ts';
import { aliyun, dockerHub, github, harbor, jfrog, ping, quay } from './registry-events/products.ts';

const forms: readonly Form[] = [
  ...[distribution, acr, harbor, quay, dockerHub, github, ping, jfrog],
  ...[eventBridge, cloudEvents, pubSub, aliyun],
];

export type Hints =
  { readonly kind: 'read'; readonly images: readonly ImageName[] } | { readonly kind: 'refused'; readonly because: string };

/**
 * Images that a notification of a registry says something new about, whatever the registry. Only pushes of a tag count, and only as a
 * hint to look: the tag itself is not even read on. What cannot be an image is passed over.
 */
export function hintsOf(body: Buffer, told: Told = {}): Hints {
  const notification = jsonIn(body.toString('utf8'));
  for (const form of forms) {
    const written = form.read(notification, told);
    if (written !== undefined) return { kind: 'read', images: [...new Set(written.flatMap((one) => imageOf(one) ?? []))] };
  }
  const known = forms.map(({ name }) => name).join(', ');
  return { kind: 'refused', because: `expected a JSON object as one of these sends it: ${known}` };
}

function imageOf(written: string): ImageName | undefined {
  const image = parseImageReference(written)?.image;
  // A host without dot or port would be read as a repository of Docker Hub.
  return image?.startsWith(`${written.split('/', 1)[0] ?? ''}/`) === true ? image : undefined;
}
