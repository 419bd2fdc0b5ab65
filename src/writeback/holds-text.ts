import type { Node } from 'yaml';
import { isMap, isScalar, isSeq, visit } from 'yaml';
import type { YamlFile } from './document.ts';
import type { Replacement } from './insertion.ts';
import { colonEnd, contentEnd, dashOf, indentOf, linesAtEnd, linesBelow, newlineNear } from './insertion.ts';
import { pairOf } from './kustomization-entry.ts';

/** Lines of new entries that belong below the known entry with this index; -1 is above all of them. */
export type Group = { readonly below: number; readonly lines: readonly string[] };

type List = { readonly node: Node | null | undefined; readonly colon: number };

/** The document with every list and mapping that holds something written as a block; comments and values stay. */
export function blockText({ document }: Pick<YamlFile, 'document'>): string {
  const copy = document.clone();
  visit(copy, {
    Collection(_, node) {
      if (node.items.length > 0) node.flow = false;
    },
  });
  return copy.toString({ lineWidth: 0 });
}

/** The `holds:` list; undefined in a file without content. */
function listOf(file: YamlFile): List | undefined {
  const root = file.document.contents;
  const pair = isMap<Node, Node | null>(root) ? pairOf(root, 'holds') : undefined;
  const colon = colonEnd(pair);
  return colon === undefined ? undefined : { node: pair?.value, colon };
}

/**
 * Replacements that add entries, each group below the entry that comes before it, so that comments stay with what follows them.
 * Undefined where the list is not written as a block.
 */
export function entriesAdded(file: YamlFile, groups: readonly Group[]): readonly Replacement[] | undefined {
  const list = listOf(file);
  const all = groups.flatMap((group) => group.lines);
  const root = file.document.contents;
  if (isMap(root) && root.flow === true) return undefined;
  if (list === undefined) return root === null || isScalar(root) ? [linesAtEnd(file.text, ['holds:', ...all])] : undefined;
  if (!isSeq<Node>(list.node) || list.node.items.length === 0) return [intoEmpty(file, list, all)];
  const { items } = list.node;
  const dash = dashOf(list.node, 0);
  if (dash === undefined) return undefined;
  const indent = indentOf(file.text, dash);
  return groups.map(({ below, lines }) => {
    const item = items[below];
    const end = item === undefined ? list.colon : contentEnd(item);
    return linesBelow(
      file.text,
      end,
      lines.map((line) => indent + line),
    );
  });
}

/** `holds:` or `holds: []` becomes a block list; a comment behind it stays. */
function intoEmpty(file: YamlFile, { node, colon }: List, lines: readonly string[]): Replacement {
  const end = node?.range?.[1] ?? colon;
  const newline = newlineNear(file.text, end);
  const lineEnd = file.text.indexOf('\n', end);
  const rest = (lineEnd < 0 ? file.text.slice(end) : file.text.slice(end, lineEnd)).replace(/\r$/, '');
  return { start: colon, end: end + rest.length, text: `${rest}${newline}${lines.join(newline)}` };
}

/** Replacements that remove entries; a list that loses all of them stays as `[]`. Undefined where it is not written as a block. */
export function entriesRemoved(file: YamlFile, indexes: readonly number[], all: boolean): readonly Replacement[] | undefined {
  const list = listOf(file);
  if (list === undefined) return undefined;
  if (isSeq(list.node) && list.node.flow === true) return undefined;
  const cuts = indexes.map((index) => cut(file, list, index)).filter((one) => one !== undefined);
  if (cuts.length < indexes.length) return undefined;
  return all ? [{ start: list.colon, end: list.colon, text: ' []' }, ...cuts] : cuts;
}

/** The lines of one entry, from its dash's line to the line in which its content ends. */
function cut(file: YamlFile, { node }: List, index: number): Replacement | undefined {
  const item: unknown = isSeq<Node>(node) ? node.items[index] : undefined;
  const dash = node ? dashOf(node, index) : undefined;
  if (dash === undefined || !isMap<Node, Node | null>(item)) return undefined;
  const newline = file.text.indexOf('\n', contentEnd(item));
  return { start: file.text.lastIndexOf('\n', dash - 1) + 1, end: newline < 0 ? file.text.length : newline + 1, text: '' };
}
