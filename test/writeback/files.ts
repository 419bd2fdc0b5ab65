import type { Edit, Snapshot, SnapshotFile } from '../../src/writeback/edit.ts';

const encoder = new TextEncoder();

/** A snapshot of one directory's kustomization; the other two names were looked for. */
export function kustomization(text: string | Uint8Array, options: { directory?: string; mode?: string } = {}): Snapshot {
  const prefix = options.directory === undefined ? '' : `${options.directory}/`;
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  return snapshotOf({
    [`${prefix}kustomization.yaml`]: { mode: options.mode ?? '100644', oid: 'a'.repeat(40), bytes },
    [`${prefix}kustomization.yml`]: 'absent',
    [`${prefix}Kustomization`]: 'absent',
  });
}

export function snapshotOf(files: Record<string, SnapshotFile | string>): Snapshot {
  const entries = Object.entries(files).map(([path, file]): [string, SnapshotFile | 'absent'] => {
    if (file === 'absent') return [path, 'absent'];
    return [path, typeof file === 'string' ? { mode: '100644', oid: 'b'.repeat(40), bytes: encoder.encode(file) } : file];
  });
  return { repo: 'git.example/team/deploy', branch: 'main', head: 'c'.repeat(40), files: new Map(entries) };
}

/** The file after an edit, by bytes: checks that each splice's `was` stands where it says. */
export function applied(edit: Edit, snapshot: Snapshot, path: string): string {
  if (edit.kind !== 'edited') throw new Error(`not edited: ${JSON.stringify(edit)}`);
  const file = snapshot.files.get(path);
  let bytes = Buffer.from(file === undefined || file === 'absent' ? '' : file.bytes);
  const splices = edit.splices
    .filter((splice) => splice.path === path)
    .toSorted((left, right) => right.start - left.start || right.end - left.end);
  for (const splice of splices) {
    const was = bytes.subarray(splice.start, splice.end).toString();
    if (was !== splice.was) throw new Error(`expected ${JSON.stringify(splice.was)} at ${splice.start}, found ${JSON.stringify(was)}`);
    bytes = Buffer.concat([bytes.subarray(0, splice.start), Buffer.from(splice.text), bytes.subarray(splice.end)]);
  }
  return bytes.toString();
}
