import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Commit, RepoAccess } from '../../src/git/commit.ts';
import type { GitOptions } from '../../src/git/environment.ts';
import type { Git } from '../../src/git/git.ts';
import { createGit } from '../../src/git/git.ts';
import type { GitRemote, GitRemoteOptions } from '../../src/sandbox/git-remote/start-git-remote.ts';
import { startGitRemote } from '../../src/sandbox/git-remote/start-git-remote.ts';
import type { Snapshot } from '../../src/writeback/edit.ts';

export const signal = new AbortController().signal;
export const author = { name: 'Windlass', email: 'bot@windlass.example' };

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'windlass-git-test-'));
  // A server that ended may still have a git at work in it, for a moment.
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}

/** A remote on loopback with one repository, `shop`, as a person's work tree sees it. */
export async function remoteWith(
  files: Record<string, string>,
  options: Partial<GitRemoteOptions> = {},
): Promise<{ remote: GitRemote; access: RepoAccess; person: Person }> {
  const remote = await startGitRemote({ folder: temporaryFolder(), ...options });
  onTestFinished(() => remote.stop());
  const person = openWorkTree(remote.repository('shop'));
  person.write(files);
  person.commit('start');
  person.push();
  return { remote, access: { url: remote.url('shop') }, person };
}

export function openGit(options: Partial<GitOptions> = {}): Git {
  const git = createGit({ stateDir: temporaryFolder(), now: () => Date.UTC(2026, 0, 31, 12), ...options });
  onTestFinished(() => git.close());
  return git;
}

/** A person with a work tree, who pushes past the server. */
export type Person = {
  readonly folder: string;
  readonly git: (...args: string[]) => string;
  readonly write: (files: Record<string, string>) => void;
  readonly commit: (message: string) => string;
  readonly push: (...args: string[]) => void;
};

export function openWorkTree(repository: string): Person {
  const folder = temporaryFolder();
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      .toString()
      .trim();
  git('init', '--quiet', '--initial-branch=main', '.');
  git('config', 'user.name', 'A Person');
  git('config', 'user.email', 'person@example.dev');
  // Newer gits leave a process behind that tidies up.
  git('config', 'maintenance.auto', 'false');
  git('remote', 'add', 'origin', repository);
  return {
    folder,
    git,
    write: (files) => {
      for (const [file, text] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        fs.writeFileSync(path.join(folder, file), text);
      }
      git('add', '-A');
    },
    commit: (message) => {
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    push: (...args) => void git('push', '--quiet', ...(args.length === 0 ? ['origin', 'HEAD:main'] : args)),
  };
}

/** A commit that replaces a text, which stands once in a file of the snapshot. */
export function replacing(snapshot: Snapshot, file: string, was: string, text: string): Commit {
  const held = snapshot.files.get(file);
  if (held === undefined || held === 'absent') throw new Error(`${file} was not read`);
  const start = Buffer.from(held.bytes).indexOf(was);
  const splice = { path: file, baseOid: held.oid, start, end: start + Buffer.byteLength(was), was, text };
  return { message: `set ${text}`, trailers: [['Windlass-Reason', `${text} is newer`]], author, splices: [splice] };
}
