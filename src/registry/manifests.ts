import type { Digest, Platform } from '../kernel/image.ts';
import { isDigest } from '../kernel/image.ts';
import type { Body } from '../kernel/json.ts';
import { isBody } from '../kernel/json.ts';

/** A manifest as far as it is read: the platforms of an index, or the configuration of a single image. */
export type Manifest =
  | {
      readonly kind: 'index';
      readonly children: readonly { readonly platform: Platform; readonly digest: Digest }[];
      readonly others?: readonly Digest[];
    }
  | { readonly kind: 'image'; readonly config?: Digest }
  | { readonly kind: 'unreadable'; readonly because: string };

const indexTypes = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const imageTypes = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
const configTypes = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'];

/** All four media types, always: distribution answers 404 for a manifest whose type is not accepted. */
export const manifestAccept = [...indexTypes, ...imageTypes].join(', ');

/**
 * Reads a manifest. `contentType` decides what it is: `mediaType` in the body is optional in the OCI image specification 1.1. A registry
 * that sends a general type leaves it to the body.
 */
export function parseManifest(parsed: unknown, contentType: string | undefined): Manifest {
  if (!isBody(parsed)) return { kind: 'unreadable', because: 'a manifest that is no JSON object' };
  const declared = contentType?.split(';')[0]?.trim().toLowerCase();
  const type = [declared, parsed['mediaType']].find((held) => typeof held === 'string' && [...indexTypes, ...imageTypes].includes(held));
  if (typeof type === 'string' ? indexTypes.includes(type) : Array.isArray(parsed['manifests'])) return parseIndex(parsed);
  if (parsed['schemaVersion'] !== 2) return { kind: 'unreadable', because: 'a manifest of another schema version than 2' };
  return parseImage(parsed);
}

function parseIndex(parsed: Body): Manifest {
  const manifests = parsed['manifests'];
  if (!Array.isArray(manifests)) return { kind: 'unreadable', because: 'an index without a list of manifests' };
  const entries = manifests.filter(isBody);
  if (entries.some(({ digest }) => typeof digest !== 'string' || !isDigest(digest))) {
    return { kind: 'unreadable', because: 'an index with an entry without a digest' };
  }
  const children = entries.flatMap(({ digest, platform }) => {
    const text = platformOf(platform);
    return typeof digest === 'string' && text !== undefined ? [{ platform: text, digest }] : [];
  });
  // A runtime looks into these itself, and may run one.
  const others = entries.flatMap(({ digest, platform }) => (typeof digest === 'string' && !isBody(platform) ? [digest] : []));
  return { kind: 'index', children, ...(others.length === 0 ? {} : { others }) };
}

/** `os/arch[/variant]`; undefined for attestations, which BuildKit files under unknown/unknown, and for entries that say no platform. */
function platformOf(platform: unknown): Platform | undefined {
  if (!isBody(platform)) return undefined;
  const { os, architecture, variant } = platform;
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown' || architecture === 'unknown') return undefined;
  return typeof variant === 'string' && variant !== '' ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

function parseImage(parsed: Body): Manifest {
  const config: unknown = parsed['config'];
  if (!isBody(config)) return { kind: 'unreadable', because: 'a manifest without a config' };
  const { digest, mediaType } = config;
  if (typeof digest !== 'string' || !isDigest(digest)) return { kind: 'unreadable', because: 'a manifest whose config has no digest' };
  // Charts and other artifacts have configs of their own, which say nothing about an image.
  return typeof mediaType === 'string' && configTypes.includes(mediaType) ? { kind: 'image', config: digest } : { kind: 'image' };
}
