import { isScalar, LineCounter, parseAllDocuments, type Document, type Tags } from 'yaml';
import { isBody, type Body } from '../../kernel/json.ts';

/** A step into a document: a key, or a place in a list. */
export type Step = string | number;

/**
 * One object of a file; `lineOf` answers the line (from 1) of a value's key, or of the nearest thing around it, `writtenAt` the text of a
 * value that is neither list nor mapping, as it stands there.
 */
export type FileObject = {
  readonly body: Body;
  readonly line: number;
  readonly lineOf: (path: readonly Step[]) => number;
  readonly writtenAt: (path: readonly Step[]) => string | undefined;
};

/** A document of which nothing was read; `sentence` where "got, expected" says it badly. */
type Broken = { readonly line: number; readonly got: string; readonly expected: string; readonly sentence?: string };

export type FileRead = {
  readonly objects: readonly FileObject[];
  readonly broken: readonly Broken[];
};

// What stands for a much larger text (many references to one anchor) is refused.
const mostReferences = 100;

/**
 * The API server's clients read YAML 1.1 (`yes`, `on` and `n` are no texts, `1_000` is a number), but leave times and numbers of base 60 as
 * texts (sigs.k8s.io/yaml).
 */
function asKubernetes(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
  );
}

/** Every object of a text with YAML documents; the items of a List count one by one. A document that is no YAML harms no other. */
export function readObjects(text: string): FileRead {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, version: '1.1', customTags: asKubernetes, logLevel: 'silent' });
  const documents = Array.isArray(parsed) ? parsed : [];
  const read = documents.map((document) => readDocument(document, lines));
  const last = text.trimEnd().split('\n').length;
  return {
    objects: read.flatMap(({ objects }) => objects),
    // What is missing at the end, the parser finds behind the last line.
    broken: read.flatMap(({ broken }) => broken.map((one) => ({ ...one, line: Math.min(one.line, last) }))),
  };
}

function readDocument(document: Document.Parsed, lines: LineCounter): FileRead {
  const refuse = (broken: Broken): FileRead => ({ objects: [], broken: [broken] });
  const here = (): number => lineAt(document, lines, []);
  const [error] = document.errors;
  if (error !== undefined) return refuse(unreadable(error.linePos?.[0].line ?? 1, error, 'the document is no YAML'));
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostReferences });
    if (!isBody(value) && value !== null)
      return refuse({ line: here(), got: nameOf(value), expected: 'a mapping, as every Kubernetes object is' });
    return { objects: objectsIn(value, []).map(({ body, path }) => located(document, lines, body, path)), broken: [] };
  } catch (thrown) {
    return refuse(unreadable(here(), thrown, 'the document cannot be read'));
  }
}

function unreadable(line: number, thrown: unknown, what: string): Broken {
  const got = firstLine(thrown instanceof Error ? thrown.message : String(thrown));
  return { line, got, expected: 'YAML', sentence: `${what}: ${got}` };
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : JSON.stringify(value).slice(0, 100);
}

/** The parser's sentence without its excerpt and its place, which is said in front. */
function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/:$/, '').replace(/ at line \d+, column \d+$/, '');
}

type Found = { readonly body: Body; readonly path: readonly Step[] };

function objectsIn(value: unknown, path: readonly Step[]): readonly Found[] {
  if (!isBody(value)) return [];
  const { kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ body: value, path }];
  return items.flatMap((item: unknown, index) => objectsIn(item, [...path, 'items', index]));
}

function located(document: Document.Parsed, lines: LineCounter, body: Body, base: readonly Step[]): FileObject {
  const lineOf = (path: readonly Step[]): number => lineAt(document, lines, [...base, ...path]);
  const writtenAt = (path: readonly Step[]): string | undefined => {
    const node: unknown = document.getIn([...base, ...path], true);
    return isScalar(node) ? node.source : undefined;
  };
  return { body, line: lineOf([]), lineOf, writtenAt };
}

/** The nearest node on the way that has a place in the text: a value that came by `<<` has none under its own path. */
function lineAt(document: Document.Parsed, lines: LineCounter, path: readonly Step[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return lines.linePos(document.contents?.range[0] ?? 0).line;
}

/** Where the key of a pair begins, or the item of a list. */
function offsetOf(document: Document.Parsed, path: readonly Step[]): number | undefined {
  const parent: unknown = document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const items = isBody(parent) && Array.isArray(parent['items']) ? parent['items'] : [];
  const found: unknown = typeof last === 'number' ? items[last] : items.find((pair: unknown) => isBody(pair) && keyOf(pair) === last);
  const node = isBody(found) && isBody(found['key']) ? found['key'] : found;
  const range = isBody(node) ? node['range'] : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}

function keyOf(pair: Body): unknown {
  const { key } = pair;
  return isBody(key) ? key['value'] : undefined;
}
