import { Buffer } from 'node:buffer';
import type { Oid } from '../kernel/refs.ts';
import type { SnapshotFile, Splice } from '../writeback/edit.ts';
import type { Commit } from './commit.ts';
import type { BuiltCommit } from './fast-import.ts';

export type Built =
  { readonly kind: 'built'; readonly commits: readonly BuiltCommit[] } | { readonly kind: 'refused'; readonly because: string };
type Files = ReadonlyMap<string, SnapshotFile | 'absent'>;

/**
 * The files of each commit of a chain. Every splice is checked against the bytes at the base first: it must count in the blob that
 * stands there, its `was` must be there, and no two may overlap, of whichever commits.
 */
export function buildCommits(commits: readonly Commit[], files: Files): Built {
  const all = commits.flatMap((commit) => commit.splices);
  const because = all.map((splice) => misfit(splice, files)).find((reason) => reason !== undefined) ?? overlap(all);
  if (because !== undefined) return { kind: 'refused', because };
  return { kind: 'built', commits: commits.map((commit, index) => ({ ...commit, files: filesAfter(commits.slice(0, index + 1), files) })) };
}

function misfit(splice: Splice, files: Files): string | undefined {
  const { oid, mode, bytes } = baseOf(splice.path, files);
  if (oid !== splice.baseOid) return `${splice.path} is ${describe(oid)} at the head, the edit was made for ${describe(splice.baseOid)}`;
  if (!mode.startsWith('100')) return `${splice.path} is not an ordinary file (mode ${mode})`;
  const within = splice.start >= 0 && splice.start <= splice.end && splice.end <= bytes.length;
  const fits = within && Buffer.from(bytes.subarray(splice.start, splice.end)).equals(Buffer.from(splice.was));
  return fits ? undefined : `${splice.path} does not hold ${JSON.stringify(splice.was)} at bytes ${splice.start} to ${splice.end}`;
}

/** A file at the base; one that is absent is empty, with the mode that it will get. */
function baseOf(path: string, files: Files): SnapshotFile {
  const file = files.get(path);
  return file === undefined || file === 'absent' ? { oid: '', mode: '100644', bytes: new Uint8Array() } : file;
}

function describe(oid: Oid): string {
  return oid === '' ? 'absent' : `blob ${oid}`;
}

function overlap(splices: readonly Splice[]): string | undefined {
  const sorted = splices.toSorted((left, right) =>
    left.path === right.path ? left.start - right.start || left.end - right.end : left.path < right.path ? -1 : 1,
  );
  const clash = sorted.find((splice, index) => {
    const before = sorted[index - 1];
    if (before?.path !== splice.path) return false;
    return before.end > splice.start || (before.start === splice.start && before.end === splice.end);
  });
  return clash === undefined ? undefined : `two edits of ${clash.path} overlap at byte ${clash.start}`;
}

/** The files that the last commit changes, with the splices of all commits up to it. */
function filesAfter(commits: readonly Commit[], files: Files) {
  const paths = [...new Set(commits.at(-1)?.splices.map((splice) => splice.path))].sort();
  const splices = commits.flatMap((commit) => commit.splices);
  return paths.map((path) => {
    const base = baseOf(path, files);
    return {
      path,
      mode: base.mode,
      bytes: spliced(
        base.bytes,
        splices.filter((splice) => splice.path === path),
      ),
    };
  });
}

function spliced(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const splice of splices.toSorted((left, right) => left.start - right.start || left.end - right.end)) {
    parts.push(bytes.subarray(at, splice.start), Buffer.from(splice.text));
    at = splice.end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}
