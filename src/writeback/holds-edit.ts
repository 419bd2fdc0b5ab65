import { oneLine } from '../kernel/escape.ts';
import { sameJson } from '../kernel/json.ts';
import type { Hold } from '../kernel/hold.ts';
import { isGitPlace, placeKey } from '../kernel/place.ts';
import type { YamlFile } from './document.ts';
import { byteOffset, parseYaml, refuse } from './document.ts';
import type { Edit, Snapshot, Splice } from './edit.ts';
import { holdLines } from './hold-entry.ts';
import type { HoldsFile } from './holds.ts';
import { openHolds, readHolds } from './holds.ts';
import { blockText, entriesAdded, entriesRemoved } from './holds-text.ts';
import type { Replacement } from './insertion.ts';

const header = [
  '# Images that must not be written here again, each with the reason. Windlass reads this file before every change.',
  '# To allow an image again, delete its entry; the history then says who did.',
  'holds:',
];

/** Adds holds to the file at their sorted places (place, image, since); what stands there already is not added twice, no other byte changes. */
export function addHolds(snapshot: Snapshot, path: string, holds: readonly Hold[]): Edit {
  const found = openHolds(snapshot, path);
  if (found.kind === 'needs' || found.kind === 'refused') return found;
  const known = found.kind === 'open' ? found.holds : [];
  const fresh = sorted(uniqueHolds(holds.map(written)).filter((hold) => !known.some((other) => sameHold(hold, other))));
  if (fresh.length === 0) return { kind: 'unchanged' };
  const groups = groupsOf(known, fresh, snapshot);
  const replacements = found.kind === 'absent' ? [newFile(snapshot, fresh)] : inBlocks(found.file, (file) => entriesAdded(file, groups));
  if (replacements === undefined) return noList(path);
  return checked({ snapshot, path, found, replacements, expected: [...known, ...fresh], touched: fresh });
}

/** Removes the entries that `lifted` names; an empty list stays. */
export function removeHolds(snapshot: Snapshot, path: string, lifted: (hold: Hold) => boolean): Edit {
  const found = openHolds(snapshot, path);
  if (found.kind === 'needs' || found.kind === 'refused') return found;
  if (found.kind === 'absent') return { kind: 'unchanged' };
  const marked = found.holds.map((hold) => ({ hold, gone: lifted(hold) }));
  const touched = marked.flatMap(({ hold, gone }) => (gone ? [hold] : []));
  if (touched.length === 0) return { kind: 'unchanged' };
  const expected = marked.flatMap(({ hold, gone }) => (gone ? [] : [hold]));
  const indexes = marked.flatMap(({ gone }, index) => (gone ? [index] : []));
  const replacements = inBlocks(found.file, (file) => entriesRemoved(file, indexes, expected.length === 0));
  if (replacements === undefined) return noList(path);
  return checked({ snapshot, path, found, replacements, expected, touched });
}

/** A hold as the file can carry it: foreign text is one harmless line (LOOP 22). */
function written(hold: Hold): Hold {
  return { ...hold, verdict: oneLine(hold.verdict), because: oneLine(hold.because) };
}

/** Two entries are one hold when one verdict holds one image at one place. */
function sameHold(left: Hold, right: Hold): boolean {
  return placeKey(left.place) === placeKey(right.place) && left.image === right.image && left.verdict === right.verdict;
}

function uniqueHolds(holds: readonly Hold[]): readonly Hold[] {
  return holds.filter((hold, index) => holds.findIndex((other) => sameHold(hold, other)) === index);
}

function orderKey(hold: Hold): string {
  return `${placeKey(hold.place)}\n${hold.image}\n${hold.since}\n${hold.verdict}`;
}

function sorted(holds: readonly Hold[]): readonly Hold[] {
  return holds.toSorted((left, right) => (orderKey(left) < orderKey(right) ? -1 : Number(orderKey(left) > orderKey(right))));
}

function groupsOf(known: readonly Hold[], fresh: readonly Hold[], here: Snapshot) {
  const groups = Map.groupBy(fresh, (hold) => known.findLastIndex((other) => orderKey(other) < orderKey(hold)));
  return [...groups].map(([below, holds]) => ({ below, lines: holds.flatMap((hold) => holdLines(hold, here)) }));
}

function newFile(snapshot: Snapshot, holds: readonly Hold[]): Replacement {
  return { start: 0, end: 0, text: `${[...header, ...holds.flatMap((hold) => holdLines(hold, snapshot))].join('\n')}\n` };
}

/**
 * Replacements in a file of blocks. A list that somebody wrote in another style (JSON is YAML, too) is written anew as blocks first: the
 * file is ours, and a hold that cannot be written would be a bad image that comes back.
 */
function inBlocks(file: YamlFile, edit: (file: YamlFile) => readonly Replacement[] | undefined): readonly Replacement[] | undefined {
  const inPlace = edit(file);
  if (inPlace !== undefined) return inPlace;
  const anew = parseYaml(file.path, blockText(file));
  const replacements = 'kind' in anew ? undefined : edit({ ...anew, oid: file.oid });
  if ('kind' in anew || replacements === undefined) return undefined;
  return [{ start: 0, end: file.text.length, text: replaceIn(anew.text, replacements) }];
}

function replaceIn(text: string, replacements: readonly Replacement[]): string {
  const lastFirst = replacements.toSorted((left, right) => right.start - left.start);
  return lastFirst.reduce((whole, one) => whole.slice(0, one.start) + one.text + whole.slice(one.end), text);
}

function noList(path: string): Edit {
  return refuse({ file: path }, `${path} does not write its holds as a list that can be edited; write them as one`);
}

type Draft = {
  readonly snapshot: Snapshot;
  readonly path: string;
  readonly found: Exclude<HoldsFile, { kind: 'needs' | 'refused' }>;
  readonly replacements: readonly Replacement[];
  readonly expected: readonly Hold[];
  readonly touched: readonly Hold[];
};

/** The edit of these replacements, if the file then reads as exactly the expected holds. */
function checked({ snapshot, path, found, replacements, expected, touched }: Draft): Edit {
  const [text, baseOid] = found.kind === 'open' ? [found.file.text, found.file.oid] : ['', ''];
  const inOrder = replacements.toSorted((left, right) => left.start - right.start);
  const file = { mode: '100644', oid: baseOid, bytes: new TextEncoder().encode(replaceIn(text, replacements)) };
  const read = readHolds({ ...snapshot, files: new Map([[path, file]]) }, path);
  if (read.kind !== 'holds')
    return refuse({ file: path }, `the edit would break ${path}${read.kind === 'refused' ? `: ${read.because}` : ''}`);
  if (!sameJson(sorted(read.holds), sorted(expected))) return refuse({ file: path }, `the edit would change other holds of ${path}`);
  const splices = inOrder.map(({ start, end, text: fresh }): Splice => ({
    path,
    baseOid,
    start: byteOffset(text, start),
    end: byteOffset(text, end),
    was: text.slice(start, end),
    text: fresh,
  }));
  const places = touched.flatMap((hold) => (isGitPlace(hold.place) && hold.place.branch === snapshot.branch ? [hold.place] : []));
  return { kind: 'edited', splices, places };
}
