import type { Acted, GroupKind, WatchEvent } from '../cluster/answers.ts';
import type { Commit, Pushed, RepoAccess, TreeEntry } from '../git/commit.ts';
import type { FileLog } from '../writeback/file-log.ts';
import type { Action } from '../kernel/action.ts';
import type { Digest, ImageName } from '../kernel/image.ts';
import type { ObjectRef, Oid, Sha } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import type { Trailers } from '../kernel/trailers.ts';
import type { Measured, ResolvedMetric } from '../metrics/measured.ts';
import type { Budget } from '../registry/budget.ts';
import type { Listing, RegistryAccess, TagFacts, TagTimes } from '../registry/listing.ts';
import type { Rendering, RenderRequest } from '../render/rendering.ts';
import type { KubeObject } from '../resources/meta.ts';
import type { Prediction } from '../sync/step.ts';
import type { Snapshot } from '../writeback/edit.ts';

/** Everything outside the loops. main.ts hands in the real ones, the simulation model ones. All methods that can wait take a signal. */
export interface Ports {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: Log;
  readonly registry: RegistryPort;
  readonly git: GitPort;
  readonly render: RenderPort;
  readonly cluster: ClusterPort;
  readonly metrics: MetricsPort;
}

export interface Clock {
  now(): Millis;
  /** Resolves after `ms`, or at once when the signal aborts (never rejects). */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Constant message, data as fields. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** All methods throw `Failure`. */
export interface RegistryPort {
  list(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<Listing>;
  facts(image: ImageName, tag: string, access: RegistryAccess, signal: AbortSignal): Promise<TagFacts | 'absent'>;
  /** HEAD of a manifest by tag or digest: its digest, or the text 'absent'. */
  served(image: ImageName, reference: string, access: RegistryAccess, signal: AbortSignal): Promise<Digest>;
  /** What is left of the registry's patience with this credential, without asking it; undefined where it has said nothing. */
  budget?(image: ImageName, access: RegistryAccess): Budget | undefined;
  /** When the registry received what stands behind its tags; undefined where it does not say. */
  times?(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<TagTimes | undefined>;
}

/** One persistent blob-less bare clone per repository. All methods throw `Failure`; one repository's failure is nobody else's. */
export interface GitPort {
  /** Branch that `targetRevision` means ('' and HEAD: the remote's default branch), or the commit of a tag or SHA. */
  resolve(repo: RepoAccess, revision: string, signal: AbortSignal): Promise<{ readonly branch?: string; readonly commit: Sha }>;
  /** Fetches a branch; its head on the remote now. */
  fetch(repo: RepoAccess, branch: string, signal: AbortSignal): Promise<Sha>;
  read(
    repo: RepoAccess,
    at: { readonly branch: string; readonly head: Sha },
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<Snapshot>;
  /** Per file the first-parent commits that changed it, newest first, from `head` back, at most `limit`; reads no blob. */
  log(repo: RepoAccess, head: Sha, files: readonly string[], limit: number): Promise<ReadonlyMap<string, FileLog>>;
  /** Every blob below a directory ('' is the root), recursively; reads no blob. A path that is no directory gives an empty list. */
  tree(repo: RepoAccess, commit: Sha, directory: string, signal: AbortSignal): Promise<readonly TreeEntry[]>;
  blobs(repo: RepoAccess, oids: readonly Oid[], signal: AbortSignal): Promise<ReadonlyMap<Oid, Uint8Array>>;
  /** The trailers of a commit; none where the clone does not have it. Asks the clone alone. */
  trailers(repo: RepoAccess, commit: Sha): Promise<Trailers>;
  /** Pushes the commits as one chain on `base` with a lease on it (LOOP 16). A push that began is finished. */
  push(repo: RepoAccess, base: { readonly branch: string; readonly head: Sha }, commits: readonly Commit[], to?: string): Promise<Pushed>;
  /** Whether a fetched head still contains our last accepted commit on the branch (LOOP 16). Asks the clone alone. */
  keepsOurs(repo: RepoAccess, at: { readonly branch: string; readonly head: Sha }): Promise<boolean>;
}

export interface RenderPort {
  render(request: RenderRequest, signal: AbortSignal): Promise<Rendering>;
}

/** Reads come from watched caches (`list`, `get`), never from a request; writes are Actions. */
export interface ClusterPort {
  readonly name: string;
  /** Starts watching a kind and waits for its first complete list. A kind that the server does not have is 'absent'. */
  watch(kind: GroupKind, signal: AbortSignal): Promise<'watched' | 'absent'>;
  list(kind: GroupKind, namespace?: string): readonly KubeObject[];
  get(ref: ObjectRef): KubeObject | undefined;
  /** Every change of every watched kind, after it is in the cache. The answer stops listening. */
  onChange(listener: (event: WatchEvent) => void): () => void;
  /** A request to the server, past the cache. */
  read(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined>;
  isNamespaced(kind: GroupKind): Promise<boolean | undefined>;
  dryRun(object: KubeObject, signal: AbortSignal): Promise<Prediction>;
  /** Carries one action out. After `done` the cache already shows the object that the server answered. Throws `Failure` on a failed attempt. */
  act(action: Action, signal: AbortSignal): Promise<Acted>;
}

export interface MetricsPort {
  /** One measurement. Throws `Failure` with the sentence that becomes the measurement's message. */
  measure(metric: ResolvedMetric, signal: AbortSignal): Promise<Measured>;
}
