import type { Credential, Secret } from '../kernel/secret.ts';
import type { Oid, Sha } from '../kernel/refs.ts';
import type { Trailers } from '../kernel/trailers.ts';
import type { Splice } from '../writeback/edit.ts';

export type Person = { readonly name: string; readonly email: string };

/**
 * A commit to build. Offsets of splices always count in the blob of the head that was read, also in later commits of a chain: a
 * commit's file is that blob with the splices of all commits up to it. Overlapping splices are refused before anything is built.
 */
export type Commit = {
  readonly message: string;
  readonly trailers: Trailers;
  readonly author: Person;
  readonly splices: readonly Splice[];
};

export type Pushed =
  | { readonly kind: 'pushed'; readonly commits: readonly Sha[] }
  | { readonly kind: 'raced'; readonly head: Sha }
  | { readonly kind: 'rewritten'; readonly head: Sha }
  | { readonly kind: 'refused'; readonly because: string };

/** A repository as it is reached: its address as written, and a credential that is bound to its host; for ssh addresses a private key (PEM or OpenSSH). */
export type RepoAccess = { readonly url: string; readonly credential?: Credential; readonly sshKey?: Secret };

/** One blob of a commit's tree. `path` counts from the root of the repository; mode 120000 is a symbolic link, 160000 a submodule. */
export type TreeEntry = { readonly path: string; readonly mode: string; readonly oid: Oid; readonly size?: number };
