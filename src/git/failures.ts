import type { FailureCode } from '../kernel/failure.ts';
import { Failure } from '../kernel/failure.ts';
import { oneLine } from '../kernel/escape.ts';
import type { Reach } from './access.ts';
import { redact } from './access.ts';

type Sign = { readonly pattern: RegExp; readonly code: FailureCode; readonly advice: string };

// Git does not say whether it sent a login that was refused, or had none to send: we know.
const login: Sign = {
  pattern: /Authentication failed|could not read (Username|Password)|HTTP Basic: Access denied|returned error: 401/i,
  code: 'unauthorized',
  advice: 'check the username and password of this repository',
};

// In this order: a login that is refused is also a repository that could not be read.
const signs: readonly Sign[] = [
  { pattern: /couldn't find remote ref|remote branch .* not found/i, code: 'not-found', advice: 'the branch does not exist there' },
  login,
  { pattern: /Host key verification failed/i, code: 'unauthorized', advice: 'add the host key to known_hosts' },
  {
    pattern: /Permission denied \([\w,-]+\)|Load key .*: (?:error in|invalid)/i,
    code: 'unauthorized',
    advice: 'check the sshPrivateKey of the repository Secret',
  },
  {
    pattern: /returned error: 403|Permission denied|access denied|Permission to .* denied/i,
    code: 'forbidden',
    advice: 'the login is known but not allowed to do this',
  },
  {
    pattern: /returned error: 404|repository .* not found|does not appear to be a git repository|not found\.?$/im,
    code: 'not-found',
    advice: 'check its address, and that the login may see it',
  },
  { pattern: /returned error: 429/i, code: 'rate-limited', advice: 'the server asks to come back later' },
  { pattern: /returned error: 5\d\d/i, code: 'server-error', advice: 'the server failed; it is tried again' },
  {
    pattern: /SSL|certificate|TLS/i,
    code: 'unreachable',
    advice: 'the certificate could not be checked; name the file of its authority in the settings',
  },
  {
    pattern: /redirect|returned error: 30\d|requested URL returned error: 3/i,
    code: 'rejected',
    advice: 'the address is redirected; write the address that it leads to (often with .git at the end)',
  },
  { pattern: /Operation too slow|timed out|timeout/i, code: 'timed-out', advice: 'the server is too slow; it is tried again' },
  {
    pattern:
      /Could not resolve|Failed to connect|Couldn't connect|Connection (refused|reset|closed)|unable to access|hung up|early EOF|disconnect|Empty reply/i,
    code: 'unreachable',
    advice: 'check that the host can be reached from here',
  },
  { pattern: /not our ref|upload-pack: not our/i, code: 'not-found', advice: 'the server does not hand this object out' },
  { pattern: /transport .* not allowed/i, code: 'unsupported', advice: 'this kind of address is not allowed' },
];

// What git puts behind the words of ssh, which say more.
const closing =
  /^(?:fatal: Could not read from remote repository\.|Please make sure you have the correct access rights|and the repository exists\.)$/;

/** What a git command's standard error says, as a failure with a cause of its own for each code. No secret is in it. */
export function failureOf(what: string, reach: Reach, stderr: string): Failure {
  const bare = redact(stderr, reach.secrets);
  const said = bare
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(hint|warning|From |To )/.test(line) && !closing.test(line));
  // git's own last words come behind those of the remote and of curl.
  const last = said.findLast((line) => /^(fatal|error|remote):/.test(line)) ?? said.at(-1) ?? 'no reason was given';
  const sign = signs.find(({ pattern }) => pattern.test(bare));
  const sentence = `${reach.label}: ${what} failed: ${oneLine(last)}`;
  if (sign === login) return new Failure('unauthorized', `${reach.label}: ${what} failed: ${refusedLogin(reach)}`);
  return sign === undefined ? new Failure('broken-answer', sentence) : new Failure(sign.code, `${sentence} (${sign.advice})`);
}

function refusedLogin({ user }: Reach): string {
  if (user === undefined) return 'it asks for a login, and no repository Secret matches this address';
  const who = user === '' ? '' : ` (user ${oneLine(user)})`;
  return `it refused the login${who}; ${login.advice}`;
}

/** A failure of the runner (time, size, start) with the repository's name in front. */
export function withLabel(what: string, reach: Reach, thrown: unknown): unknown {
  if (!(thrown instanceof Failure)) return thrown;
  return new Failure(thrown.code, `${reach.label}: ${what} failed: ${redact(thrown.message, reach.secrets)}`, { cause: thrown });
}
