import { Failure } from '../kernel/failure.ts';
import { oneLine } from '../kernel/escape.ts';
import type { Sha } from '../kernel/refs.ts';
import { redact } from './access.ts';
import { buildCommits } from './build.ts';
import type { Commit, Pushed } from './commit.ts';
import { failureOf } from './failures.ts';
import { importStream } from './fast-import.ts';
import { checkBranch, ensureCommit, fetchBranch, refOf } from './fetch.ts';
import { readFiles } from './objects.ts';
import type { Session } from './session.ts';
import { operations } from './session.ts';

export type PushOrder = {
  readonly base: { readonly branch: string; readonly head: Sha };
  readonly commits: readonly Commit[];
  /** Another branch to push to, which must not exist yet. */
  readonly to?: string;
  readonly atMs: number;
};

/** Builds the commits as one chain on the base and pushes them, with a lease on what was read (LOOP 16). */
export async function pushCommits(session: Session, order: PushOrder): Promise<Pushed> {
  const branch = order.to ?? order.base.branch;
  checkBranch(session, branch);
  if (order.commits.length === 0) return { kind: 'pushed', commits: [] };
  const paths = order.commits.flatMap((commit) => commit.splices.map((splice) => splice.path));
  await ensureCommit(session, order.base.head);
  const built = buildCommits(order.commits, await readFiles(session, order.base.head, paths));
  if (built.kind === 'refused') return built;
  return session.clone.serially(async () => {
    const stream = importStream('refs/windlass/built', order.base.head, built.commits, order.atMs);
    const printed = await session.local(['fast-import', '--quiet', '--force', '--date-format=raw'], stream);
    return send(session, order, branch, printed.toString().trim().split('\n'));
  });
}

async function send(session: Session, order: PushOrder, branch: string, commits: readonly Sha[]): Promise<Pushed> {
  const tip = commits.at(-1) ?? '';
  const lease = `--force-with-lease=refs/heads/${branch}:${order.to === undefined ? order.base.head : ''}`;
  const args = [
    'push',
    '--porcelain',
    '--atomic',
    '--no-verify',
    '--no-recurse-submodules',
    lease,
    'origin',
    `${tip}:refs/heads/${branch}`,
  ];
  const sent = await session.remote('pushes', args).then(
    (ran) => (ran.code === 0 ? undefined : answerOf(session, branch, ran.stdout.toString(), ran.stderr)),
    (thrown: unknown): Answer => ({ kind: 'unknown', thrown }),
  );
  if (sent === undefined) return accept(session, branch, commits);
  if (sent.kind === 'refused') return sent;
  return look(session, order, { branch, commits, sent });
}

type Answer = { readonly kind: 'refused'; readonly because: string } | { readonly kind: 'lost' | 'unknown'; readonly thrown: unknown };

// git's own words for a lease or a fast-forward that no longer holds, and those of a server whose branch moved while it received.
const lostRace =
  /stale info|fetch first|non-fast-forward|already exists|failed to update ref|cannot lock ref|incorrect old value|reference already exists/i;

/** What the remote answered to a push that failed: the porcelain line of the branch, or none where the connection broke. */
function answerOf(session: Session, branch: string, stdout: string, stderr: string): Answer {
  const line = stdout.split('\n').find((text) => text.startsWith('!'));
  const failure = failureOf(operations.pushes, session.reach, stderr);
  if (line === undefined) return { kind: 'unknown', thrown: failure };
  const summary = line.split('\t')[2] ?? '';
  const reason = /\((.*)\)\s*$/.exec(summary)?.[1] ?? summary;
  // Under --atomic the reason is of the whole push; why the branch did not move stands in what the remote said.
  const because = reason === 'atomic transaction failed' ? stderr : reason;
  if (lostRace.test(because)) return { kind: 'lost', thrown: failure };
  if (!summary.startsWith('[remote rejected]') && !summary.startsWith('[rejected]')) return { kind: 'unknown', thrown: failure };
  const said = remoteSentence(redact(stderr, session.reach.secrets));
  return {
    kind: 'refused',
    because: `${session.reach.label} refuses the push to ${branch}: ${said === '' ? '' : `${said} `}(${oneLine(reason)})`,
  };
}

/** What the other side's hook said, as one line. */
function remoteSentence(stderr: string): string {
  const lines = stderr.split('\n').flatMap((line) => /^remote:\s*(?:error:\s*)*(.*?)\s*$/.exec(line)?.[1] ?? []);
  return oneLine(lines.filter((line) => line !== '').join(' '));
}

type Unsettled = { readonly branch: string; readonly commits: readonly Sha[]; readonly sent: Extract<Answer, { thrown: unknown }> };

/** After a lost race or a broken connection only the branch itself tells what happened. */
async function look(session: Session, order: PushOrder, { branch, commits, sent }: Unsettled): Promise<Pushed> {
  const { plumbing } = session.clone;
  const head = await fetchBranch(session, branch).catch((thrown: unknown) => {
    throw sent.kind === 'unknown' ? sent.thrown : thrown;
  });
  if (await plumbing.isAncestor(commits.at(-1) ?? '', head)) return accept(session, branch, commits);
  if (order.to === undefined && head === order.base.head) throw unmoved(session, branch, sent.thrown);
  if (sent.kind === 'unknown' && order.to !== undefined) throw sent.thrown;
  return (await keepsOurs(session, branch, head)) ? { kind: 'raced', head } : { kind: 'rewritten', head };
}

/** Nobody pushed, and neither did we: a server that could not lock its own branch, or a connection that broke. */
function unmoved(session: Session, branch: string, thrown: unknown): unknown {
  if (thrown instanceof Failure && thrown.code !== 'broken-answer') return thrown;
  return new Failure(
    'server-error',
    `${session.reach.label}: the push to ${branch} failed on the server, and nobody else pushed; it is tried again`,
    { cause: thrown },
  );
}

/** Remembers the newest commit of ours that a branch took, over restarts. */
async function accept(session: Session, branch: string, commits: readonly Sha[]): Promise<Pushed> {
  const tip = commits.at(-1) ?? '';
  const updates = [refOf('accepted', branch), refOf('head', branch)].map((ref) => `update ${ref} ${tip}\n`).join('');
  await session.local(['update-ref', '--stdin'], Buffer.from(updates));
  commits.forEach((commit) => session.clone.commits.add(commit));
  return { kind: 'pushed', commits };
}

/** Whether a head still contains the newest commit of ours that the branch took; true where it took none yet. */
export async function keepsOurs(session: Session, branch: string, head: Sha): Promise<boolean> {
  const { plumbing } = session.clone;
  const accepted = await plumbing.commitOf(refOf('accepted', branch));
  return accepted === undefined || plumbing.isAncestor(accepted, head);
}
