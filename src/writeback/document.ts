import type { Document, Node } from 'yaml';
import { isAlias, isCollection, isScalar, LineCounter, parseAllDocuments, parseDocument } from 'yaml';
import type { Snapshot, Spot } from './edit.ts';

export type Refusal = { readonly kind: 'refused'; readonly at: Spot; readonly because: string };

/** One YAML document with its text; offsets of nodes are offsets into `text`, in UTF-16 units. */
export type YamlFile = {
  readonly path: string;
  readonly oid: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
};

const aliasLimit = 100;

export function refuse(at: Spot, because: string): Refusal {
  return { kind: 'refused', at, because };
}

/** Opens a file that was read: one document of valid UTF-8 and YAML in an ordinary blob; everything else is refused. */
export function openFile(snapshot: Snapshot, path: string): YamlFile | Refusal {
  const file = snapshot.files.get(path);
  if (file === undefined || file === 'absent') return refuse({ file: path }, `${path} does not exist on ${snapshot.branch}`);
  if (file.mode === '120000') return refuse({ file: path }, `${path} is a symbolic link; links are not followed`);
  if (file.mode !== '100644' && file.mode !== '100755') return refuse({ file: path }, `${path} is not a file (mode ${file.mode})`);
  const text = decode(file.bytes);
  if (text === undefined) return refuse({ file: path }, `${path} is not valid UTF-8`);
  const parsed = parseYaml(path, text);
  return 'kind' in parsed ? parsed : { ...parsed, oid: file.oid };
}

/** The text of bytes with its byte order mark; undefined where they are not UTF-8. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes before a UTF-16 offset. */
export function byteOffset(text: string, offset: number): number {
  return new TextEncoder().encode(text.slice(0, offset)).length;
}

/** Parses for structure: all scalars stay the text that was written, so that `1.20` is not the number 1.2. */
export function parseYaml(path: string, text: string): Omit<YamlFile, 'oid'> | Refusal {
  const lines = new LineCounter();
  const options = { schema: 'failsafe', keepSourceTokens: true, prettyErrors: false, lineCounter: lines } as const;
  try {
    const documents = parseAllDocuments(text, options);
    const second = documents[1];
    if (second !== undefined)
      return refuse(spotAt(path, lines, second.range[0]), `${path} holds ${documents.length} documents, expected one`);
    const document = documents[0] ?? parseDocument(text, options);
    const error = document.errors[0];
    if (error === undefined) return { path, text, document, lines };
    return refuse(spotAt(path, lines, error.pos[0]), `${path} is not valid YAML: ${error.message}`);
  } catch (thrown) {
    // Too deep a nesting ends in a RangeError of the parser.
    return refuse({ file: path }, `${path} cannot be read as YAML: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** The values of a document, every scalar as its text; undefined where aliases do not resolve or multiply beyond the limit. */
export function valuesOf(file: Pick<YamlFile, 'document'>): { readonly values: unknown } | undefined {
  try {
    return { values: file.document.toJS({ maxAliasCount: aliasLimit }) as unknown };
  } catch {
    return undefined;
  }
}

export function spotOf(file: Pick<YamlFile, 'path' | 'lines'>, node: Node | null | undefined): Spot {
  return node?.range ? spotAt(file.path, file.lines, node.range[0]) : { file: file.path };
}

function spotAt(path: string, lines: LineCounter, offset: number): Spot {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? { file: path } : { file: path, line, column: col };
}

/** True for what stands for nothing: no node, or a plain scalar without text. */
export function holdsNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.type === 'PLAIN' && node.source === '');
}

/** Why a node cannot be edited in place: an alias or anchor would change other places too, an unknown tag its meaning. */
export function entangled(node: Node): string | undefined {
  if (isAlias(node)) return `is an alias (*${node.source}); write the value out to let it be edited`;
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
    return `carries the anchor &${node.anchor}; an edit would change every alias of it`;
  }
  return undefined;
}
