import { simpleGit } from 'simple-git';
import type { Sha } from '../kernel/refs.ts';

/** What is asked of a clone without changing it and without the network: the one place where simple-git is used. */
export type Plumbing = {
  /** The commit that a revision names, or undefined. */
  readonly commitOf: (revision: string) => Promise<Sha | undefined>;
  readonly isAncestor: (ancestor: Sha, of: Sha) => Promise<boolean>;
  /** The trailers of a commit, a line each; undefined where the clone does not have it. */
  readonly trailersOf: (commit: Sha) => Promise<string | undefined>;
  /** Output of `ls-tree -z` for some paths, or for all blobs below a directory. */
  readonly entries: (commit: Sha, paths: readonly string[]) => Promise<string>;
  readonly blobsBelow: (commit: Sha, directory: string) => Promise<string>;
  /** Output of `log` for some files, in the format that `log.ts` reads. */
  readonly history: (head: Sha, files: readonly string[], limit: number, format: string) => Promise<string>;
};

type PlumbingOptions = {
  readonly folder: string;
  readonly binary: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/**
 * simple-git strips every variable that it guards unless it is named, and needs a second permission for those that could run programs:
 * ours are set by `environmentOf` alone.
 */
export function openPlumbing({ folder, binary, env, timeoutMs }: PlumbingOptions): Plumbing {
  const git = simpleGit({
    baseDir: folder,
    binary,
    trimmed: false,
    maxConcurrentProcesses: 4,
    timeout: { block: timeoutMs },
    allowEnvironment: Object.keys(env),
    unsafe: {
      allowUnsafeSshCommand: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeHooksPath: true,
      allowUnsafeAskPass: true,
      allowUnsafeCredentialHelper: true,
      allowUnsafeCustomBinary: true,
    },
  }).env({ ...env });
  const succeeds = (args: readonly string[]) =>
    git.raw([...args]).then(
      (text) => text,
      () => undefined,
    );
  return {
    commitOf: async (revision) =>
      (await succeeds(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]))?.trim() || undefined,
    // simple-git takes the silent exit code 1 of --is-ancestor for a success.
    isAncestor: async (ancestor, of) => (await succeeds(['merge-base', ancestor, of]))?.trim() === ancestor,
    trailersOf: (commit) => succeeds(['log', '-1', '--format=%(trailers:only,unfold)', '--end-of-options', commit, '--']),
    entries: (commit, paths) => git.raw(['ls-tree', '-z', '--full-tree', commit, '--', ...paths]),
    blobsBelow: (commit, directory) =>
      git.raw(['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...(directory === '' ? [] : [`${directory}/`])]),
    history: (head, files, limit, format) =>
      git.raw([
        'log',
        '--first-parent',
        '-m',
        '--raw',
        '--no-renames',
        '-z',
        '--no-abbrev',
        `-n${limit}`,
        `--format=${format}`,
        head,
        '--',
        ...files,
      ]),
  };
}
