import type { Node } from 'yaml';
import { isCollection, isNode, isPair, isScalar } from 'yaml';

/** Text to put at an offset of a document's text; `end` is `start` where nothing is replaced. */
export type Replacement = { readonly start: number; readonly end: number; readonly text: string };

/** The newline that the line of `offset` ends with; where it is the last one, that of the line before, else `\n`. */
export function newlineNear(text: string, offset: number): string {
  const next = text.indexOf('\n', offset);
  const at = next >= 0 ? next : text.lastIndexOf('\n', offset);
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** Spaces that bring a new line to the column of `offset`; what stands before it on its line (a dash) counts as spaces. */
export function indentOf(text: string, offset: number): string {
  // A byte order mark takes no column.
  return text
    .slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
    .replace('\uFEFF', '')
    .replace(/[^\t]/g, ' ');
}

/** Inserts whole lines below the line in which something ends. A file without a newline at its end stays one. */
export function linesBelow(text: string, end: number, lines: readonly string[]): Replacement {
  const newline = newlineNear(text, end);
  const block = lines.join(newline);
  const next = end > 0 && text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  if (next > 0) return { start: next, end: next, text: `${block}${newline}` };
  return { start: text.length, end: text.length, text: `${newline}${block}` };
}

/** Inserts whole lines at the end of the text. */
export function linesAtEnd(text: string, lines: readonly string[]): Replacement {
  const newline = newlineNear(text, text.length);
  const block = `${lines.join(newline)}${newline}`;
  const atLineStart = text === '' || text === '\uFEFF' || text.endsWith('\n');
  return { start: text.length, end: text.length, text: atLineStart ? block : `${newline}${block}` };
}

/** Offset behind the last character of a node's content, without the comments and blank lines that follow it. */
export function contentEnd(node: Node): number {
  const last: unknown = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined;
  if (isPair<Node, Node | null>(last)) return contentEnd(isFilled(last.value) ? last.value : last.key);
  if (isNode(last)) return contentEnd(last);
  return node.range?.[1] ?? 0;
}

/** Offset behind the last content of a flow collection, or behind its opening bracket; items follow with `, ` or without. */
export function flowEnd(node: Node): { readonly offset: number; readonly separator: string } {
  const last: unknown = isCollection(node) ? node.items.at(-1) : undefined;
  if (isPair<Node, Node | null>(last)) return { offset: contentEnd(isFilled(last.value) ? last.value : last.key), separator: ', ' };
  if (isNode(last)) return { offset: contentEnd(last), separator: ', ' };
  return { offset: (node.range?.[0] ?? 0) + 1, separator: '' };
}

/** Offset of the dash of a block sequence's item. */
export function dashOf(sequence: Node, index: number): number | undefined {
  const token = sequence.srcToken;
  if (token?.type !== 'block-seq') return undefined;
  return token.items[index]?.start.find((part) => part.type === 'seq-item-ind')?.offset;
}

/** Offset behind the colon of a mapping's pair. */
export function colonEnd(pair: unknown): number | undefined {
  if (!isPair(pair)) return undefined;
  const colon = pair.srcToken?.sep?.find((part) => part.type === 'map-value-ind');
  return colon === undefined ? undefined : colon.offset + 1;
}

function isFilled(node: Node | null): node is Node {
  return node !== null && !(isScalar(node) && node.source === '' && node.type === 'PLAIN');
}
