import { createHash } from 'node:crypto';

type StoredManifest = { readonly mediaType: string; readonly bytes: Buffer };

export type Repository = {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
};

export type Store = { readonly repositories: Map<string, Repository>; readonly uploads: Map<string, Buffer> };

export function createStore(): Store {
  return { repositories: new Map(), uploads: new Map() };
}

/** The repository, made at the first push. */
export function openRepository(store: Store, name: string): Repository {
  const repository = store.repositories.get(name) ?? { blobs: new Map(), manifests: new Map(), tags: new Map() };
  store.repositories.set(name, repository);
  return repository;
}

export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
