import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import { refuse } from './inputs.ts';
import type { Refused } from './inputs.ts';

type Image = { readonly name: string; readonly newName?: string; readonly newTag?: string; readonly digest?: string };

/**
 * `kustomize edit set image` (v5.8): `name=new:tag`, `name:tag`, `name@digest`. An entry of the same name is replaced as a whole; the
 * entries are sorted by name.
 */
export function setKustomizeImages(
  kustomization: Body,
  written: readonly unknown[],
): { readonly kind: 'edited'; readonly kustomization: Body } | Refused {
  const images = new Map<string, Body>();
  for (const entry of Array.isArray(kustomization['images']) ? kustomization['images'] : []) {
    if (isBody(entry) && typeof entry['name'] === 'string') images.set(entry['name'], entry);
  }
  for (const text of written) {
    const image = typeof text === 'string' ? parseKustomizeImage(text) : undefined;
    if (image === undefined)
      return refuse(`spec.source.kustomize.images has ${JSON.stringify(text)}, expected name=newname:tag, name:tag or name@digest`);
    images.set(image.name, image);
  }
  const sorted = [...images].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, image]) => image);
  return { kind: 'edited', kustomization: { ...kustomization, images: sorted } };
}

function parseKustomizeImage(text: string): Image | undefined {
  const equals = text.indexOf('=');
  const value = splitReference(text.slice(equals + 1));
  if (value.name === '' || equals === 0) return undefined;
  const { name, ...version } = value;
  if (equals > 0) return { name: text.slice(0, equals), newName: name, ...version };
  return Object.keys(version).length === 0 ? undefined : { name, ...version };
}

function splitReference(text: string): { name: string; newTag?: string; digest?: string } {
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  return {
    name: tagged ? named.slice(0, colon) : named,
    ...(tagged ? { newTag: named.slice(colon + 1) } : {}),
    ...(at < 0 ? {} : { digest: text.slice(at + 1) }),
  };
}
