import { parseDocument } from 'yaml';
import { isBody } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import { showWritten } from './field.ts';
import { nearest } from './nearest.ts';
import { isField, leavesOf, table } from './table.ts';
import type { SettingsNode } from './table.ts';

/** A value as one source wrote it, and where. */
export type Written = { readonly at: string; readonly written: unknown };

/** `broken`: nothing could be read, so that what it may have named is not known. */
export type SourceRead = {
  readonly values: ReadonlyMap<string, Written>;
  readonly problems: readonly Problem[];
  readonly broken?: true;
};

const leaves = leavesOf();
const prefix = 'WINDLASS_';

/** `WINDLASS_GIT_POLL_INTERVAL` of `git.pollInterval`. */
function variableOf(path: string): string {
  return `${prefix}${path
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

/** Values of a settings file. A broken file is one problem per error; an unknown key is a problem that names the nearest known one. */
export function readFileSource(file: { readonly name: string; readonly text: string }): SourceRead {
  const document = parseDocument(file.text);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      at: [file.name, error.linePos?.[0].line, error.linePos?.[0].col].filter((part) => part !== undefined).join(':'),
      got: `broken YAML (${(error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')})`,
      expected: 'a YAML document',
    }));
    return { values: new Map(), problems, broken: true };
  }
  const root: unknown = document.toJS({ maxAliasCount: 100 });
  if (root === null) return { values: new Map(), problems: [] };
  const values = new Map<string, Written>();
  const problems: Problem[] = [];
  walk(root, table, '', (found) => {
    if ('problem' in found) problems.push({ ...found.problem, at: `${file.name}: ${found.problem.at}` });
    else values.set(found.path, { at: `${file.name}: ${found.path}`, written: found.written });
  });
  return { values, problems };
}

type Found = { readonly path: string; readonly written: unknown } | { readonly problem: Problem };

function walk(written: unknown, node: SettingsNode, path: string, report: (found: Found) => void): void {
  if (isField(node)) {
    report({ path, written });
    return;
  }
  // A section whose every line is commented out reads as null.
  if (written === null) return;
  if (!isBody(written)) {
    report({
      problem: { at: path === '' ? 'the document' : path, got: showWritten(written), expected: `keys: ${Object.keys(node).join(', ')}` },
    });
    return;
  }
  for (const [key, value] of Object.entries(written)) {
    const below = path === '' ? key : `${path}.${key}`;
    const child = Object.hasOwn(node, key) ? node[key] : undefined;
    if (child === undefined) report({ problem: unknownKey(below) });
    else walk(value, child, below, report);
  }
}

function unknownKey(path: string): Problem {
  const sections = leaves.flatMap(([leaf]) => leaf.split('.').map((_, index, steps) => steps.slice(0, index + 1).join('.')));
  return { at: path, got: 'an unknown key', expected: knownSetting(nearest(path, [...new Set(sections)])) };
}

function knownSetting(hint: string | undefined): string {
  return hint === undefined ? 'a setting that config/windlass.yaml lists' : `a known setting (nearest: ${hint})`;
}

/** Values of flags, keyed by path as it was written: `http.port`, `--http.port` or `--set http.port`. Undefined is one without a value. */
export function readFlagSource(flags: Readonly<Record<string, string | undefined>>): SourceRead {
  const values = new Map<string, Written>();
  const problems: Problem[] = [];
  for (const [name, text] of Object.entries(flags)) {
    const path = name.replace(/^--(?:set )?/, '');
    const before = name.startsWith('--set ') ? '--set ' : '--';
    const field = leaves.find(([leaf]) => leaf === path)?.[1];
    if (text === undefined) {
      problems.push({ at: `${before}${path}`, got: 'no value', expected: `${before}PATH=VALUE, for example ${before}http.port=9090` });
      continue;
    }
    if (field !== undefined) {
      values.set(path, { at: `${before}${path}`, written: field.fromText(text) });
      continue;
    }
    const paths = leaves.map(([leaf]) => leaf);
    const hint = nearest(path, paths);
    const expected = knownSetting(hint === undefined ? undefined : `${before}${hint}`);
    problems.push({ at: `${before}${path}`, got: 'an unknown setting', expected });
  }
  return { values, problems };
}

/** Values of `WINDLASS_*` variables. An empty variable counts as not set, as in most charts and compose files. */
export function readVariableSource(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, Written> {
  const values = new Map<string, Written>();
  for (const [path, field] of leaves) {
    const name = variableOf(path);
    const text = env[name];
    if (text !== undefined && text !== '' && !isServiceLink(name, text)) values.set(path, { at: name, written: field.fromText(text) });
  }
  return values;
}

// Kubernetes gives every pod variables for the Services of its namespace; one called windlass gives WINDLASS_PORT and others.
function isServiceLink(name: string, text: string): boolean {
  if (/_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/.test(name)) return true;
  return name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(text);
}

/** Variables that start like ours and name no setting. Their text is never shown: it may be a secret. `exempt` are names that settings refer to. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>, exempt: ReadonlySet<string>): readonly Problem[] {
  const known = leaves.map(([path]) => variableOf(path));
  return Object.entries(env)
    .filter(([name, text]) => name.startsWith(prefix) && !known.includes(name) && !exempt.has(name) && !isServiceLink(name, text ?? ''))
    .map(([name]) => ({ at: name, got: 'an unknown variable', expected: knownSetting(nearestVariable(name, known)) }));
}

/** What all names begin with does not make two of them near. */
function nearestVariable(name: string, known: readonly string[]): string | undefined {
  const hint = nearest(
    name.slice(prefix.length),
    known.map((each) => each.slice(prefix.length)),
  );
  return hint === undefined ? undefined : `${prefix}${hint}`;
}
