import type { Edit, Located, Snapshot, Target } from './edit.ts';
import type { Change } from './kustomization.ts';
import { editKustomization, locateInKustomization } from './kustomization.ts';
import type { EntryWatch } from './kustomization-entry.ts';

/** How one kind of target finds and writes a watch's tag. `directory` counts from the root of the repository. */
type Writer = {
  readonly locate: (directory: string, watch: EntryWatch, snapshot: Snapshot) => Located;
  readonly edit: (directory: string, snapshot: Snapshot, change: Change) => Edit;
};

const writers = {
  kustomization: { locate: locateInKustomization, edit: editKustomization },
} satisfies Record<string, Writer>;

/** Where a watch is written, and what stands there now. Asks for files that the snapshot does not hold yet. */
export function locate(target: Target, watch: EntryWatch, snapshot: Snapshot): Located {
  if (target.kind === 'unsupported') return { kind: 'refused', at: { file: '' }, because: target.because };
  return writers[target.kind].locate(target.directory, watch, snapshot);
}

/** The bytes that change when a watch goes to another reference: exactly one value, or a refusal that says where and why. */
export function edit(target: Target, snapshot: Snapshot, change: Change): Edit {
  if (target.kind === 'unsupported') return { kind: 'refused', at: { file: '' }, because: target.because };
  return writers[target.kind].edit(target.directory, snapshot, change);
}
