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
const repositoryGrammar = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** The tag grammar of the OCI distribution specification 1.1. */
export function isTag(text: string): boolean {
  return tagGrammar.test(text);
}

export function isDigest(text: string): boolean {
  return digestGrammar.test(text);
}

/** Registry host and repository of a canonical name. */
export function splitImageName(image: ImageName): { registry: string; repository: string } {
  const slash = image.indexOf('/');
  return { registry: image.slice(0, slash), repository: image.slice(slash + 1) };
}

/** Canonical name of a written one; undefined where distribution/reference (v0.6.0) refuses it. */
export function canonicalImageName(written: string): ImageName | undefined {
  const slash = written.indexOf('/');
  const first = slash < 0 ? '' : written.slice(0, slash);
  const hasRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = hasRegistry ? first : 'docker.io';
  const rest = hasRegistry ? written.slice(slash + 1) : written;
  const hub = registry === 'docker.io' || registry === 'index.docker.io';
  const repository = hub && !rest.includes('/') ? `library/${rest}` : rest;
  if (!repositoryGrammar.test(repository) || !/^[\w.-]+(?::\d+)?$/.test(registry)) return undefined;
  return `${hub ? 'docker.io' : registry}/${repository}`;
}

/** Parses `name[:tag][@digest]` as a container's `image` field holds it; undefined where it is no reference. */
export function parseImageReference(text: string): ImageReference | undefined {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : undefined;
  const image = canonicalImageName(tagged ? named.slice(0, colon) : named);
  if (image === undefined || (tag !== undefined && !isTag(tag)) || (digest !== undefined && !isDigest(digest))) return undefined;
  return { image, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** `tag`, `tag@digest` or `@digest`, for sentences. */
export function describeReference(reference: Reference): string {
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.tag ?? ''}${digest}` || 'no tag';
}
