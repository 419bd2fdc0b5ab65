import type { Sha } from '../kernel/refs.ts';
import { timeOf } from '../kernel/time.ts';
import type { Trailers } from '../kernel/trailers.ts';
import type { FileChange, FileLog } from '../writeback/file-log.ts';
import { ensureCommit } from './fetch.ts';
import { checkPath } from './objects.ts';
import type { Session } from './session.ts';

/** Fields end with NUL, which no part of a commit can hold; `-z` ends the changed paths with it too. */
const format = ['%H', '%ct', '%an <%ae>', '%s', '%(trailers:only,unfold)'].join('%x00');
const fieldCount = 5;

/** More files than this are asked for in several runs: a command line has an end. */
const filesPerRun = 400;

/** Commits of one run for several files; a file that none of them changed is asked for alone. */
const commitsPerRun = 2_000;

/**
 * First-parent commits that changed each of the files, newest first; a merge counts as the change that it brings to its first parent.
 * One run of git serves many files. `complete` is false where older commits were not read.
 */
export async function readLogs(
  session: Session,
  head: Sha,
  files: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, FileLog>> {
  files.forEach((file) => checkPath(session, file));
  await ensureCommit(session, head);
  const logs = new Map<string, FileLog>();
  for (let from = 0; from < files.length; from += filesPerRun) {
    for (const [file, log] of await readRun(session, head, files.slice(from, from + filesPerRun), limit)) logs.set(file, log);
  }
  return logs;
}

async function readRun(session: Session, head: Sha, files: readonly string[], limit: number): Promise<ReadonlyMap<string, FileLog>> {
  const most = files.length === 1 ? limit + 1 : Math.max(commitsPerRun, limit + 1);
  const changes = parseLog(await session.clone.plumbing.history(head, files, most, format));
  const whole = new Set(changes.map(({ commit }) => commit)).size < most;
  const logs = new Map<string, FileLog>();
  for (const file of files) {
    const mine = changes.filter(({ path }) => path === file).map(({ path: _path, ...change }) => change);
    // Alone and still without a change, though the run was full: the path is a directory, or was one.
    if (mine.length > 0 || whole || files.length === 1)
      logs.set(file, { complete: whole && mine.length <= limit, changes: mine.slice(0, limit) });
    else for (const [name, log] of await readRun(session, head, [file], limit)) logs.set(name, log);
  }
  return logs;
}

type PathChange = FileChange & { readonly path: string };

function parseLog(output: string): readonly PathChange[] {
  const tokens = output.split('\0');
  const changes: PathChange[] = [];
  for (let at = 0; at + fieldCount < tokens.length;) {
    const [commit = '', seconds, author = '', subject = '', trailers = ''] = tokens.slice(at, at + fieldCount);
    const said = { commit, author, at: timeOf(Number(seconds) * 1000), subject, trailers: parseTrailers(trailers) };
    at += fieldCount;
    // Behind the fields of a commit stand its changes: each a raw line and a path.
    for (let raw = rawChange(tokens[at]); raw !== undefined; raw = rawChange(tokens[at])) {
      changes.push({ ...said, ...raw, path: tokens[at + 1] ?? '' });
      at += 2;
    }
  }
  return changes;
}

function rawChange(token: string | undefined): Pick<FileChange, 'before' | 'after'> | undefined {
  const raw = /^\n?:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) /.exec(token ?? '');
  return raw === null ? undefined : { before: blobOf(raw[1]), after: blobOf(raw[2]) };
}

function blobOf(oid: string | undefined): string | null {
  return oid === undefined || /^0+$/.test(oid) ? null : oid;
}

/** The trailers of one commit; none where the clone does not have it. */
export async function readTrailers(session: Session, commit: Sha): Promise<Trailers> {
  return parseTrailers((await session.clone.plumbing.trailersOf(commit)) ?? '');
}

function parseTrailers(text: string): Trailers {
  return text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon <= 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
  });
}
