import type { Problem } from '../kernel/problem.ts';
import { describeProblems } from '../kernel/problem.ts';
import { isBody } from '../kernel/json.ts';
import type { Hold } from '../kernel/hold.ts';
import type { Spot, Snapshot } from './edit.ts';
import type { YamlFile } from './document.ts';
import { openFile, refuse, valuesOf } from './document.ts';
import { readHold } from './hold-entry.ts';

export type HoldsRead =
  | { readonly kind: 'needs'; readonly paths: readonly string[] }
  | { readonly kind: 'holds'; readonly holds: readonly Hold[] }
  | { readonly kind: 'refused'; readonly at: Spot; readonly because: string };

/** The holds of a repository's branch (LOOP 13). No file: no holds. A file that cannot be understood to the end is refused whole. */
export function readHolds(snapshot: Snapshot, path: string): HoldsRead {
  const found = openHolds(snapshot, path);
  if (found.kind !== 'open') return found.kind === 'absent' ? { kind: 'holds', holds: [] } : found;
  return { kind: 'holds', holds: found.holds };
}

export type HoldsFile =
  | { readonly kind: 'needs'; readonly paths: readonly string[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'open'; readonly file: YamlFile; readonly holds: readonly Hold[] }
  | { readonly kind: 'refused'; readonly at: Spot; readonly because: string };

/** The holds file, parsed and checked; its holds are in the order of its entries. */
export function openHolds(snapshot: Snapshot, path: string): HoldsFile {
  const known = snapshot.files.get(path);
  if (known === undefined) return { kind: 'needs', paths: [path] };
  if (known === 'absent') return { kind: 'absent' };
  const file = openFile(snapshot, path);
  if ('kind' in file) return file;
  const read = valuesOf(file);
  if (read === undefined) return refuse({ file: path }, `${path} holds aliases that do not resolve or multiply beyond reason`);
  const parsed = parseHolds(read.values, snapshot);
  if (parsed.problems.length > 0) return refuse({ file: path }, `${path}: ${describeProblems(parsed.problems)}`);
  return { kind: 'open', file, holds: parsed.holds };
}

function parseHolds(
  values: unknown,
  here: { readonly repo: string; readonly branch: string },
): { readonly holds: readonly Hold[]; readonly problems: readonly Problem[] } {
  if (values === null || values === '') return { holds: [], problems: [] };
  // A misspelt key must not lift every hold.
  const list = isBody(values) ? values['holds'] : undefined;
  if (list === '') return { holds: [], problems: [] };
  if (!Array.isArray(list))
    return { holds: [], problems: [{ at: 'holds', got: list === undefined ? 'nothing' : 'something else', expected: 'a list' }] };
  const read = list.map((entry: unknown, index) => readHold(entry, `holds[${index}]`, here));
  return { holds: read.flatMap(({ hold }) => (hold === undefined ? [] : [hold])), problems: read.flatMap(({ problems }) => problems) };
}
