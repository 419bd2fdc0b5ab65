import type { Oid, Sha } from '../kernel/refs.ts';
import { repoIdOf } from '../kernel/refs.ts';
import type { Trailers } from '../kernel/trailers.ts';
import type { Snapshot } from '../writeback/edit.ts';
import { abortable } from './abortable.ts';
import { reachOf } from './access.ts';
import { openClones } from './clones.ts';
import type { Commit, Pushed, RepoAccess, TreeEntry } from './commit.ts';
import type { FileLog } from '../writeback/file-log.ts';
import type { GitOptions } from './environment.ts';
import { defaultProtocols } from './environment.ts';
import { fetchBranch, resolveRevision } from './fetch.ts';
import { readLogs, readTrailers } from './log.ts';
import { listTree, readBlobs, readFiles } from './objects.ts';
import { removeKeys } from './key-file.ts';
import { keepsOurs, pushCommits } from './push.ts';
import type { Count, GitStats, Session } from './session.ts';
import { openSession } from './session.ts';
import { lockFolder } from './state-lock.ts';
import { tidy } from './tidy.ts';

export interface Git {
  resolve(repo: RepoAccess, revision: string, signal: AbortSignal): Promise<{ readonly branch?: string; readonly commit: Sha }>;
  fetch(repo: RepoAccess, branch: string, signal: AbortSignal): Promise<Sha>;
  read(
    repo: RepoAccess,
    at: { readonly branch: string; readonly head: Sha },
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<Snapshot>;
  log(repo: RepoAccess, head: Sha, files: readonly string[], limit: number): Promise<ReadonlyMap<string, FileLog>>;
  tree(repo: RepoAccess, commit: Sha, directory: string, signal: AbortSignal): Promise<readonly TreeEntry[]>;
  blobs(repo: RepoAccess, oids: readonly Oid[], signal: AbortSignal): Promise<ReadonlyMap<Oid, Uint8Array>>;
  /** The trailers of a commit; none where the clone does not have it. Asks the clone alone. */
  trailers(repo: RepoAccess, commit: Sha): Promise<Trailers>;
  push(repo: RepoAccess, base: { readonly branch: string; readonly head: Sha }, commits: readonly Commit[], to?: string): Promise<Pushed>;
  /** Whether a fetched head still contains our last accepted commit on the branch (LOOP 16). */
  keepsOurs(repo: RepoAccess, at: { readonly branch: string; readonly head: Sha }): Promise<boolean>;
  stats(): GitStats;
  /** Waits for what is under way and gives the state folder back. */
  close(): Promise<void>;
}

/**
 * Reads and pushes commits over one persistent blob-less bare clone per repository below `stateDir`. All methods throw `Failure`.
 * Throws at once where another process holds the folder.
 */
export function createGit(options: GitOptions): Git {
  const release = lockFolder(options.stateDir);
  removeKeys(options.stateDir);
  const counts: Record<Count, number> = { fetches: 0, pushes: 0, blobFetches: 0, lookups: 0 };
  const cloneOf = openClones(options);
  const fetching = new Map<string, Promise<Sha>>();
  const running = new Set<Promise<unknown>>();

  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    running.add(work);
    const done = () => running.delete(work);
    work.then(done, done);
    return work;
  };

  const within = <Result>(repo: RepoAccess, work: (session: Session) => Promise<Result>): Promise<Result> => {
    const result = (async () => {
      const reach = reachOf(repo, options.allowProtocols ?? defaultProtocols);
      return work(openSession(options, reach, await cloneOf(reach.id), (count) => (counts[count] += 1)));
    })();
    return track(result);
  };

  /** Callers that want the same branch at the same time share one fetch; one that no longer waits does not end it. */
  const fetchOnce = (session: Session, branch: string): Promise<Sha> => {
    const key = `${session.reach.key}\n${branch}`;
    const known = fetching.get(key);
    if (known !== undefined) return known;
    const fresh = session.clone.serially(() => fetchBranch(session, branch)).finally(() => fetching.delete(key));
    fetching.set(key, fresh);
    void track(fresh.then(() => tidy(options, session)));
    return fresh;
  };

  return {
    resolve: (repo, revision, signal) => within(repo, (session) => resolveRevision(session, revision, signal)),
    fetch: (repo, branch, signal) => within(repo, (session) => abortable(fetchOnce(session, branch), signal)),
    read: (repo, at, paths, signal) =>
      within(repo, async (session) => ({
        repo: repoIdOf(session.reach.url),
        branch: at.branch,
        head: at.head,
        files: await readFiles(session, at.head, paths, signal),
      })),
    log: (repo, head, files, limit) => within(repo, (session) => readLogs(session, head, files, limit)),
    tree: (repo, commit, directory, signal) => within(repo, (session) => listTree(session, commit, directory, signal)),
    blobs: (repo, oids, signal) => within(repo, (session) => readBlobs(session, oids, signal)),
    trailers: (repo, commit) => within(repo, (session) => readTrailers(session, commit)),
    push: (repo, base, commits, to) =>
      within(repo, (session) =>
        pushCommits(session, { base, commits, ...(to === undefined ? {} : { to }), atMs: (options.now ?? Date.now)() }),
      ),
    keepsOurs: (repo, at) => within(repo, (session) => keepsOurs(session, at.branch, at.head)),
    stats: () => ({ ...counts }),
    async close() {
      await Promise.allSettled(running);
      removeKeys(options.stateDir);
      release();
    },
  };
}
