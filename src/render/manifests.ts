import { LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Tags } from 'yaml';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import type { KubeObject } from '../resources/meta.ts';
import { refuse } from './inputs.ts';
import type { Refused } from './inputs.ts';

export type Manifests = { readonly kind: 'manifests'; readonly objects: readonly KubeObject[] } | Refused;

const maxDepth = 100;

/**
 * The objects of one YAML or JSON text, in its order; kind List is expanded. With `strict` every document must be an object (the
 * output of a tool); without, documents that are clearly no manifests are left out, as Argo CD v3.5 does in plain directories.
 */
export function parseManifests(text: string, name: string, strict: boolean): Manifests {
  const lines = new LineCounter();
  const documents = parseDocuments(text, lines);
  const broken = documents.find((document) => document.errors.length > 0);
  if (broken !== undefined) return strict || looksLikeManifest(text) ? brokenDocument(broken, name) : { kind: 'manifests', objects: [] };
  const objects: KubeObject[] = [];
  for (const document of documents) {
    const start = document.contents?.range[0];
    const at = strict || start === undefined ? name : `${name} line ${lines.linePos(start).line}`;
    const read = readDocument(document, at, strict);
    if (read.kind === 'refused') return read;
    objects.push(...read.objects);
  }
  return { kind: 'manifests', objects };
}

function parseDocuments(text: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: withoutTimes,
    logLevel: 'silent',
    uniqueKeys: false,
    lineCounter,
  });
  return 'empty' in documents ? [] : documents;
}

/** Go's YAML keeps times and sexagesimals as text where the target is untyped; YAML 1.1 would make `22:22` a number. */
function withoutTimes(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
  );
}

function looksLikeManifest(text: string): boolean {
  return ['apiVersion', 'kind', 'metadata'].every((key) => new RegExp(`(^|\\s|")${key}"?\\s*:`).test(text));
}

function brokenDocument(document: Document.Parsed, name: string): Refused {
  const error = document.errors[0];
  const line = error?.linePos?.[0].line;
  const sentence = (error?.message ?? 'it cannot be parsed').split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
  return refuse(`${name}${line === undefined ? '' : ` line ${line}`}: broken YAML: ${sentence}`);
}

function readDocument(document: Document.Parsed, name: string, strict: boolean): Manifests {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 1000 });
  } catch (thrown) {
    return refuse(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (value === null || value === undefined) return { kind: 'manifests', objects: [] };
  if (deeperThan(value, maxDepth)) return refuse(`${name}: values nest deeper than ${maxDepth} levels`);
  return readValue(value, name, strict);
}

function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((held) => deeperThan(held, levels - 1));
}

function readValue(value: unknown, name: string, strict: boolean): Manifests {
  if (!isBody(value) || (value['apiVersion'] === undefined && value['kind'] === undefined)) {
    return strict
      ? refuse(`${name}: a document is no Kubernetes object (it has no apiVersion and no kind)`)
      : { kind: 'manifests', objects: [] };
  }
  const items = value['items'];
  if (typeof value['kind'] === 'string' && value['kind'].endsWith('List') && Array.isArray(items)) return readItems(items, name);
  const object = asObject(value);
  return object === undefined ? refuse(`${name}: ${whatIsMissing(value)}`) : { kind: 'manifests', objects: [object] };
}

function readItems(items: readonly unknown[], name: string): Manifests {
  const objects: KubeObject[] = [];
  for (const item of items) {
    const read = readValue(item, name, true);
    if (read.kind === 'refused') return read;
    objects.push(...read.objects);
  }
  return { kind: 'manifests', objects };
}

function asObject(value: Body): KubeObject | undefined {
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isBody(metadata)) return undefined;
  const { name } = metadata;
  if (apiVersion === '' || kind === '' || typeof name !== 'string' || name === '') return undefined;
  return { ...value, apiVersion, kind, metadata: { ...metadata, name } };
}

function whatIsMissing(value: Body): string {
  const metadata = isBody(value['metadata']) ? value['metadata'] : {};
  const fields: readonly (readonly [string, unknown])[] = [
    ['apiVersion', value['apiVersion']],
    ['kind', value['kind']],
    ['metadata.name', metadata['name']],
  ];
  const missing = fields.filter(([, held]) => typeof held !== 'string' || held === '').map(([field]) => field);
  const held = fields.filter(([, text]) => typeof text === 'string' && text !== '').map(([field, text]) => `${field} ${String(text)}`);
  const hint = metadata['generateName'] === undefined ? '' : '; generateName is only possible for hooks, which are not run yet';
  return `an object (${held.join(', ')}) has no ${missing.join(' and no ')}${hint}`;
}
