import { readFileSync } from 'node:fs';
import type { Problem } from './kernel/problem.ts';
import { isBody } from './kernel/json.ts';
import { parseCredential } from './policy/annotations/credential.ts';
import type { ReadFile } from './settings/registries.ts';
import { gatherRegistries } from './settings/registries.ts';
import { readFileSource, readFlagSource, readVariableSource, unknownVariables } from './settings/sources.ts';
import type { Written } from './settings/sources.ts';
import { isField, table } from './settings/table.ts';
import type { Settings, SettingsNode } from './settings/table.ts';

export type { Settings } from './settings/table.ts';

export type SettingsSources = {
  readonly file?: { readonly name: string; readonly text: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, string>>;
  /** Reads the files that settings name (`registries.conf`, `caFile` of a registry); from the disk where absent. */
  readonly readFile?: ReadFile;
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
  const file = sources.file === undefined ? { values: new Map<string, Written>(), problems: [] } : readFileSource(sources.file);
  const flags = readFlagSource(sources.flags);
  const written = new Map([...file.values, ...readVariableSource(sources.env), ...flags.values]);
  const problems = [...file.problems, ...flags.problems];
  const values = build(table, '', written, problems);
  // The table's type says what `build` gives for it, which no narrowing can show for a mapped type.
  const settings = values as Settings;
  const registries = problems.length === 0 ? gatherRegistries(settings.registries, sources.readFile ?? readText) : undefined;
  if (registries !== undefined) problems.push(...contradictions(settings, written), ...registries.problems);
  const { hosts = [], notes = [] } = registries ?? {};
  problems.push(...unknownVariables(sources.env, namedVariables(values, hosts)));
  if (problems.length > 0) return { kind: 'refused', problems };
  return { kind: 'read', settings: { ...settings, registries: { ...settings.registries, hosts } }, notes };
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function build(node: SettingsNode, path: string, written: ReadonlyMap<string, Written>, problems: Problem[]): unknown {
  if (isField(node)) {
    const given = written.get(path) ?? { at: path, written: node.preset };
    const read = node.read(given.written);
    if (read.kind === 'read') return read.value;
    problems.push(...read.flaws.map((flaw) => ({ at: `${given.at}${flaw.under}`, got: flaw.got, expected: flaw.expected })));
    return undefined;
  }
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, build(child, below(key), written, problems)]));
}

function contradictions(settings: Settings, written: ReadonlyMap<string, Written>): readonly Problem[] {
  const { secretEnv, secretFile } = settings.webhooks;
  if (secretEnv === '' || secretFile === '') return [];
  const at = written.get('webhooks.secretFile')?.at ?? 'webhooks.secretFile';
  return [{ at, got: JSON.stringify(secretFile), expected: 'nothing, because webhooks.secretEnv is set too' }];
}

/** Names of variables that the settings themselves refer to; `values` may be incomplete. */
function namedVariables(values: unknown, hosts: readonly { readonly credentials?: string }[]): ReadonlySet<string> {
  const names = ['WINDLASS_SETTINGS'];
  const root = isBody(values) ? values : {};
  const webhooks = isBody(root.webhooks) ? root.webhooks : {};
  if (typeof webhooks.secretEnv === 'string') names.push(webhooks.secretEnv);
  const registries = isBody(root.registries) ? root.registries.hosts : [];
  const written: readonly unknown[] = Array.isArray(registries) ? registries : [];
  return new Set([...names, ...[...written, ...hosts].flatMap(namedVariable)]);
}

function namedVariable(host: unknown): readonly string[] {
  const wish = isBody(host) && typeof host.credentials === 'string' ? parseCredential(host.credentials) : undefined;
  return wish?.kind === 'env' ? [wish.variable] : [];
}
