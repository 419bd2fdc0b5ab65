import { parse, parseAllDocuments } from 'yaml';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';

/**
 * What a kustomization names. `anything`: files or directories with a kustomization; `files`: files; `configurations`: like
 * `anything`, but what they hold may itself name files. All as written, relative to the kustomization's directory.
 */
type Named = { readonly anything: readonly string[]; readonly files: readonly string[]; readonly configurations: readonly string[] };

export type Kustomization =
  { readonly kind: 'kustomization'; readonly named: Named } | { readonly kind: 'refused'; readonly because: string };

// As kustomize reads it: what this reading missed, kustomize would still follow.
const reading = { logLevel: 'error', merge: true, maxAliasCount: 100 } as const;

const nothing: Named = { anything: [], files: [], configurations: [] };
const charts = ['helmCharts', 'helmChartInflationGenerator'];

/** Reads the fields of a kustomization file that name other files (kustomize v5.8). */
export function readKustomization(text: string, name: string): Kustomization {
  let value: unknown;
  try {
    value = parse(text, reading);
  } catch (thrown) {
    return { kind: 'refused', because: `${name}: ${firstLine(thrown)}` };
  }
  if (value === null || value === undefined) return { kind: 'kustomization', named: nothing };
  if (!isBody(value)) return { kind: 'refused', because: `${name} is no mapping` };
  const chart = charts.find((field) => field in value);
  if (chart !== undefined) return { kind: 'refused', because: `${name} has ${chart}: Helm is not rendered yet` };
  return { kind: 'kustomization', named: namedBy(value) };
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '';
}

function namedBy(value: Body): Named {
  const patches = [...bodies(value['patches']), ...bodies(value['patchesJson6902']), ...bodies(value['replacements'])];
  const generators = [...bodies(value['configMapGenerator']), ...bodies(value['secretGenerator'])];
  return {
    anything: [...texts(value['resources']), ...texts(value['bases']), ...texts(value['components'])],
    configurations: ['generators', 'transformers', 'validators'].flatMap((field) => texts(value[field]).filter(onOneLine)),
    files: [
      ...texts(value['crds']),
      ...texts(value['configurations']),
      ...texts(value['patchesStrategicMerge']).filter(onOneLine),
      ...[...patches, ...bodies([value['openapi']])].flatMap((entry) => texts([entry['path']])),
      ...generators.flatMap(generatorFiles),
    ],
  };
}

function generatorFiles(entry: Body): readonly string[] {
  return [...texts(entry['files']).map(afterKey), ...texts(entry['envs']), ...texts([entry['env']])];
}

/** `key=path` or `path`. */
function afterKey(file: string): string {
  return file.slice(file.indexOf('=') + 1);
}

/** The files that generator and transformer configurations name by `path`, `paths`, `files` or `envs`. */
export function filesNamedByConfiguration(text: string): readonly string[] {
  const documents = parseAllDocuments(text, reading);
  if ('empty' in documents) return [];
  return documents.flatMap((document): readonly string[] => {
    const value: unknown = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 100 });
    return isBody(value) ? configurationFiles(value) : [];
  });
}

function configurationFiles(value: Body): readonly string[] {
  const entries = [...bodies(value['replacements']), ...bodies([value['openapi']]), value];
  return [
    ...entries.flatMap((entry) => texts([entry['path']])).filter((path) => /\.(ya?ml|json)$|^\w+:\/\//.test(path)),
    ...texts(value['paths']).filter(onOneLine),
    ...generatorFiles(value),
  ];
}

/** Patches and configurations may also stand in the kustomization itself, as text of several lines. */
function onOneLine(text: string): boolean {
  return !text.includes('\n') && !text.trimStart().startsWith('{');
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];
}

function bodies(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value.filter(isBody) : [];
}
