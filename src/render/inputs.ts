import { createHash } from 'node:crypto';
import type { RepoAccess, TreeEntry } from '../git/commit.ts';
import { canonicalJson } from '../kernel/json.ts';
import type { Oid, Sha } from '../kernel/refs.ts';

/** What a rendering reads: the git room's listing and blobs, nothing else. Both throw `Failure`. */
export type SourceFiles = {
  tree(repo: RepoAccess, commit: Sha, directory: string, signal: AbortSignal): Promise<readonly TreeEntry[]>;
  blobs(repo: RepoAccess, oids: readonly Oid[], signal: AbortSignal): Promise<ReadonlyMap<Oid, Uint8Array>>;
};

/** A refusal on the way to a rendering. */
export type Refused = { readonly kind: 'refused'; readonly because: string };

export function refuse(because: string): Refused {
  return { kind: 'refused', because };
}

/** Everything that a rendering depends on: its tool, the files that the tool will see, and the source's own fields. */
export type Inputs = { readonly kind: 'inputs'; readonly entries: readonly TreeEntry[] };

/** One text for equal inputs: the tool, the source's block for it, and path and blob of every input, in any order. */
export function inputsKey(tool: string, block: unknown, entries: readonly TreeEntry[]): string {
  const files = entries.map((entry) => [entry.path, entry.oid]).sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(canonicalJson([tool, block ?? null, files]))
    .digest('hex');
}
