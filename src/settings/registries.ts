import type { Problem } from '../kernel/problem.ts';
import { whyUnreadable } from '../kernel/unreadable.ts';
import { parseCredential } from '../policy/annotations/credential.ts';
import { splitUserPassword } from '../registry/docker-config.ts';
import type { RegistryHost } from '../registry/registry-host.ts';
import type { Disk, Named } from './named.ts';
import { whyNoText } from './named.ts';
import { readRegistriesConf } from './registries-conf.ts';

export type Registries = {
  readonly hosts: readonly RegistryHost[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
};

export type RegistrySources = {
  /** Path of a `registries.conf`; empty: none. */
  readonly conf: Named;
  /** The entries of the settings in their order, undefined where one has a flaw, and where they are written. */
  readonly hosts: { readonly entries: readonly (RegistryHost | undefined)[]; readonly at: string };
  readonly readFile: Disk['readFile'];
  /** Variables of the process that will log in with them; absent: nobody does, so what `env:` names need not be there. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

/** The registries of the settings and of the `registries.conf` that they name, with the text of every certificate file. */
export function gatherRegistries({ conf, hosts, readFile, env }: RegistrySources): Registries {
  const theirs = conf.text === '' ? { hosts: [], problems: [], notes: [] } : readConf(conf, readFile);
  const placed = [
    ...hosts.entries.flatMap((host, index) => (host === undefined ? [] : [{ host, at: `${hosts.at}[${index}]`, caKey: 'caFile' }])),
    ...theirs.hosts.map((host, index) => ({ host, at: `${conf.text}: registries[${index}]`, caKey: 'ca_file' })),
  ];
  const read = placed.map((one) => withAuthorities(one, readFile));
  const logins = env === undefined ? [] : placed.flatMap((one) => loginProblems(one, env));
  const problems = [...theirs.problems, ...read.flatMap((one) => one.problems), ...logins, ...conflicts(read)];
  return { hosts: read.map(({ host }) => host), problems, notes: theirs.notes };
}

function readConf({ text: path, at }: Named, readFile: Disk['readFile']): Registries {
  let text: string;
  try {
    text = readFile(path);
  } catch (thrown) {
    const got = `${path} (${whyUnreadable(thrown)})`;
    return { hosts: [], problems: [{ at, got, expected: 'a file that can be read' }], notes: [] };
  }
  const read = readRegistriesConf({ name: path, text });
  return read.kind === 'read' ? { ...read, problems: [] } : { hosts: [], problems: read.problems, notes: [] };
}

type Placed = { readonly host: RegistryHost; readonly at: string };

type Written = Placed & { readonly caKey: string };

function withAuthorities({ host, at, caKey }: Written, readFile: Disk['readFile']): Placed & { readonly problems: readonly Problem[] } {
  if (host.caFile === undefined) return { host, at, problems: [] };
  try {
    const text = readFile(host.caFile);
    return { host: { ...host, ca: host.ca === undefined ? text : `${host.ca}\n${text}` }, at, problems: [] };
  } catch (thrown) {
    const got = `${host.caFile} (${whyUnreadable(thrown)})`;
    return { host, at, problems: [{ at: `${at}.${caKey}`, got, expected: 'a PEM file that can be read' }] };
  }
}

/** A variable never appears in a running process, and nothing else stands in for it. */
function loginProblems({ host, at }: Placed, env: Readonly<Record<string, string | undefined>>): readonly Problem[] {
  const wish = parseCredential(host.credentials ?? '');
  if (wish?.kind !== 'env') return [];
  const text = env[wish.variable];
  if (splitUserPassword(text ?? '') !== undefined) return [];
  const why = whyNoText(text) ?? 'holds no user:password';
  const got = `env:${wish.variable}, a variable that ${why}`;
  return [{ at: `${at}.credentials`, got, expected: 'a variable that holds user:password' }];
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
