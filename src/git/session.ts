import { Failure } from '../kernel/failure.ts';
import type { Reach } from './access.ts';
import type { Clone } from './clones.ts';
import { removeLeftovers } from './clones.ts';
import type { GitOptions } from './environment.ts';
import { environmentOf, localEnvironmentOf, promised } from './environment.ts';
import { failureOf, withLabel } from './failures.ts';
import { writeKey } from './key-file.ts';
import type { Ran } from './run.ts';
import { runGit } from './run.ts';

/** How often the network was used since the start. */
export type GitStats = { readonly fetches: number; readonly pushes: number; readonly blobFetches: number; readonly lookups: number };
export type Count = keyof GitStats;

/** One repository, reached in one way, with its clone. */
export type Session = {
  readonly reach: Reach;
  readonly clone: Clone;
  /** A command on the clone alone. Throws `Failure` where it fails. */
  readonly local: (args: readonly string[], input?: Uint8Array) => Promise<Buffer>;
  /** A command that talks to the remote; any exit code is an answer. */
  readonly remote: (
    count: Count,
    args: readonly string[],
    more?: { readonly input?: Uint8Array; readonly signal?: AbortSignal },
  ) => Promise<Ran>;
};

const outputLimit = 256 * 1024 * 1024;
const defaultTimeoutMs = 120_000;

export function openSession(options: GitOptions, reach: Reach, clone: Clone, counted: (count: Count) => void): Session {
  const base = {
    binary: options.binary ?? 'git',
    folder: clone.folder,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    maxBytes: outputLimit,
  };
  const localEnv = localEnvironmentOf(options);
  const remoteEnv = async () => {
    const keyFile = reach.sshKey === undefined ? undefined : await writeKey(options.stateDir, reach.sshKey);
    return environmentOf(options, [...promised, ...reach.config], keyFile);
  };
  return {
    reach,
    clone,
    async local(args, input) {
      const what = `git ${args[0] ?? ''}`;
      const ran = await runGit({ ...base, args, env: localEnv, ...(input === undefined ? {} : { input }) }).catch((thrown: unknown) => {
        throw withLabel(what, reach, thrown);
      });
      if (ran.code !== 0) throw failureOf(what, reach, ran.stderr);
      return ran.stdout;
    },
    async remote(count, args, more = {}) {
      counted(count);
      try {
        return await runGit({ ...base, args, env: await remoteEnv(), ...more });
      } catch (thrown) {
        // A killed git leaves its lock files; the next command would stumble over them. A lookup takes none, and others may run beside it.
        if (thrown instanceof Failure && thrown.code !== 'unsupported' && count !== 'lookups') await removeLeftovers(clone.folder);
        throw withLabel(operations[count], reach, thrown);
      }
    },
  };
}

export const operations: Readonly<Record<Count, string>> = {
  fetches: 'fetching',
  pushes: 'pushing',
  blobFetches: 'fetching files',
  lookups: 'looking up a revision',
};
