import { createHash } from 'node:crypto';

export type StoredManifest = {
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** The manifests of an index, with their platforms. */
  readonly children: readonly { readonly digest: string; readonly platform: string }[];
};

export type Repository = {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  /** True from the first tag on, also when none is left. */
  tagged: boolean;
};

export type Store = { readonly repositories: Map<string, Repository>; readonly uploads: Map<string, Buffer> };

export function createStore(): Store {
  return { repositories: new Map(), uploads: new Map() };
}

/** The repository, made at the first push. */
export function openRepository(store: Store, name: string): Repository {
  const repository = store.repositories.get(name) ?? { blobs: new Map(), manifests: new Map(), tags: new Map(), tagged: false };
  store.repositories.set(name, repository);
  return repository;
}

export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
