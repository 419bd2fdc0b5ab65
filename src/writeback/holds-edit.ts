import { isScalar, isSeq, isMap } from 'yaml';
import type { Node } from 'yaml';
import { sameJson } from '../kernel/json.ts';
import type { Hold } from '../kernel/hold.ts';
import { isGitPlace, placeKey } from '../kernel/place.ts';
import type { YamlFile } from './document.ts';
import { byteOffset, parseYaml, refuse } from './document.ts';
import type { Edit, Snapshot, Splice } from './edit.ts';
import { holdLines } from './hold-entry.ts';
import { openHolds, readHolds } from './holds.ts';
import type { Replacement } from './insertion.ts';
import { colonEnd, contentEnd, dashOf, indentOf, linesAtEnd, linesBelow, newlineNear } from './insertion.ts';
import { pairOf } from './kustomization-entry.ts';

const header = [
  '# Images that must not be written here again, each with the reason. Windlass reads this file before every change.',
  '# To allow an image again, delete its entry; a line of the history then says who did.',
  'holds:',
];

/** Adds holds to the file at their sorted places (place, image, since); what stands there already is not added twice, no other byte changes. */
export function addHolds(snapshot: Snapshot, path: string, holds: readonly Hold[]): Edit {
  const found = openHolds(snapshot, path);
  if (found.kind === 'needs' || found.kind === 'refused') return found;
  const known = found.kind === 'open' ? found.holds : [];
  const fresh = sorted(holds).filter(
    (hold, index, all) => !known.some((other) => sameHold(hold, other)) && all.findIndex((other) => sameHold(hold, other)) === index,
  );
  if (fresh.length === 0) return { kind: 'unchanged' };
  if (found.kind === 'absent') {
    const text = `${[...header, ...fresh.flatMap((hold) => holdLines(hold, snapshot))].join('\n')}\n`;
    return edited(snapshot, [{ path, baseOid: '', start: 0, end: 0, was: '', text }], fresh);
  }
  const replacements = insertions(found.file, known, fresh, snapshot);
  if (replacements === undefined)
    return refuse({ file: path }, `${path} does not write its holds as a block list; write them so to let one be added`);
  return checked(snapshot, found.file, replacements, sorted([...known, ...fresh]), fresh);
}

/** Removes the entries that `lifted` names; an empty list stays. */
export function removeHolds(snapshot: Snapshot, path: string, lifted: (hold: Hold) => boolean): Edit {
  const found = openHolds(snapshot, path);
  if (found.kind === 'needs' || found.kind === 'refused') return found;
  if (found.kind === 'absent') return { kind: 'unchanged' };
  const { file, holds } = found;
  const gone = holds.filter(lifted);
  if (gone.length === 0) return { kind: 'unchanged' };
  const list = listOf(file);
  const cuts = holds.flatMap((hold, index) => (gone.includes(hold) ? [cut(file, list.node, index)] : []));
  const colon = holds.length === gone.length ? list.colon : undefined;
  const emptied = colon === undefined ? [] : [{ start: colon, end: colon, text: ' []' }];
  if (cuts.includes(undefined))
    return refuse({ file: path }, `${path} does not write its holds as a block list; write them so to let one be removed`);
  const kept = holds.filter((hold) => !gone.includes(hold));
  return checked(snapshot, file, [...emptied, ...cuts.filter((one) => one !== undefined)], kept, gone);
}

/** Two entries are one hold when one verdict holds one image at one place. */
function sameHold(left: Hold, right: Hold): boolean {
  return placeKey(left.place) === placeKey(right.place) && left.image === right.image && left.verdict === right.verdict;
}

function orderKey(hold: Hold): string {
  return `${placeKey(hold.place)}\n${hold.image}\n${hold.since}\n${hold.verdict}`;
}

function sorted(holds: readonly Hold[]): readonly Hold[] {
  return holds.toSorted((left, right) => (orderKey(left) < orderKey(right) ? -1 : Number(orderKey(left) > orderKey(right))));
}

type List = { readonly node: Node | null | undefined; readonly colon: number | undefined };

function listOf(file: YamlFile): List {
  const root = file.document.contents;
  const pair = isMap<Node, Node | null>(root) ? pairOf(root, 'holds') : undefined;
  return { node: pair?.value, colon: colonEnd(pair) };
}

/** Where the new entries go: each group of them below the entry that comes before it, so that comments stay with what follows them. */
function insertions(file: YamlFile, known: readonly Hold[], fresh: readonly Hold[], here: Snapshot): readonly Replacement[] | undefined {
  const { node, colon } = listOf(file);
  if (colon === undefined)
    return file.document.contents === null || isScalar(file.document.contents)
      ? [linesAtEnd(file.text, ['holds:', ...fresh.flatMap((hold) => holdLines(hold, here))])]
      : undefined;
  if (known.length === 0)
    return [
      intoEmpty(
        file,
        node,
        colon,
        fresh.flatMap((hold) => holdLines(hold, here)),
      ),
    ];
  const dash = node ? dashOf(node, 0) : undefined;
  if (dash === undefined || !isSeq<Node>(node)) return undefined;
  const indent = indentOf(file.text, dash);
  const groups = Map.groupBy(fresh, (hold) => known.findLastIndex((other) => orderKey(other) < orderKey(hold)));
  return [...groups].map(([above, group]) => {
    const item = node.items[above];
    const lines = group.flatMap((hold) => holdLines(hold, here)).map((line) => indent + line);
    return linesBelow(file.text, item === undefined ? colon : contentEnd(item), lines);
  });
}

/** `holds:` or `holds: []` becomes a block list; a comment behind it stays. */
function intoEmpty(file: YamlFile, node: Node | null | undefined, colon: number, lines: readonly string[]): Replacement {
  const end = node?.range?.[1] ?? colon;
  const newline = newlineNear(file.text, end);
  const lineEnd = file.text.indexOf('\n', end);
  const rest = lineEnd < 0 ? file.text.slice(end) : file.text.slice(end, lineEnd).replace(/\r$/, '');
  return { start: colon, end: end + rest.length, text: `${rest}${newline}${lines.join(newline)}` };
}

/** The lines of one entry, from its dash's line to the line in which its content ends. */
function cut(file: YamlFile, list: Node | null | undefined, index: number): Replacement | undefined {
  const item: unknown = isSeq<Node>(list) ? list.items[index] : undefined;
  const dash = list ? dashOf(list, index) : undefined;
  if (dash === undefined || !isMap<Node, Node | null>(item)) return undefined;
  const start = file.text.lastIndexOf('\n', dash - 1) + 1;
  const newline = file.text.indexOf('\n', contentEnd(item));
  return { start, end: newline < 0 ? file.text.length : newline + 1, text: '' };
}

/** The edit of these replacements, if the file then reads as exactly `expected`. */
function checked(
  snapshot: Snapshot,
  file: YamlFile,
  replacements: readonly Replacement[],
  expected: readonly Hold[],
  touched: readonly Hold[],
): Edit {
  const inOrder = replacements.toSorted((left, right) => left.start - right.start);
  const after = inOrder
    .toReversed()
    .reduce((text, { start, end, text: fresh }) => text.slice(0, start) + fresh + text.slice(end), file.text);
  const parsed = parseYaml(file.path, after);
  if ('kind' in parsed) return refuse({ file: file.path }, `the edit would break the file: ${parsed.because}`);
  const bytes = new TextEncoder().encode(after);
  const read = readHolds({ ...snapshot, files: new Map([[file.path, { mode: '100644', oid: file.oid, bytes }]]) }, file.path);
  if (read.kind !== 'holds' || !sameJson(sorted(read.holds).map(orderKey), sorted(expected).map(orderKey))) {
    return refuse({ file: file.path }, `the edit would change more of ${file.path} than its holds`);
  }
  const splices = inOrder.map(({ start, end, text }) => ({
    path: file.path,
    baseOid: file.oid,
    start: byteOffset(file.text, start),
    end: byteOffset(file.text, end),
    was: file.text.slice(start, end),
    text,
  }));
  return edited(snapshot, splices, touched);
}

function edited(snapshot: Snapshot, splices: readonly Splice[], touched: readonly Hold[]): Edit {
  const places = touched.flatMap((hold) => (isGitPlace(hold.place) && hold.place.branch === snapshot.branch ? [hold.place] : []));
  return { kind: 'edited', splices, places };
}
