/**
 * Registry host (with port) and repository, without tag: `ghcr.io/team/shop`. Docker Hub is written out in full
 * (`docker.io/library/nginx`), so that equal images have equal text.
 */
export type ImageName = string;

/** An algorithm and its hex digits, as in the OCI image specification: `sha256:...`. */
export type Digest = string;

/** `os/arch` or `os/arch/variant`. */
export type Platform = string;

/** What can stand behind an image name: a tag, a digest or both. */
export type Reference = { readonly tag?: string; readonly digest?: Digest };

export type ImageReference = { readonly image: ImageName } & Reference;

const tagGrammar = /^\w[\w.-]{0,127}$/;
const digestGrammar = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const registryGrammar = /^[\w.-]+(?::\d+)?$/;
const repositoryGrammar = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** The tag grammar of the OCI distribution specification 1.1. */
export function isTag(text: string): boolean {
  return tagGrammar.test(text);
}

export function isDigest(text: string): boolean {
  return digestGrammar.test(text);
}

/** Registry host and repository of a canonical name; no registry where there is no slash. */
export function splitImageName(image: ImageName): { registry: string; repository: string } {
  const slash = image.indexOf('/');
  return { registry: image.slice(0, Math.max(slash, 0)), repository: image.slice(slash + 1) };
}

/** The part before the first slash is a registry where it looks like a host: distribution/reference v0.6.0, splitDockerDomain. */
function splitWritten(written: string): { registry: string; repository: string } {
  const { registry, repository } = splitImageName(written);
  const isHost = /[.:]/.test(registry) || registry === 'localhost' || registry !== registry.toLowerCase();
  if (isHost && registry !== 'docker.io' && registry !== 'index.docker.io') return { registry, repository };
  const onHub = isHost ? repository : written;
  return { registry: 'docker.io', repository: onHub.includes('/') ? onHub : `library/${onHub}` };
}

/** Canonical name of a written one; undefined where distribution/reference (v0.6.0) refuses it. */
export function canonicalImageName(written: string): ImageName | undefined {
  const { registry, repository } = splitWritten(written);
  return repositoryGrammar.test(repository) && registryGrammar.test(registry) ? `${registry}/${repository}` : undefined;
}

/** The text before a mark and behind it; nothing behind it where the mark is not there. */
function cutAt(text: string, mark: number): readonly [before: string, after: string | undefined] {
  return mark < 0 ? [text, undefined] : [text.slice(0, mark), text.slice(mark + 1)];
}

/** Parses `name[:tag][@digest]` as a container's `image` field holds it; undefined where it is no reference. */
export function parseImageReference(text: string): ImageReference | undefined {
  const [named, digest] = cutAt(text, text.indexOf('@'));
  const colon = named.lastIndexOf(':');
  const [name, tag] = cutAt(named, colon > named.lastIndexOf('/') ? colon : -1);
  const image = canonicalImageName(name);
  const wellFormed = (tag === undefined || isTag(tag)) && (digest === undefined || isDigest(digest));
  if (image === undefined || !wellFormed) return undefined;
  return { image, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** `tag`, `tag@digest` or `@digest`, for sentences. */
export function describeReference(reference: Reference): string {
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.tag ?? ''}${digest}` || 'no tag';
}

/** Whether two references are one: by digest where either has one, else by tag (Image Updater v0.18). */
export function sameReference(left: Reference, right: Reference): boolean {
  const byDigest = left.digest !== undefined || right.digest !== undefined;
  return byDigest ? left.digest === right.digest : left.tag === right.tag;
}

/** An image as written, without its registry. In files of Helm values only a first part with a dot is one (Image Updater v0.18). */
export function shortImageName(written: string): string {
  const { registry, repository } = splitImageName(written);
  return registry.includes('.') ? repository : written;
}
