import type { Reference } from '../kernel/image.ts';
import { isDigest, isTag } from '../kernel/image.ts';
import type { GitPlace } from '../kernel/place.ts';
import type { Refusal, YamlFile } from './document.ts';
import { byteOffset, openFile, refuse, spotOf } from './document.ts';
import type { Edit, Located, Snapshot } from './edit.ts';
import { differsAsIntended, intendedValues } from './intended.ts';
import type { Entry, EntryWatch } from './kustomization-entry.ts';
import { findEntry, textOf } from './kustomization-entry.ts';
import { replacementFor } from './kustomization-text.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

export type Change = {
  readonly watch: EntryWatch;
  /** Written as it is: `tag`, or `tag@digest` where it holds both. */
  readonly to: Reference;
};

/** Where a kustomization writes a watch's tag, and what stands there now (undefined: no entry, or one without a tag). */
export function locateInKustomization(directory: string, watch: EntryWatch, snapshot: Snapshot): Located {
  const found = find(directory, watch, snapshot);
  if (found.kind !== 'found') return found;
  const { file, entry } = found;
  const place = placeOf(snapshot, file.path, entry.name);
  if (entry.kind === 'missing') return { kind: 'located', place, current: undefined };
  return { kind: 'located', place, current: currentOf(textOf(entry.map, 'newTag'), textOf(entry.map, 'digest')) };
}

/** Writes a watch's tag into a kustomization: one value differs afterwards, or nothing is written. */
export function editKustomization(directory: string, snapshot: Snapshot, change: Change): Edit {
  const found = find(directory, change.watch, snapshot);
  if (found.kind !== 'found') return found;
  const { file, entry } = found;
  const value = writtenValue(change.to);
  if (value === undefined) return refuse({ file: file.path }, `there is no tag to write for ${change.watch.image}`);
  if (entry.kind === 'entry' && textOf(entry.map, 'newTag') === value && textOf(entry.map, 'digest') === undefined)
    return { kind: 'unchanged' };
  const replacement = replacementFor(file, entry, value);
  if ('kind' in replacement) return replacement;
  const after = file.text.slice(0, replacement.start) + replacement.text + file.text.slice(replacement.end);
  const problem = differsAsIntended(file, after, (values) => intendedValues(values, entry, value));
  if (problem !== undefined) return refuse(entry.kind === 'entry' ? spotOf(file, entry.map) : { file: file.path }, problem);
  const splice = {
    path: file.path,
    baseOid: file.oid,
    start: byteOffset(file.text, replacement.start),
    end: byteOffset(file.text, replacement.end),
    was: file.text.slice(replacement.start, replacement.end),
    text: replacement.text,
  };
  return { kind: 'edited', splices: [splice], places: [placeOf(snapshot, file.path, entry.name)] };
}

type Found = { readonly kind: 'found'; readonly file: YamlFile; readonly entry: Entry };

function find(
  directory: string,
  watch: EntryWatch,
  snapshot: Snapshot,
): Found | Refusal | { readonly kind: 'needs'; readonly paths: readonly string[] } {
  const paths = fileNames.map((name) => (directory === '' ? name : `${directory}/${name}`));
  const unread = paths.filter((path) => !snapshot.files.has(path));
  if (unread.length > 0) return { kind: 'needs', paths: unread };
  const present = paths.filter((path) => snapshot.files.get(path) !== 'absent');
  const [path, second] = present;
  const where = directory === '' ? 'the root of the repository' : directory;
  if (path === undefined) return refuse({ file: paths[0] ?? directory }, `${where} holds no ${fileNames.join(', ')} on ${snapshot.branch}`);
  if (second !== undefined) return refuse({ file: second }, `${where} holds more than one kustomization: ${present.join(', ')}`);
  const file = openFile(snapshot, path);
  if ('kind' in file) return file;
  const entry = findEntry(file, watch);
  return entry.kind === 'refused' ? entry : { kind: 'found', file, entry };
}

function placeOf(snapshot: Snapshot, file: string, name: string): GitPlace {
  return { repo: snapshot.repo, branch: snapshot.branch, file, path: ['images', { key: 'name', is: name }, 'newTag'] };
}

/** `newTag` may hold `tag@digest`: kustomize writes it behind the colon as it is. */
function currentOf(newTag: string | undefined, digest: string | undefined): Reference | undefined {
  const [tag, pinned] = (newTag ?? '').split('@', 2);
  const held = digest ?? pinned;
  if (tag === '' && held === undefined) return undefined;
  return { ...(tag === undefined || tag === '' ? {} : { tag }), ...(held === undefined ? {} : { digest: held }) };
}

function writtenValue({ tag, digest }: Reference): string | undefined {
  if (tag === undefined || !isTag(tag)) return undefined;
  if (digest === undefined) return tag;
  return isDigest(digest) ? `${tag}@${digest}` : undefined;
}
