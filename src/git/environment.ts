import path from 'node:path';

export type GitOptions = {
  /** Folder that holds one bare clone per repository; this process has it for itself. */
  readonly stateDir: string;
  readonly binary?: string;
  /** Limit of one network command, in ms. */
  readonly timeoutMs?: number;
  /** Schemes of addresses that are reached; default https, http, ssh. */
  readonly allowProtocols?: readonly string[];
  /** File with the certificates that TLS is checked against, in PEM. */
  readonly caFile?: string;
  /** Host keys of ssh servers, as known_hosts writes them; where absent, those of the machine and of the user who runs this. */
  readonly knownHostsFile?: string;
  /** Packs that a clone may gather before they are joined; default 50. */
  readonly packLimit?: number;
  /** Milliseconds that commits are dated with. */
  readonly now?: () => number;
};

export const defaultProtocols = ['https', 'http', 'ssh'] as const;

/** Seconds below 1000 bytes a second after which a transfer counts as stalled. */
const stalledAfterSeconds = 30;

const fixedConfig: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.askPass', ''],
  ['credential.helper', ''],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', String(stalledAfterSeconds)],
  ['protocol.version', '2'],
  ['submodule.recurse', 'false'],
];

/**
 * The whole environment of a git command: nothing is inherited but the search path, no configuration of user or system counts, nobody
 * is asked for a password. `config` goes in as environment, so that it is in no process list. `keyFile` is the private key for ssh.
 */
export function environmentOf(
  options: GitOptions,
  config: readonly (readonly [string, string])[],
  keyFile?: string,
): Readonly<Record<string, string>> {
  const all = [...fixedConfig, ...config];
  const pairs = all.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: path.resolve(options.stateDir),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_ALLOW_PROTOCOL: (options.allowProtocols ?? defaultProtocols).join(':'),
    GIT_SSH_COMMAND: sshCommand(options.knownHostsFile, keyFile),
    ...(options.caFile === undefined ? {} : { GIT_SSL_CAINFO: path.resolve(options.caFile) }),
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(pairs),
  };
}

/** Git hands this to a shell. A server that is not known by its key is never talked to. */
function sshCommand(knownHostsFile: string | undefined, keyFile: string | undefined): string {
  const words = ['ssh', '-F', '/dev/null', ...['BatchMode=yes', 'StrictHostKeyChecking=yes'].flatMap((option) => ['-o', option])];
  words.push('-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=10');
  // Without IdentitiesOnly the keys of the user who runs this are offered, too, and counted as failed tries.
  if (keyFile !== undefined) words.push('-o', 'IdentitiesOnly=yes', '-i', keyFile);
  if (knownHostsFile !== undefined)
    words.push('-o', 'GlobalKnownHostsFile=/dev/null', '-o', `UserKnownHostsFile="${path.resolve(knownHostsFile)}"`);
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}

/**
 * The environment of a command that only looks into the clone. The promise that missing blobs can be had from the remote is made to
 * network commands alone (`promised`): here a missing blob is just missing, where git 2.39 would otherwise fetch each one by itself
 * or, forbidden to, die.
 */
export function localEnvironmentOf(options: GitOptions): Readonly<Record<string, string>> {
  return environmentOf(options, []);
}

/** Configuration that makes `origin` the remote of a clone without blobs. It is not in the clone's own file. */
export const promised: readonly (readonly [string, string])[] = [
  ['remote.origin.promisor', 'true'],
  ['remote.origin.partialclonefilter', 'blob:none'],
];
