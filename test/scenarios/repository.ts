import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Trailers } from '../../src/kernel/trailers.ts';
import { trailerValues } from '../../src/kernel/trailers.ts';

const run = promisify(execFile);

export type LoggedCommit = {
  readonly sha: string;
  readonly author: string;
  readonly subject: string;
  readonly trailers: Trailers;
  /** The first value of a trailer, or undefined. */
  trailer(key: string): string | undefined;
};

/** A repository on the remote, and a person with a work tree who pushes to it past the server. */
export type Repository = {
  readonly name: string;
  readonly url: string;
  /** Path of the bare repository. */
  readonly bare: string;
  /** First-parent commits of a branch, newest first. */
  log(branch?: string): Promise<readonly LoggedCommit[]>;
  head(branch?: string): Promise<string>;
  /** A file at the head of a branch; undefined where it is not there. */
  file(path: string, branch?: string): Promise<string | undefined>;
  git(...args: readonly string[]): Promise<string>;
  /** The person brings the work tree up to date, changes files, commits and pushes. */
  commit(message: string, change: Readonly<Record<string, string | null>>): Promise<string>;
  /** `git revert` of a commit, by the person. */
  revert(commit: string): Promise<void>;
};

function personEnv(): NodeJS.ProcessEnv {
  const [name, email] = ['Robin Person', 'robin@example.com'];
  return {
    PATH: process.env['PATH'] ?? '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

function readCommit(text: string): LoggedCommit {
  const [sha = '', author = '', subject = '', ...lines] = text.split('\n');
  const trailers = lines.flatMap((line): Trailers => {
    const colon = line.indexOf(': ');
    return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 2)]];
  });
  return { sha, author, subject, trailers, trailer: (key) => trailerValues(trailers, key)[0] };
}

/** Where a repository lies. `origin` is where the person pushes to; past the server into the bare repository where absent. */
type At = { readonly name: string; readonly url: string; readonly bare: string; readonly folder: string; readonly origin?: string };

/** Opens a work tree in `folder` on the bare repository and pushes the first commit. */
export async function openRepository(at: At, files: Readonly<Record<string, string>>): Promise<Repository> {
  const inTree = async (...args: readonly string[]) => (await run('git', args, { cwd: at.folder, env: personEnv() })).stdout.trim();
  const git = async (...args: readonly string[]) => (await run('git', args, { cwd: at.bare, env: personEnv() })).stdout.trim();
  const write = async (change: Readonly<Record<string, string | null>>) => {
    for (const [path, text] of Object.entries(change)) {
      if (text === null) {
        await inTree('rm', '-q', path);
        continue;
      }
      await mkdir(dirname(join(at.folder, path)), { recursive: true });
      await writeFile(join(at.folder, path), text);
    }
  };
  const push = async (message: string) => {
    await inTree('add', '-A');
    await inTree('commit', '-q', '--allow-empty', '-m', message);
    await inTree('push', '-q', 'origin', 'HEAD:main');
    return inTree('rev-parse', 'HEAD');
  };
  const pull = () => inTree('pull', '-q', '--ff-only', 'origin', 'main');
  await mkdir(at.folder, { recursive: true });
  await inTree('init', '-q', '--initial-branch=main', '.');
  await inTree('remote', 'add', 'origin', at.origin ?? at.bare);
  await write(files);
  await push('Begin');
  return {
    ...at,
    git,
    async log(branch = 'main') {
      const format = '--format=%H%n%an <%ae>%n%s%n%(trailers:only,unfold)%x00';
      const text = await git('log', '--first-parent', format, branch);
      return text
        .split('\0')
        .map((commit) => commit.trim())
        .filter((commit) => commit !== '')
        .map(readCommit);
    },
    head: (branch = 'main') => git('rev-parse', branch),
    file: (path, branch = 'main') =>
      run('git', ['show', `${branch}:${path}`], { cwd: at.bare, env: personEnv() }).then(
        ({ stdout }) => stdout,
        () => undefined,
      ),
    async commit(message, change) {
      await pull();
      await write(change);
      return push(message);
    },
    async revert(commit) {
      await pull();
      await inTree('revert', '--no-edit', commit);
      await inTree('push', '-q', 'origin', 'HEAD:main');
    },
  };
}

/** Replaces a text in a file of the person's work tree as it is on the branch now. */
export async function replaced(repository: Repository, path: string, was: string | RegExp, text: string): Promise<Record<string, string>> {
  const before = (await repository.file(path)) ?? '';
  const after = before.replace(was, text);
  if (after === before) throw new Error(`${path} does not hold ${String(was)}`);
  return { [path]: after };
}
