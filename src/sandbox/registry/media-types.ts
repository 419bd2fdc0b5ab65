import type { Body } from '../../kernel/json.ts';
import { isBody } from '../../kernel/json.ts';

export const imageType = 'application/vnd.oci.image.manifest.v1+json';
export const listType = 'application/vnd.docker.distribution.manifest.list.v2+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const dockerType = 'application/vnd.docker.distribution.manifest.v2+json';
const indexTypes: ReadonlySet<string> = new Set([indexType, listType]);
/** Every type of a manifest: who accepts fewer is answered as if the others were not there. */
export const manifestTypes: readonly string[] = [imageType, indexType, dockerType, listType];
const known: ReadonlySet<string> = new Set(manifestTypes);

type Child = { readonly digest: string; readonly platform: string };

/** A manifest as a registry understands it: what it is, and the blobs and manifests that it names. */
export type Described = { readonly mediaType: string; readonly blobs: readonly string[]; readonly children: readonly Child[] };

/** Reads a pushed manifest. Its type is that of the header; a type in the body must be the same, and only an OCI one may lack it. */
export function describeManifest(contentType: string | undefined, bytes: Buffer): Described | 'invalid' | 'another schema' {
  const mediaType = contentType?.replace(/;.*/s, '').trim() ?? '';
  const parsed = known.has(mediaType) ? parse(bytes) : undefined;
  if (!isBody(parsed)) return 'invalid';
  if (parsed['schemaVersion'] !== 2) return 'another schema';
  const { manifests, config, layers } = parsed;
  if (!hasType(parsed, mediaType) || Array.isArray(manifests) !== indexTypes.has(mediaType)) return 'invalid';
  const blobs = [config, layers].flat().filter(isBody);
  return { mediaType, blobs: blobs.map((blob) => textOf(blob['digest'])), children: [manifests].flat().filter(isBody).map(childOf) };
}

function hasType(parsed: Body, mediaType: string): boolean {
  return parsed['mediaType'] === mediaType || (parsed['mediaType'] === undefined && mediaType.startsWith('application/vnd.oci.'));
}

function childOf({ digest, platform }: Body): Child {
  const { os, architecture } = isBody(platform) ? platform : {};
  return { digest: textOf(digest), platform: `${textOf(os)}/${textOf(architecture)}` };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
