import type { Reference } from '../kernel/image.ts';
import type { GitPlace } from '../kernel/place.ts';
import type { Oid, RepoId, Sha } from '../kernel/refs.ts';

export type SnapshotFile = { readonly mode: string; readonly oid: Oid; readonly bytes: Uint8Array };

/** The files that were asked for, at one commit. A path that is missing from `files` was not read; 'absent' was looked for. */
export type Snapshot = {
  readonly repo: RepoId;
  readonly branch: string;
  readonly head: Sha;
  readonly files: ReadonlyMap<string, SnapshotFile | 'absent'>;
};

/** Byte offsets into the blob `baseOid`. `was` is the text that stands there now; a new file has baseOid '' and starts at 0. */
export type Splice = {
  readonly path: string;
  readonly baseOid: Oid;
  readonly start: number;
  readonly end: number;
  readonly was: string;
  readonly text: string;
};

/** Where in a file a refusal points; lines and columns start at 1. */
export type Spot = { readonly file: string; readonly line?: number; readonly column?: number };

export type Edit =
  | { readonly kind: 'needs'; readonly paths: readonly string[] }
  | { readonly kind: 'edited'; readonly splices: readonly Splice[]; readonly places: readonly GitPlace[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly at: Spot; readonly because: string };

/** Where a watch writes, and what stands there now. */
export type Located =
  | { readonly kind: 'needs'; readonly paths: readonly string[] }
  | { readonly kind: 'located'; readonly place: GitPlace; readonly current: Reference | undefined }
  | { readonly kind: 'refused'; readonly at: Spot; readonly because: string };

/** Write-back targets that annotations can name. Only `kustomization` is written so far. */
export type Target =
  | { readonly kind: 'kustomization'; readonly directory: string }
  | { readonly kind: 'unsupported'; readonly method: string; readonly because: string };
