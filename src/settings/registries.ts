import type { Problem } from '../kernel/problem.ts';
import { whyUnreadable } from '../kernel/unreadable.ts';
import type { RegistryHost } from '../registry/registry-host.ts';
import { readRegistriesConf } from './registries-conf.ts';

/** Reads a file that settings name, as text; throws as Node does. */
export type ReadFile = (path: string) => string;

export type Registries = {
  readonly hosts: readonly RegistryHost[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
};

/** The registries of the settings and of the `registries.conf` that they name, with the text of every certificate file. */
export function gatherRegistries(
  written: { readonly conf: string; readonly hosts: readonly RegistryHost[] },
  readFile: ReadFile,
): Registries {
  const { hosts } = written;
  const conf = written.conf === '' ? { hosts: [], problems: [], notes: [] } : readConf(written.conf, readFile);
  const own = hosts.map((host, index) => ({ host, at: `registries.hosts[${index}]` }));
  const theirs = conf.hosts.map((host) => ({ host, at: `${written.conf}: ${host.name ?? host.prefix}` }));
  const read = [...own, ...theirs].map((one) => withAuthorities(one, readFile));
  const problems = [...conf.problems, ...read.flatMap((one) => one.problems), ...conflicts(read)];
  return { hosts: read.map(({ host }) => host), problems, notes: conf.notes };
}

function readConf(path: string, readFile: ReadFile): Registries {
  let text: string;
  try {
    text = readFile(path);
  } catch (thrown) {
    const got = `${path} (${whyUnreadable(thrown)})`;
    return { hosts: [], problems: [{ at: 'registries.conf', got, expected: 'a file that can be read' }], notes: [] };
  }
  const read = readRegistriesConf({ name: path, text });
  return read.kind === 'read' ? { ...read, problems: [] } : { hosts: [], problems: read.problems, notes: [] };
}

type Placed = { readonly host: RegistryHost; readonly at: string };

function withAuthorities({ host, at }: Placed, readFile: ReadFile): Placed & { readonly problems: readonly Problem[] } {
  if (host.caFile === undefined) return { host, at, problems: [] };
  try {
    const text = readFile(host.caFile);
    return { host: { ...host, ca: host.ca === undefined ? text : `${host.ca}\n${text}` }, at, problems: [] };
  } catch (thrown) {
    const got = `${host.caFile} (${whyUnreadable(thrown)})`;
    return { host, at, problems: [{ at: `${at}: certificates`, got, expected: 'a PEM file that can be read' }] };
  }
}

/** Two entries for one prefix, two defaults, and one address that is trusted in two ways. */
function conflicts(placed: readonly Placed[]): readonly Problem[] {
  return placed.flatMap(({ host, at }, index) => {
    const before = placed.slice(0, index);
    const same = before.find((other) => other.host.prefix === host.prefix);
    const first = host.default === true ? before.find((other) => other.host.default === true) : undefined;
    const trusted = before.find((other) => originOf(other.host) === originOf(host) && trustOf(other.host) !== trustOf(host));
    return [
      ...(same === undefined
        ? []
        : [{ at, got: `the prefix ${host.prefix || 'of images without a registry'} again`, expected: `it once: ${same.at} has it` }]),
      ...(first === undefined || first === same ? [] : [{ at, got: 'default: true again', expected: `it once: ${first.at} has it` }]),
      ...(trusted === undefined
        ? []
        : [{ at, got: 'another insecure or other certificates', expected: `the same as ${trusted.at} for ${originOf(host)}` }]),
    ];
  });
}

function originOf({ apiUrl }: RegistryHost): string {
  return URL.canParse(apiUrl) ? new URL(apiUrl).origin : apiUrl;
}

function trustOf({ insecure = false, ca = '' }: RegistryHost): string {
  return `${String(insecure)} ${ca}`;
}
