import type { Node } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { FileChange, FileLog } from '../writeback/file-log.ts';
import { describeReference, parseImageReference } from '../kernel/image.ts';
import type { DocPath, GitPlace } from '../kernel/place.ts';
import { placeKey } from '../kernel/place.ts';
import type { Oid } from '../kernel/refs.ts';
import type { Trailers } from '../kernel/trailers.ts';
import { trailer } from '../kernel/trailers.ts';
import type { PlaceChange, PlaceHistory } from '../policy/choice.ts';
import type { YamlFile } from './document.ts';
import { decode, parseYaml } from './document.ts';

/** The text at a path of a YAML file, as it is written there (`1.20` stays `1.20`); null where there is none or the file cannot be read. */
export function valueIn(bytes: Uint8Array, path: DocPath): string | null {
  const text = decode(bytes);
  const file = text === undefined ? undefined : parseYaml('', text);
  if (file === undefined || 'kind' in file) return null;
  const end = path.reduce<unknown>((node, step) => resolved(file, child(file, node, step)), resolved(file, file.document.contents));
  return isScalar(end) && typeof end.value === 'string' && end.value !== '' ? end.value : null;
}

function child(file: Pick<YamlFile, 'document'>, node: unknown, step: DocPath[number]): unknown {
  if (typeof step === 'string') return isMap<Node, Node | null>(node) ? node.get(step, true) : undefined;
  if (!isSeq(node)) return undefined;
  return node.items.find((item) => {
    const map = resolved(file, item);
    const key = isMap<Node, Node | null>(map) ? resolved(file, map.get(step.key, true)) : undefined;
    return isScalar(key) && key.value === step.is;
  });
}

function resolved(file: Pick<YamlFile, 'document'>, node: unknown): unknown {
  return isAlias(node) ? node.resolve(file.document) : node;
}

/**
 * Blobs that `placeHistory` reads: those before and after every change of the file. With the place and its value now given, none
 * where the newest change carries our trailer with that value (LOOP 4): nobody has answered since.
 */
export function blobsNeeded(log: FileLog, now?: { readonly place: GitPlace; readonly value: string | null }): readonly Oid[] {
  const newest = log.changes[0];
  if (newest !== undefined && now !== undefined && now.value !== null && writtenByUs(newest.trailers, now.place) === now.value) return [];
  return [...new Set(log.changes.flatMap((change) => [change.before, change.after]))].filter((oid) => oid !== null);
}

/** The value that a commit of ours says it wrote at a place: the image trailer that follows the place's. */
function writtenByUs(trailers: Trailers, place: GitPlace): string | undefined {
  const at = trailers.findIndex(([key, value]) => key === trailer.place && value === placeKey(place));
  if (at < 0) return undefined;
  const rest = trailers.slice(at + 1);
  const end = rest.findIndex(([key]) => key === trailer.place);
  const image = (end < 0 ? rest : rest.slice(0, end)).find(([key]) => key === trailer.image)?.[1];
  const reference = image === undefined ? undefined : parseImageReference(image);
  return reference === undefined ? undefined : describeReference(reference);
}

/**
 * The changes of one place's value, newest first: only commits after which another value stood there. Without the blobs of the newest
 * change its trailer tells the value, and what stood before it is not known (null); without other blobs the history ends there.
 */
export function placeHistory(log: FileLog, blobs: ReadonlyMap<Oid, Uint8Array>, place: GitPlace): PlaceHistory {
  const changes: PlaceChange[] = [];
  const values = new Map<Oid, string | null>();
  const valueOf = (oid: Oid | null): string | null | undefined => {
    if (oid === null) return null;
    const known = values.get(oid);
    const bytes = blobs.get(oid);
    if (known !== undefined || bytes === undefined) return known;
    const value = valueIn(bytes, place.path);
    values.set(oid, value);
    return value;
  };
  for (const change of log.changes) {
    const [before, after] = [valueOf(change.before), valueOf(change.after)];
    if (before === undefined || after === undefined) return { complete: false, changes: [...changes, ...told(change, place, changes)] };
    if (before !== after) changes.push(placeChange(change, before, after));
  }
  return { complete: log.complete, changes };
}

function told(change: FileChange, place: GitPlace, newer: readonly PlaceChange[]): readonly PlaceChange[] {
  const written = newer.length === 0 ? writtenByUs(change.trailers, place) : undefined;
  return written === undefined ? [] : [placeChange(change, null, written)];
}

function placeChange(change: FileChange, before: string | null, after: string | null): PlaceChange {
  return { commit: change.commit, author: change.author, at: change.at, trailers: change.trailers, before, after };
}
