import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parse } from 'yaml';
import type { Body } from '../../src/kernel/json.ts';
import { isBody } from '../../src/kernel/json.ts';
import { groupOf } from '../../src/resources/meta.ts';
import type { KubeObject } from '../../src/resources/meta.ts';

/** One document of a YAML file. */
export type Manifest = {
  readonly file: string;
  /** The kind, and the name; a file that kustomize reads has its path for a name. */
  readonly title: string;
  /** What the comment `# row:` says: the row of the reference that the document is for. */
  readonly row: string;
  /** Where the document stands in a repository, by its comment; '' where that says nothing. */
  readonly path: string;
  readonly text: string;
  readonly object: KubeObject;
  /** The directory of the kustomization that reads the document; undefined for an object of the API. */
  readonly partOf: string | undefined;
};

/** What the README of a folder says of one document. */
export type Row = Pick<Manifest, 'file' | 'title' | 'row'> & { readonly outcome: string };

/** Every document of the folder's YAML files, in their order. */
export function readManifests(folder: URL): readonly Manifest[] {
  return yamlFiles(folder).flatMap((file) => {
    const texts = readFileSync(new URL(file, folder), 'utf8').split(/^---\n/m);
    const read = texts.flatMap((text) => manifestOf(file, text));
    const parts = new Map(read.flatMap(partsOf));
    return read.map((manifest) => ({ ...manifest, partOf: parts.get(manifest.path) }));
  });
}

function yamlFiles(folder: URL): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
}

function manifestOf(file: string, text: string): readonly Manifest[] {
  const body: unknown = parse(text);
  if (!isBody(body)) return [];
  const path = /^# (\S+\.yaml)$/m.exec(text)?.[1] ?? '';
  const row = /^# row: (.*)$/m.exec(text)?.[1] ?? '';
  const metadata = isBody(body['metadata']) ? body['metadata'] : { name: path };
  const object = { ...body, metadata } as unknown as KubeObject;
  return [{ file, title: `${object.kind} \`${object.metadata.name}\``, row, path, text, object, partOf: undefined }];
}

/** A kustomization and the patches that it names, with its directory. */
function partsOf({ object, path }: Manifest): readonly (readonly [string, string])[] {
  if (groupOf(object.apiVersion) !== 'kustomize.config.k8s.io') return [];
  const directory = posix.dirname(path);
  const patches = Array.isArray(object['patches']) ? object['patches'].filter(isBody) : [];
  return [path, ...patches.map((patch: Body) => posix.join(directory, String(patch['path'])))].map((part) => [part, directory] as const);
}

/** The rows of the tables under `## FILE.yaml`. An empty cell for the row of the reference means the one above it. */
export function readRows(folder: URL): readonly Row[] {
  const sections = readFileSync(new URL('README.md', folder), 'utf8').split(/^## /m);
  return sections.flatMap((section) => {
    const [file = '', ...lines] = section.split('\n');
    return file.endsWith('.yaml') ? rowsOf(file, lines) : [];
  });
}

function rowsOf(file: string, lines: readonly string[]): readonly Row[] {
  const [, , ...table] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
  let row = '';
  return table.map((cells) => {
    const [named = '', title = '', outcome = ''] = cells.length === 2 ? ['', ...cells] : cells;
    row = named === '' ? row : named;
    return { file, row, title, outcome };
  });
}

function cellsOf(line: string): readonly string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}
