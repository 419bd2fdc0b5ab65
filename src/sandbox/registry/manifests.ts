import { isTag } from '../../kernel/image.ts';
import { isBody } from '../../kernel/json.ts';
import type { Answered, Asked } from './answer.ts';
import { refuse } from './answer.ts';
import type { Route } from './routes.ts';
import type { Repository, Store } from './store.ts';
import { openRepository, sha256 } from './store.ts';

/** What a push of a tag leaves to tell. */
export type PushedTag = {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
};

/** GET, HEAD, PUT and DELETE of a manifest; `onPush` hears of every tag that was set. Any Accept header will do. */
export function answerManifest(store: Store, asked: Asked, route: Route, onPush: (pushed: PushedTag) => void): Answered {
  if (asked.method === 'PUT') return putManifest(store, asked, route, onPush);
  const repository = store.repositories.get(route.repository);
  if (repository === undefined) return refuse(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  if (asked.method === 'DELETE') return deleteManifest(repository, route.reference);
  const digest = repository.tags.get(route.reference) ?? route.reference;
  const manifest = repository.manifests.get(digest);
  if (manifest === undefined) return refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return refuse(405, 'UNSUPPORTED', 'the operation is unsupported');
  return { status: 200, headers: { 'content-type': manifest.mediaType, 'docker-content-digest': digest }, body: manifest.bytes };
}

function putManifest(store: Store, asked: Asked, route: Route, onPush: (pushed: PushedTag) => void): Answered {
  const { repository: name, reference } = route;
  const digest = sha256(asked.body);
  const byDigest = reference.startsWith('sha256:');
  if (byDigest && reference !== digest) return refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  if (!byDigest && !isTag(reference)) return refuse(400, 'TAG_INVALID', 'manifest tag did not match URI');
  const repository = openRepository(store, name);
  const missing = missingFrom(repository, asked.body);
  if (missing === undefined) return refuse(400, 'MANIFEST_INVALID', 'manifest invalid');
  if (missing.length > 0) return refuse(400, 'MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${missing.join(', ')}`);
  const mediaType = asked.headers['content-type'] ?? 'application/vnd.oci.image.manifest.v1+json';
  repository.manifests.set(digest, { mediaType, bytes: asked.body });
  if (!byDigest) {
    repository.tags.set(reference, digest);
    onPush({ repository: name, tag: reference, digest, mediaType, size: asked.body.length });
  }
  return { status: 201, headers: { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest } };
}

/** Digests that the manifest names and the repository does not hold; undefined where it is no manifest. */
function missingFrom(repository: Repository, bytes: Buffer): readonly string[] | undefined {
  const parsed = parse(bytes);
  if (!isBody(parsed)) return undefined;
  const { config, layers, manifests } = parsed;
  const blobs = digestsOf([config, layers].flat()).filter((digest) => !repository.blobs.has(digest));
  const children = digestsOf([manifests].flat()).filter((digest) => !repository.manifests.has(digest));
  return [...blobs, ...children];
}

function digestsOf(descriptors: readonly unknown[]): readonly string[] {
  return descriptors.filter(isBody).flatMap(({ digest }) => (typeof digest === 'string' ? [digest] : []));
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** As distribution 2.8 does: only by digest, and every tag on that digest disappears. */
function deleteManifest(repository: Repository, reference: string): Answered {
  if (!reference.startsWith('sha256:')) return refuse(400, 'DIGEST_INVALID', 'a manifest is deleted by its digest');
  if (!repository.manifests.delete(reference)) return refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  for (const [tag, digest] of repository.tags) {
    if (digest === reference) repository.tags.delete(tag);
  }
  return { status: 202 };
}
