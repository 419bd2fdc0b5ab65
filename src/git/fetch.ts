import { createHash } from 'node:crypto';
import { Failure } from '../kernel/failure.ts';
import type { Sha } from '../kernel/refs.ts';
import { failureOf } from './failures.ts';
import type { Count, Session } from './session.ts';
import { operations } from './session.ts';

const quietly = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance', '--filter=blob:none'];

/** Our own name for what a branch was: hashed, so that `a` and `a/b` never stand in each other's way. */
export function refOf(kind: 'head' | 'accepted' | 'kept', name: string): string {
  return `refs/windlass/${kind}/${createHash('sha256').update(name).digest('hex').slice(0, 20)}`;
}

const branchGrammar = /^(?![-/.])(?!.*(?:\/\/|\.\.|@\{|\/\.|\.lock(?:\/|$)))[^\p{Cc} ~^:?*[\\]+(?<![/.])$/u;

/** Throws where a text cannot be a branch (git-check-ref-format): it would mean something else in a refspec. */
export function checkBranch(session: Session, branch: string): void {
  if (!branchGrammar.test(branch))
    throw new Failure('not-found', `${session.reach.label}: ${JSON.stringify(branch)} cannot be the name of a branch`);
}

/** Fetches a branch; its commit on the remote. */
export async function fetchBranch(session: Session, branch: string, signal?: AbortSignal): Promise<Sha> {
  checkBranch(session, branch);
  const ref = refOf('head', branch);
  await fetched(session, 'fetches', [...quietly, 'origin', `+refs/heads/${branch}:${ref}`], signal);
  const head = await existing(session, ref, branch);
  session.clone.commits.add(head);
  return head;
}

/** Makes sure that a commit is in the clone: it may be a tag's, or one that a decision was replayed on. */
export async function ensureCommit(session: Session, commit: Sha, signal?: AbortSignal): Promise<void> {
  if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit))
    throw new Failure('not-found', `${session.reach.label}: ${JSON.stringify(commit)} is no commit id`);
  const { commits, plumbing } = session.clone;
  if (commits.has(commit)) return;
  if ((await plumbing.commitOf(commit)) === undefined) await fetchCommit(session, commit, signal);
  commits.add(commit);
}

async function fetchCommit(session: Session, commit: Sha, signal?: AbortSignal): Promise<void> {
  await session.clone.serially(() => fetched(session, 'fetches', [...quietly, 'origin', `+${commit}:${refOf('kept', commit)}`], signal));
}

async function existing(session: Session, ref: string, branch: string): Promise<Sha> {
  const head = await session.clone.plumbing.commitOf(ref);
  if (head === undefined) throw new Failure('not-found', `${session.reach.label}: the branch ${branch} does not exist there`);
  return head;
}

async function fetched(session: Session, count: Count, args: readonly string[], signal?: AbortSignal): Promise<void> {
  const ran = await session.remote(count, ['fetch', ...args], signal === undefined ? {} : { signal });
  if (ran.code !== 0) throw failureOf(operations[count], session.reach, ran.stderr);
}

/** Fetches objects by id in one request; no negotiation, because the clone's commits say nothing about blobs. */
export async function fetchObjects(session: Session, oids: readonly string[], signal?: AbortSignal): Promise<void> {
  const args = ['-c', 'fetch.negotiationAlgorithm=noop', 'fetch', ...quietly, '--stdin', 'origin'];
  const more = { input: Buffer.from(`${oids.join('\n')}\n`), ...(signal === undefined ? {} : { signal }) };
  const ran = await session.remote('blobFetches', args, more);
  if (ran.code !== 0) throw failureOf(operations.blobFetches, session.reach, ran.stderr);
}

/**
 * What a revision means on the remote now: '' and HEAD its default branch, else a branch, a tag, or a commit by its full id, in this
 * order (Argo CD v3.5 asks in the same one).
 */
export async function resolveRevision(
  session: Session,
  revision: string,
  signal: AbortSignal,
): Promise<{ readonly branch?: string; readonly commit: Sha }> {
  const head = revision === '' || revision === 'HEAD';
  if (!head) checkBranch(session, revision);
  const names = head ? ['HEAD'] : [`refs/heads/${revision}`, `refs/tags/${revision}`, `refs/tags/${revision}^{}`];
  const ran = await session.remote('lookups', ['ls-remote', '--symref', 'origin', ...names], { signal });
  if (ran.code !== 0) throw failureOf(operations.lookups, session.reach, ran.stderr);
  const advertised = readRefs(ran.stdout.toString());
  if (head) return defaultBranch(session, advertised);
  const branch = advertised.commits.get(`refs/heads/${revision}`);
  if (branch !== undefined) return { branch: revision, commit: branch };
  const commit = commitNamed(revision, advertised);
  if (commit === undefined)
    throw new Failure('not-found', `${session.reach.label}: ${revision} is no branch, no tag and no full commit id there`);
  await ensureCommit(session, commit, signal);
  return { commit };
}

/** The commit of a tag (an annotated one points to it) or of a full id. */
function commitNamed(revision: string, { commits }: Advertised): Sha | undefined {
  const tag = commits.get(`refs/tags/${revision}^{}`) ?? commits.get(`refs/tags/${revision}`);
  return tag ?? (/^[0-9a-f]{40}$/.test(revision) ? revision : undefined);
}

type Advertised = { readonly commits: ReadonlyMap<string, Sha>; readonly headOf: string | undefined };

/** Output of `ls-remote --symref`: `ref: refs/heads/main<tab>HEAD`, `<id><tab><ref>`. */
function readRefs(output: string): Advertised {
  const lines = output.split('\n').map((line) => line.split('\t'));
  const commits = new Map<string, Sha>();
  let headOf: string | undefined;
  for (const [value = '', ref = ''] of lines) {
    if (!value.startsWith('ref: ')) commits.set(ref, value);
    else if (ref === 'HEAD') headOf = value.slice('ref: '.length);
  }
  return { commits, headOf };
}

function defaultBranch(session: Session, { commits, headOf }: Advertised): { readonly branch: string; readonly commit: Sha } {
  const [branch, commit] = [/^refs\/heads\/(.+)$/.exec(headOf ?? '')?.[1], commits.get('HEAD')];
  if (branch !== undefined && commit !== undefined) return { branch, commit };
  throw new Failure('not-found', `${session.reach.label}: its HEAD names no branch with a commit; name the branch in targetRevision`);
}
