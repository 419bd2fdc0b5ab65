import type { Oid, Sha } from '../kernel/refs.ts';
import type { Time } from '../kernel/time.ts';
import type { Trailers } from '../kernel/trailers.ts';

/** One first-parent commit that changed a file. `before` and `after` are blobs; null is absence. */
export type FileChange = {
  readonly commit: Sha;
  readonly author: string;
  readonly at: Time;
  readonly subject: string;
  readonly trailers: Trailers;
  readonly before: Oid | null;
  readonly after: Oid | null;
};

/** Newest first; `complete` is false where older commits were not read. */
export type FileLog = { readonly complete: boolean; readonly changes: readonly FileChange[] };
