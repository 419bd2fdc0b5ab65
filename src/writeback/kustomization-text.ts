import type { Node, YAMLMap } from 'yaml';
import { isCollection, isMap, isScalar, isSeq } from 'yaml';
import type { Refusal, YamlFile } from './document.ts';
import { entangled, holdsNothing, refuse, spotOf } from './document.ts';
import type { Replacement } from './insertion.ts';
import { colonEnd, contentEnd, dashOf, flowEnd, indentOf, linesAtEnd, linesBelow } from './insertion.ts';
import type { Entry } from './kustomization-entry.ts';
import { pairOf } from './kustomization-entry.ts';
import type { QuoteStyle } from './scalar-text.ts';
import { quoteStyleOf, scalarText } from './scalar-text.ts';

/** The one replacement that gives an entry its newTag, in the style of what stands around it. */
export function replacementFor(file: YamlFile, entry: Entry, value: string): Replacement | Refusal {
  if (entry.kind === 'entry') return inEntry(file, entry.map, value);
  const { images } = entry;
  if (images === 'absent') return newBlock(file, entry, value);
  if (isSeq<Node>(images)) return images.flow === true ? inFlowList(file, images, entry, value) : inBlockList(file, images, entry, value);
  return inEmptyList(file, entry, value);
}

function inEntry(file: YamlFile, map: YAMLMap<Node, Node | null>, value: string): Replacement | Refusal {
  const knot = entangled(map) ?? (map.has('<<') ? 'merges another mapping (<<); write its keys out' : undefined);
  if (knot !== undefined) return refuse(spotOf(file, map), `the image entry ${knot}`);
  const digest: unknown = map.get('digest', true);
  if (isScalar(digest) && !holdsNothing(digest)) {
    return refuse(spotOf(file, digest), 'the image entry is pinned by digest; remove its digest to let a tag be written');
  }
  const pair = pairOf(map, 'newTag');
  if (pair === undefined) return newKey(file, map, value);
  if (pair.value === null || holdsNothing(pair.value)) return emptyValue(file, pair, value);
  return inScalar(file, pair.value, value);
}

function inScalar(file: YamlFile, node: Node, value: string): Replacement | Refusal {
  const knot = entangled(node);
  if (knot !== undefined) return refuse(spotOf(file, node), `newTag ${knot}`);
  const style = isScalar(node) ? quoteStyleOf(node) : undefined;
  if (style === undefined || !node.range) {
    return refuse(
      spotOf(file, node),
      `newTag is ${isScalar(node) ? 'a block scalar' : 'not a text'}; write it on one line to let it be edited`,
    );
  }
  return { start: node.range[0], end: node.range[1], text: scalarText(value, style) };
}

function emptyValue(file: YamlFile, pair: unknown, value: string): Replacement | Refusal {
  const colon = colonEnd(pair);
  if (colon === undefined) return refuse({ file: file.path }, 'newTag has no value and no colon to put one behind');
  return { start: colon, end: colon, text: ` ${scalarText(value, 'plain')}` };
}

/** A key behind `newName`, or `name`, of an entry that has no newTag. */
function newKey(file: YamlFile, map: YAMLMap<Node, Node | null>, value: string): Replacement | Refusal {
  const above = pairOf(map, 'newName') ?? pairOf(map, 'name');
  if (!above?.value || !above.key.range) return refuse(spotOf(file, map), 'the image entry has no name to put a newTag behind');
  const end = contentEnd(above.value);
  if (map.flow === true) return { start: end, end, text: `, ${pairText('newTag', value, styleOf(map))}` };
  return linesBelow(file.text, end, [`${indentOf(file.text, above.key.range[0])}newTag: ${scalarText(value, 'plain')}`]);
}

type NewEntry = Entry & { readonly kind: 'missing' };

function inFlowList(file: YamlFile, images: Node, entry: NewEntry, value: string): Replacement {
  const { offset, separator } = flowEnd(images);
  return { start: offset, end: offset, text: `${separator}${flowEntry(entry, value, styleOf(images, file))}` };
}

function inBlockList(file: YamlFile, images: Node, entry: NewEntry, value: string): Replacement | Refusal {
  const dash = dashOf(images, 0);
  if (dash === undefined) return refuse(spotOf(file, images), `images of ${file.path} has no entry to write below`);
  return linesBelow(file.text, contentEnd(images), blockEntry(entry, value, indentOf(file.text, dash)));
}

/** `images:` without a value. */
function inEmptyList(file: YamlFile, entry: NewEntry, value: string): Replacement | Refusal {
  const root = file.document.contents;
  const pair = isMap<Node, Node | null>(root) ? pairOf(root, 'images') : undefined;
  const colon = colonEnd(pair);
  if (colon === undefined || (isCollection(root) && root.flow === true)) {
    return refuse(spotOf(file, root), `images of ${file.path} has no value; write [] to let an entry be added`);
  }
  return linesBelow(file.text, colon, blockEntry(entry, value, listIndent(file)));
}

function newBlock(file: YamlFile, entry: NewEntry, value: string): Replacement {
  const root = file.document.contents;
  if (isMap(root) && root.flow === true) {
    const { offset, separator } = flowEnd(root);
    const style = styleOf(root);
    return { start: offset, end: offset, text: `${separator}${word('images', style)}: [${flowEntry(entry, value, style)}]` };
  }
  return linesAtEnd(file.text, ['images:', ...blockEntry(entry, value, listIndent(file))]);
}

function blockEntry(entry: NewEntry, value: string, indent: string): readonly string[] {
  const renamed = entry.newName === undefined ? [] : [`${indent}  newName: ${scalarText(entry.newName, 'plain')}`];
  return [`${indent}- name: ${scalarText(entry.name, 'plain')}`, ...renamed, `${indent}  newTag: ${scalarText(value, 'plain')}`];
}

function flowEntry(entry: NewEntry, value: string, style: QuoteStyle): string {
  const renamed = entry.newName === undefined ? [] : [pairText('newName', entry.newName, style)];
  return `{${[pairText('name', entry.name, style), ...renamed, pairText('newTag', value, style)].join(', ')}}`;
}

function pairText(key: string, value: string, style: QuoteStyle): string {
  return `${word(key, style)}: ${scalarText(value, style)}`;
}

function word(text: string, style: QuoteStyle): string {
  return style === 'double' ? JSON.stringify(text) : text;
}

/** JSON stays JSON: `double` where the nearest keys are in double quotes. */
function styleOf(node: Node, file?: YamlFile): QuoteStyle {
  const inner = isSeq(node) ? node.items[0] : node;
  const map = isMap<Node>(inner) ? inner : file?.document.contents;
  const key: unknown = isMap<Node>(map) ? map.items[0]?.key : undefined;
  return isScalar(key) && key.type === 'QUOTE_DOUBLE' ? 'double' : 'plain';
}

/** The indentation of the file's first top-level block list: some files indent lists, others do not. */
function listIndent(file: YamlFile): string {
  const root = file.document.contents;
  const lists = isMap<Node, Node | null>(root) ? root.items.map((pair) => pair.value) : [];
  for (const list of lists) {
    const dash = isSeq(list) && list.flow !== true ? dashOf(list, 0) : undefined;
    if (dash !== undefined) return indentOf(file.text, dash);
  }
  return '';
}
