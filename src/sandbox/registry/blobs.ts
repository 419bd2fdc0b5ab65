import { randomUUID } from 'node:crypto';
import type { Answered, Asked } from './answer.ts';
import { absolute, content, plain, refuse } from './answer.ts';
import type { Route } from './routes.ts';
import type { Store } from './store.ts';
import { openRepository, sha256 } from './store.ts';

/** GET, HEAD and DELETE of a blob. */
export function answerBlob(store: Store, asked: Asked, route: Route): Answered {
  if (!['GET', 'HEAD', 'DELETE'].includes(asked.method)) return plain(405);
  const repository = store.repositories.get(route.repository);
  const bytes = repository?.blobs.get(route.reference);
  if (bytes === undefined) return refuse(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  if (asked.method === 'DELETE') {
    repository?.blobs.delete(route.reference);
    return { status: 202 };
  }
  return content(asked, route.reference, { mediaType: 'application/octet-stream', bytes });
}

/** Uploads: POST begins one (or mounts a blob; distribution takes none whole), PATCH adds to it, PUT with `digest` ends it. */
export function answerUpload(store: Store, asked: Asked, route: Route): Answered {
  if (asked.method === 'POST') return beginUpload(store, asked, route);
  const before = store.uploads.get(route.reference);
  if (before === undefined) return refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  const bytes = Buffer.concat([before, asked.body]);
  if (asked.method === 'GET' || asked.method === 'PATCH') {
    store.uploads.set(route.reference, bytes);
    return uploadOpen(asked, route.repository, { id: route.reference, status: asked.method === 'GET' ? 204 : 202, size: bytes.length });
  }
  store.uploads.delete(route.reference);
  if (asked.method === 'DELETE') return { status: 204 };
  if (asked.method !== 'PUT') return plain(405);
  return finishUpload(store, asked, route, { bytes, claimed: asked.url.searchParams.get('digest') });
}

function beginUpload(store: Store, asked: Asked, route: Route): Answered {
  const { searchParams } = asked.url;
  const mount = searchParams.get('mount');
  const mounted = store.repositories.get(searchParams.get('from') ?? '')?.blobs.get(mount ?? '');
  if (mounted !== undefined) return finishUpload(store, asked, route, { bytes: mounted, claimed: mount });
  const id = randomUUID();
  store.uploads.set(id, Buffer.alloc(0));
  return uploadOpen(asked, route.repository, { id, status: 202, size: 0 });
}

type Open = { readonly id: string; readonly status: number; readonly size: number };

function uploadOpen(asked: Asked, repository: string, state: Open): Answered {
  const headers = {
    location: absolute(asked, `/v2/${repository}/blobs/uploads/${state.id}`),
    'docker-upload-uuid': state.id,
    range: `0-${Math.max(0, state.size - 1)}`,
  };
  return { status: state.status, headers };
}

type Finished = { readonly bytes: Buffer; readonly claimed: string | null };

function finishUpload(store: Store, asked: Asked, route: Route, { bytes, claimed }: Finished): Answered {
  const digest = sha256(bytes);
  if (claimed !== digest) return refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  openRepository(store, route.repository).blobs.set(digest, bytes);
  return {
    status: 201,
    headers: { location: absolute(asked, `/v2/${route.repository}/blobs/${digest}`), 'docker-content-digest': digest },
  };
}
