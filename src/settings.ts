import { readdirSync, readFileSync } from 'node:fs';
import type { Problem } from './kernel/problem.ts';
import { isBody } from './kernel/json.ts';
import { parseCredential } from './policy/annotations/credential.ts';
import type { RegistryHost } from './registry/registry-host.ts';
import { contradictions, placeProblems, webhookProblems } from './settings/named.ts';
import type { Disk, Named } from './settings/named.ts';
import { gatherRegistries } from './settings/registries.ts';
import type { Registries } from './settings/registries.ts';
import { readFileSource, readFlagSource, readVariableSource, unknownVariables } from './settings/sources.ts';
import type { SourceRead, Written } from './settings/sources.ts';
import { isField, table } from './settings/table.ts';
import type { Settings, SettingsNode } from './settings/table.ts';

export type { Settings } from './settings/table.ts';

export type SettingsSources = {
  /** `text` is absent where the file cannot be read: the caller tells why, and the other sources are read all the same. */
  readonly file?: { readonly name: string; readonly text?: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined where a flag was given without a value. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Whether the service is to run with them: then the variables and the secret that settings name must be there. */
  readonly serving?: boolean;
  /** Reads the files and directories that settings name; from the disk where absent. */
  readonly readFile?: Disk['readFile'];
  readonly readFolder?: Disk['readFolder'];
};

export type SettingsRead =
  | { readonly kind: 'read'; readonly settings: Settings; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/**
 * Every setting of the process: the defaults, over them the file, `WINDLASS_*` variables and `--PATH=TEXT` flags (keys of `flags`
 * are dotted paths). Durations come out as milliseconds, sizes as bytes. All problems are answered at once; no value of an unknown
 * variable is shown. WINDLASS_SETTINGS is left to the caller: it names the file. `notes` are for the log: accepted, and without effect.
 */
export function readSettings(sources: SettingsSources): SettingsRead {
  const file = readFileOf(sources);
  const flags = readFlagSource(sources.flags);
  const written = new Map([...file.values, ...readVariableSource(sources.env), ...flags.values]);
  const problems = [...file.problems, ...flags.problems];
  const found = new Map<string, unknown>();
  // The table's type says what `build` gives for it, which no narrowing can show for a mapped type.
  const settings = build(table, '', { written, problems, found }) as Settings;
  const registries = lookAround(sources, { written, problems, found });
  // A file that is not known may name some of them.
  if (file.broken !== true) problems.push(...unknownVariables(sources.env, namedVariables(written, registries.hosts)));
  if (problems.length > 0) return { kind: 'refused', problems };
  return {
    kind: 'read',
    settings: { ...settings, registries: { ...settings.registries, hosts: registries.hosts } },
    notes: registries.notes,
  };
}

function readFileOf({ file }: SettingsSources): SourceRead {
  if (file === undefined) return { values: new Map(), problems: [] };
  return file.text === undefined ? { values: new Map(), problems: [], broken: true } : readFileSource({ name: file.name, text: file.text });
}

/** What is written where, every problem so far, and what could be read, by path. */
type Reading = {
  readonly written: ReadonlyMap<string, Written>;
  readonly problems: Problem[];
  readonly found: Map<string, unknown>;
};

/** Checks what settings refer to, as far as they could be read. Answers the registries. */
function lookAround(sources: SettingsSources, { written, problems, found }: Reading): Registries {
  const disk = { readFile: sources.readFile ?? readText, readFolder: sources.readFolder ?? readdirSync };
  const named = (path: string): Named => {
    const text = found.get(path);
    return { text: typeof text === 'string' ? text : '', at: written.get(path)?.at ?? path };
  };
  // `entries` answers a list also where some of its entries have flaws.
  const entries = (found.get('registries.hosts') ?? []) as readonly (RegistryHost | undefined)[];
  const registries = gatherRegistries({
    conf: named('registries.conf'),
    hosts: { entries, at: written.get('registries.hosts')?.at ?? 'registries.hosts' },
    readFile: disk.readFile,
    ...(sources.serving === true ? { env: sources.env } : {}),
  });
  problems.push(...contradictions(named), ...placeProblems(named, disk), ...registries.problems);
  if (sources.serving === true) problems.push(...webhookProblems(named, sources.env, disk));
  return registries;
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function build(node: SettingsNode, path: string, reading: Reading): unknown {
  if (!isField(node)) {
    const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, build(child, below(key), reading)]));
  }
  const given = reading.written.get(path) ?? { at: path, written: node.preset };
  const read = node.read(given.written);
  const value = read.kind === 'read' ? read.value : read.partly;
  reading.found.set(path, value);
  if (read.kind === 'refused')
    reading.problems.push(...read.flaws.map(({ under, got, expected }) => ({ at: `${given.at}${under}`, got, expected })));
  return value;
}

/** Names of variables that the settings themselves refer to, as they are written. */
function namedVariables(written: ReadonlyMap<string, Written>, hosts: readonly RegistryHost[]): ReadonlySet<string> {
  const secret = written.get('webhooks.secretEnv')?.written;
  const entries = written.get('registries.hosts')?.written;
  const all: readonly unknown[] = [...(Array.isArray(entries) ? (entries as readonly unknown[]) : []), ...hosts];
  return new Set(['WINDLASS_SETTINGS', ...(typeof secret === 'string' ? [secret] : []), ...all.flatMap(namedVariable)]);
}

function namedVariable(host: unknown): readonly string[] {
  const wish = isBody(host) && typeof host.credentials === 'string' ? parseCredential(host.credentials) : undefined;
  return wish?.kind === 'env' ? [wish.variable] : [];
}
