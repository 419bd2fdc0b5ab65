import { Failure } from '../kernel/failure.ts';
import type { Oid, Sha } from '../kernel/refs.ts';
import type { SnapshotFile } from '../writeback/edit.ts';
import type { TreeEntry } from './commit.ts';
import { ensureCommit, fetchObjects } from './fetch.ts';
import type { Session } from './session.ts';

/** Bytes of one file; more is refused. */
const blobLimit = 8 * 1024 * 1024;
const pathsPerCommand = 500;

/** The blobs with these ids: what the clone has, and all that it lacks in one request. Throws `Failure` where one cannot be had. */
export async function readBlobs(session: Session, oids: readonly Oid[], signal?: AbortSignal): Promise<ReadonlyMap<Oid, Uint8Array>> {
  const wanted = [...new Set(oids)];
  if (wanted.length === 0) return new Map();
  const first = await batch(session, wanted);
  if (first.missing.length === 0) return first.blobs;
  const second = await session.clone.serially(async () => {
    // What another call fetched while this one waited need not be asked for again.
    const again = await batch(session, first.missing);
    if (again.missing.length === 0) return again;
    await fetchObjects(session, again.missing, signal);
    const rest = await batch(session, again.missing);
    return { blobs: new Map([...again.blobs, ...rest.blobs]), missing: rest.missing };
  });
  const lost = second.missing[0];
  if (lost !== undefined) throw new Failure('not-found', `${session.reach.label}: the server did not hand out the blob ${lost}`);
  return new Map([...first.blobs, ...second.blobs]);
}

type Batch = { readonly blobs: ReadonlyMap<Oid, Uint8Array>; readonly missing: readonly Oid[] };

async function batch(session: Session, oids: readonly Oid[]): Promise<Batch> {
  const output = await session.local(['cat-file', '--batch', '--buffer'], Buffer.from(`${oids.join('\n')}\n`));
  const blobs = new Map<Oid, Uint8Array>();
  const missing: Oid[] = [];
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(0x0a, at);
    const [oid = '', type, size] = output.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (type === 'missing') {
      missing.push(oid);
      continue;
    }
    const length = Number(size);
    if (type !== 'blob') throw new Failure('broken-answer', `${session.reach.label}: ${oid} is a ${type ?? 'nothing'}, expected a blob`);
    if (length > blobLimit)
      throw new Failure('too-large', `${session.reach.label}: the blob ${oid} has ${length} bytes; at most ${blobLimit} are read`);
    blobs.set(oid, new Uint8Array(output.subarray(at, at + length)));
    at += length + 1;
  }
  return { blobs, missing };
}

type Entry = { readonly mode: string; readonly type: string; readonly oid: Oid; readonly path: string };

function parseEntries(output: string): readonly Entry[] {
  const lines = output.split('\0').filter((line) => line !== '');
  return lines.map((line) => {
    const tab = line.indexOf('\t');
    const [mode = '', type = '', oid = ''] = line.slice(0, tab).split(' ');
    return { mode, type, oid, path: line.slice(tab + 1) };
  });
}

/** Mode and id of the given paths at a commit; what is not there is not in the map. Reads no blob. */
async function entriesAt(session: Session, commit: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
  const chunks = Array.from({ length: Math.ceil(paths.length / pathsPerCommand) }, (_, index) =>
    paths.slice(index * pathsPerCommand, (index + 1) * pathsPerCommand),
  );
  const outputs = await Promise.all(chunks.map((chunk) => session.clone.plumbing.entries(commit, chunk)));
  return new Map(outputs.flatMap(parseEntries).map((entry) => [entry.path, entry]));
}

/** Files at a commit. Directories and submodules come with their mode and without bytes. */
export async function readFiles(
  session: Session,
  commit: Sha,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, SnapshotFile | 'absent'>> {
  const wanted = [...new Set(paths)];
  wanted.forEach((path) => checkPath(session, path));
  await ensureCommit(session, commit, signal);
  const entries = await entriesAt(session, commit, wanted);
  const oids = [...entries.values()].flatMap((entry) => (entry.type === 'blob' ? [entry.oid] : []));
  const blobs = await readBlobs(session, oids, signal);
  const folders = new Set([...entries.keys()].flatMap(parentsOf));
  return new Map(
    wanted.map((path): [string, SnapshotFile | 'absent'] => {
      const entry = entries.get(path);
      if (entry !== undefined) return [path, { mode: entry.mode, oid: entry.oid, bytes: blobs.get(entry.oid) ?? new Uint8Array() }];
      // ls-tree goes into a directory that another path leads through, and does not name it.
      return [path, folders.has(path) ? { mode: '040000', oid: '', bytes: new Uint8Array() } : 'absent'];
    }),
  );
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** A path that leaves the repository is a mistake of ours: nothing that users write gets here unchecked. */
export function checkPath(session: Session, path: string): void {
  const parts = path.split('/');
  if (
    path !== '' &&
    !parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git') &&
    !/[\p{Cc}]/u.test(path)
  )
    return;
  throw new Failure('unsupported', `${session.reach.label}: ${JSON.stringify(path)} is not a path of a file in the repository`);
}

/** Every blob below a directory, sorted as git does; '' is the root. */
export async function listTree(session: Session, commit: Sha, directory: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
  const below = directory.replace(/^\/+|\/+$/g, '');
  if (below !== '') checkPath(session, below);
  await ensureCommit(session, commit, signal);
  return parseEntries(await session.clone.plumbing.blobsBelow(commit, below)).map(({ path, mode, oid }) => ({ path, mode, oid }));
}
