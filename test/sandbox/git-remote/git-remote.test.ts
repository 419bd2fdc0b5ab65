import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitRemote } from '../../../src/sandbox/git-remote/start-git-remote.ts';
import { startGitRemote } from '../../../src/sandbox/git-remote/start-git-remote.ts';

const run = promisify(execFile);

describe('the Git remote of the sandbox', () => {
  let folder: string;
  let remote: GitRemote;

  const git = async (...args: string[]) => {
    const identity = ['-c', 'user.name=p', '-c', 'user.email=p@example.dev'];
    const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
    return (await run('git', [...identity, ...args], { env })).stdout.trim();
  };

  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'windlass-remote-test-'));
    remote = await startGitRemote({ folder: path.join(folder, 'remote'), credential: { username: 'bot', password: 'p:w' } });
  });

  afterEach(async () => {
    await remote.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  const withLogin = (url: string) => url.replace('://', '://bot:p%3Aw@');

  it('serves clones and pushes to those who have the login, and counts them', async () => {
    const work = path.join(folder, 'work');
    await git('clone', '--quiet', withLogin(remote.url('team/shop')), work);
    await git('-C', work, 'commit', '--quiet', '--allow-empty', '-m', 'one');
    await git('-C', work, 'push', '--quiet', 'origin', 'HEAD');
    expect(await git('-C', remote.repository('team/shop'), 'rev-parse', 'main')).toBe(await git('-C', work, 'rev-parse', 'HEAD'));
    await git('clone', '--quiet', '--filter=blob:none', withLogin(remote.url('team/shop')), path.join(folder, 'other'));
    expect(remote.requests).toMatchObject({ pushes: 1, fetches: 1 });
  });

  it('lets nobody in without it', async () => {
    await expect(git('ls-remote', remote.url('shop'))).rejects.toThrow('could not read Username');
    await expect(git('ls-remote', remote.url('shop').replace('://', '://bot:wrong@'))).rejects.toThrow('Authentication failed');
    expect(remote.requests.refs).toBe(0);
    expect(remote.requests.refused).toBeGreaterThan(0);
  });

  it('runs a hook until it is removed', async () => {
    const work = path.join(folder, 'work');
    await git('clone', '--quiet', withLogin(remote.url('shop')), work);
    await git('-C', work, 'commit', '--quiet', '--allow-empty', '-m', 'one');
    remote.hook('shop', 'pre-receive', 'echo "not now, $REMOTE_USER" >&2; exit 1');
    await expect(git('-C', work, 'push', 'origin', 'HEAD')).rejects.toThrow('remote: not now, bot');
    remote.hook('shop', 'pre-receive', undefined);
    await git('-C', work, 'push', '--quiet', 'origin', 'HEAD');
  });

  it.each(['../x', '/x', 'a/../../b', '.git', 'a b'])('%s is no name of a repository', (name) => {
    expect(() => remote.url(name)).toThrow('cannot be the name of a repository');
  });
});
