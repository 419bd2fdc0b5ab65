import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { Failure } from '../../kernel/failure.ts';
import { whyUnreadable } from '../../kernel/unreadable.ts';

/** The one directory out of which programs are run, and the variables that they get. */
export type ProgramDirectory = { readonly path: string; readonly env: Readonly<Record<string, string | undefined>> };

/** The program behind a path, links followed (mounted ConfigMaps consist of links). Throws `rejected` where it is not in the directory. */
export async function locateProgram(directory: ProgramDirectory, written: string, name: string): Promise<string> {
  const home = resolve(directory.path);
  try {
    const [base, found] = await Promise.all([realpath(home), realpath(join(home, relative(home, resolve(home, written))))]);
    const inside = relative(base, found);
    if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return found;
  } catch (thrown) {
    throw new Failure('not-found', `${name} cannot be run: ${whyUnreadable(thrown)}`);
  }
  throw new Failure('rejected', `${name} is not run: it is not in ${directory.path}, the directory of the setting registries.scriptDir`);
}

const plain = /^(?:PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|(?:https?|no|all)_proxy)$/i;
// What the command lines of the clouds log in with: names of roles, files with tokens, addresses of their metadata services.
const clouds = /^(?:AWS|AZURE|ARM|MSI|IDENTITY|GOOGLE|GCE|CLOUDSDK|GCLOUD|ALIBABA_CLOUD|OCI|KUBERNETES_SERVICE)_/;

/** The variables that a program of the directory gets: those of the system and of the clouds, none of ours. */
export function programEnvironment({ env }: ProgramDirectory): Readonly<Record<string, string>> {
  const kept = Object.entries(env).flatMap(([name, text]) =>
    text !== undefined && (plain.test(name) || clouds.test(name)) ? [[name, text]] : [],
  );
  return Object.fromEntries(kept) as Readonly<Record<string, string>>;
}
