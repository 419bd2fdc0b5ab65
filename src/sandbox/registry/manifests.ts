import { isTag } from '../../kernel/image.ts';
import type { Answered, Asked } from './answer.ts';
import { absolute, content, plain, refuse } from './answer.ts';
import type { Described } from './media-types.ts';
import { describeManifest, imageType, listType } from './media-types.ts';
import type { Route } from './routes.ts';
import type { Repository, Store, StoredManifest } from './store.ts';
import { openRepository, sha256 } from './store.ts';

/** What a push of a tag leaves to tell. */
export type PushedTag = {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
};

/** GET, HEAD, PUT and DELETE of a manifest; `onPush` hears of every tag that was set. */
export function answerManifest(store: Store, asked: Asked, route: Route, onPush: (pushed: PushedTag) => void): Answered {
  if (asked.method === 'PUT') return putManifest(store, asked, route, onPush);
  if (!['GET', 'HEAD', 'DELETE'].includes(asked.method)) return plain(405);
  // Distribution says this of an unknown repository, too.
  const unknown = refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const repository = store.repositories.get(route.repository);
  if (repository === undefined) return unknown;
  if (asked.method === 'DELETE') return deleteManifest(repository, route.reference) ? { status: 202 } : unknown;
  const digest = repository.tags.get(route.reference) ?? route.reference;
  const manifest = repository.manifests.get(digest);
  return manifest === undefined ? unknown : handOut(repository, asked, route, { digest, manifest });
}

type Held = { readonly digest: string; readonly manifest: StoredManifest };

/** Distribution 3.0: an OCI manifest only to those who accept it by name, the linux/amd64 image in place of a Docker list that is not accepted. */
function handOut(repository: Repository, asked: Asked, route: Route, held: Held): Answered {
  const { mediaType, children } = held.manifest;
  if (mediaType === imageType && !accepts(asked, imageType) && asked.headers['if-none-match'] === undefined)
    return refuse(404, 'MANIFEST_UNKNOWN', 'OCI manifest found, but accept header does not support OCI manifests');
  if (mediaType !== listType || accepts(asked, listType) || !isTag(route.reference)) return content(asked, held.digest, held.manifest);
  const digest = children.find(({ platform }) => platform === 'linux/amd64')?.digest ?? '';
  const child = repository.manifests.get(digest);
  return child === undefined ? refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown') : content(asked, digest, child);
}

function accepts({ headers: { accept = '' } }: Asked, mediaType: string): boolean {
  return accept.split(',').some((type) => type.replace(/;.*/s, '').trim().toLowerCase() === mediaType);
}

function putManifest(store: Store, asked: Asked, route: Route, onPush: (pushed: PushedTag) => void): Answered {
  const { repository: name, reference } = route;
  const digest = sha256(asked.body);
  const byDigest = !isTag(reference);
  const described = describeManifest(asked.headers['content-type'], asked.body);
  if (described === 'invalid') return refuse(400, 'MANIFEST_INVALID', 'manifest invalid');
  if (byDigest && reference !== digest) return refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  if (described === 'another schema') return refuse(500, 'UNKNOWN', 'unknown error');
  const repository = openRepository(store, name);
  const [missing] = missingFrom(repository, described);
  if (missing !== undefined) return refuse(400, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', { detail: missing });
  const { mediaType, children } = described;
  repository.manifests.set(digest, { mediaType, bytes: asked.body, children });
  if (!byDigest) {
    repository.tags.set(reference, digest);
    repository.tagged = true;
    onPush({ repository: name, tag: reference, digest, mediaType, size: asked.body.length });
  }
  return { status: 201, headers: { location: absolute(asked, `/v2/${name}/manifests/${digest}`), 'docker-content-digest': digest } };
}

/** Digests that the manifest names and the repository does not hold. */
function missingFrom(repository: Repository, { blobs, children }: Described): readonly string[] {
  const manifests = children.map(({ digest }) => digest).filter((digest) => !repository.manifests.has(digest));
  return [...blobs.filter((digest) => !repository.blobs.has(digest)), ...manifests];
}

/** By tag the tag alone goes; by digest the manifest with every tag on it. False where there is nothing to delete. */
function deleteManifest(repository: Repository, reference: string): boolean {
  if (isTag(reference)) return repository.tags.delete(reference);
  if (!repository.manifests.delete(reference)) return false;
  for (const [tag, digest] of repository.tags) {
    if (digest === reference) repository.tags.delete(tag);
  }
  return true;
}
