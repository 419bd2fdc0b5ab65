import { parseDocument } from 'yaml';
import { parseGoDuration } from '../kernel/duration.ts';
import { isBody } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import type { RegistryHost } from '../registry/registry-host.ts';
import { hiddenUrl, urlRule } from './address.ts';
import { showWritten } from './field.ts';
import { nearest } from './nearest.ts';
import { credentialRule, prefixRule } from './registry-host.ts';

type Entry = Readonly<Record<string, unknown>>;

type Key = {
  readonly good: (written: unknown) => boolean;
  readonly expected: string;
  readonly required?: true;
  /** What is told of a refused value; the value itself where absent. */
  readonly shown?: (written: unknown) => string;
  /** What it is here; absent where it has no effect. */
  readonly means?: (written: unknown) => Partial<RegistryHost>;
};

const isText = (written: unknown): written is string => typeof written === 'string';
// A key without a value is the same as none.
const isAbsent = (written: unknown): boolean => written === undefined || written === null;
const isFilled = (written: unknown): boolean => isText(written) && written !== '';
const isYesNo = (written: unknown): boolean => yesNo(written) !== undefined;

/** Go's yaml.v2 takes the words of YAML 1.1 for a yes or no. */
function yesNo(written: unknown): boolean | undefined {
  if (typeof written === 'boolean') return written;
  if (!isText(written)) return undefined;
  if (/^(?:y|yes|on)$/i.test(written)) return true;
  return /^(?:n|no|off)$/i.test(written) ? false : undefined;
}

const texts = (key: 'name' | 'apiUrl' | 'prefix' | 'credentials' | 'caFile' | 'ca' | 'defaultNamespace') => (written: unknown) =>
  isFilled(written) ? { [key]: written } : {};

/** Every key of an entry (Image Updater v1.3, registry-scanner/pkg/registry/config.go; v0.18 lacks ca_file and ca_data). */
const keys: Readonly<Record<string, Key>> = {
  name: { good: isFilled, expected: 'a name', required: true, means: texts('name') },
  api_url: {
    good: (written) => isText(written) && urlRule.accepts(written),
    expected: urlRule.expected,
    required: true,
    shown: (written) => (isText(written) && urlRule.hides(written) ? hiddenUrl : showWritten(written)),
    means: texts('apiUrl'),
  },
  ping: { good: isYesNo, expected: 'true or false' },
  credentials: {
    good: (written) => written === '' || (isText(written) && credentialRule.accepts(written)),
    expected: credentialRule.expected,
    shown: () => 'another text',
    means: texts('credentials'),
  },
  credsexpire: {
    good: (written) => isText(written) && (parseGoDuration(written) ?? 0) > 0,
    expected: 'a duration above zero with its unit, such as 10h',
    means: (written) => ({ credentialsExpire: parseGoDuration(String(written)) ?? 0 }),
  },
  tagsortmode: {
    good: (written) => ['none', 'latest-first', 'latest-last', 'latest_first', 'latest_last', ''].includes(String(written)),
    expected: 'none, latest-first or latest-last',
  },
  prefix: {
    good: (written) => written === '' || (isText(written) && prefixRule.accepts(written)),
    expected: prefixRule.expected,
    means: texts('prefix'),
  },
  insecure: { good: isYesNo, expected: 'true or false', means: (written) => (yesNo(written) === true ? { insecure: true } : {}) },
  ca_file: { good: isText, expected: 'a PEM file', means: texts('caFile') },
  ca_data: { good: isText, expected: 'certificates in PEM', means: texts('ca') },
  defaultns: { good: isText, expected: 'a namespace of the registry', means: texts('defaultNamespace') },
  limit: {
    good: (written) => Number.isSafeInteger(written) && Number(written) >= 0,
    expected: 'a whole number of requests per second, from 0 (no limit)',
    means: (written) => (Number(written) > 0 ? { requestsPerSecond: Number(written) } : {}),
  },
  default: { good: isYesNo, expected: 'true or false', means: (written) => (yesNo(written) === true ? { default: true } : {}) },
};

export type RegistriesConf =
  | { readonly kind: 'read'; readonly hosts: readonly RegistryHost[]; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/**
 * Reads Image Updater's `registries.conf` (aiu.md 2) as it is: YAML with one list, `registries`, in which an unknown key is an error. All
 * problems at once, none with the text of a credential. `notes` say what is accepted and has no effect here.
 */
export function readRegistriesConf(file: { readonly name: string; readonly text: string }): RegistriesConf {
  const document = parseDocument(file.text);
  const [broken] = document.errors;
  if (broken !== undefined) {
    const at = [file.name, broken.linePos?.[0].line, broken.linePos?.[0].col].filter((part) => part !== undefined).join(':');
    return refuse([{ at, got: `broken YAML (${broken.message.split('\n')[0] ?? ''})`, expected: 'a YAML document' }]);
  }
  const root: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  if (!isBody(root)) return refuse([{ at: file.name, got: showWritten(root), expected: 'a list with the key registries' }]);
  const strangers = Object.keys(root).filter((key) => key !== 'registries');
  const problems = strangers.map((key) => ({ at: `${file.name}: ${key}`, got: 'an unknown key', expected: 'registries alone' }));
  const list = root['registries'] ?? [];
  if (!Array.isArray(list)) return refuse([...problems, { at: `${file.name}: registries`, got: showWritten(list), expected: 'a list' }]);
  const entries: readonly unknown[] = list;
  const read = entries.map((entry, index) => readEntry(entry, `${file.name}: registries[${index}]`));
  const all = [...problems, ...read.flatMap((one) => one.problems), ...togetherProblems(read, file.name)];
  if (all.length > 0) return refuse(all);
  return { kind: 'read', hosts: read.flatMap(({ host }) => host), notes: read.flatMap(({ notes }) => notes) };
}

function refuse(problems: readonly Problem[]): RegistriesConf {
  return { kind: 'refused', problems };
}

type Read = {
  readonly at: string;
  readonly host: readonly RegistryHost[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
};

function readEntry(entry: unknown, at: string): Read {
  if (!isBody(entry))
    return { at, host: [], problems: [{ at, got: showWritten(entry), expected: 'an entry with name and api_url' }], notes: [] };
  const problems = [...valueProblems(entry, at), ...strangerProblems(entry, at)];
  const values = Object.entries(keys).map(([key, { means }]) => (isAbsent(entry[key]) ? {} : (means?.(entry[key]) ?? {})));
  const merged: Partial<RegistryHost> = Object.assign({}, ...values) as Partial<RegistryHost>;
  const sorts = ![undefined, null, '', 'none'].includes(entry['tagsortmode'] as string);
  const notes = sorts ? [`${at}.tagsortmode has no effect: the time of a tag is never taken from its place in the list`] : [];
  // An entry without a prefix is for images without a registry.
  const host = { prefix: '', apiUrl: '', ...merged, ...(merged.prefix === undefined ? { default: true } : {}) };
  return { at, host: [host], problems, notes };
}

function valueProblems(entry: Entry, at: string): readonly Problem[] {
  return Object.entries(keys).flatMap(([key, { good, expected, required, shown = showWritten }]) => {
    const written = entry[key];
    if (isAbsent(written) ? required !== true : good(written)) return [];
    return [{ at: `${at}.${key}`, got: shown(written ?? undefined), expected }];
  });
}

function strangerProblems(entry: Entry, at: string): readonly Problem[] {
  return Object.keys(entry)
    .filter((key) => !Object.hasOwn(keys, key))
    .map((key) => {
      const hint = nearest(key, Object.keys(keys));
      const expected = hint === undefined ? `one of ${Object.keys(keys).join(', ')}` : `a known key (nearest: ${hint})`;
      return { at: `${at}.${key}`, got: 'an unknown key', expected };
    });
}

function togetherProblems(read: readonly Read[], name: string): readonly Problem[] {
  const hosts = read.flatMap(({ at, host }) => host.map((one) => ({ at, ...one })));
  const again = (key: 'name' | 'prefix') =>
    hosts.flatMap((host, index) => {
      const before = hosts.slice(0, index).some((other) => other[key] !== undefined && other[key] === host[key]);
      if (!before) return [];
      const got = host[key] === '' ? 'no prefix' : showWritten(host[key]);
      return [{ at: `${host.at}.${key}`, got: `${got} again`, expected: `a ${key} that no other entry has` }];
    });
  const defaults = hosts.filter((host) => host.default === true && host.prefix !== '');
  const two = defaults.length > 1 ? [{ at: name, got: `${defaults.length} entries with default: true`, expected: 'one at most' }] : [];
  return [...again('name'), ...again('prefix'), ...two];
}
