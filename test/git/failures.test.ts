import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/kernel/failure.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { startProxy, startServer, startSilence } from './proxy.ts';
import { openGit, remoteWith, replacing, signal } from './remote.ts';

const files = { 'k.yaml': 'newTag: v1\n' };
const password = 'pass/word with+signs';

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  return (await work.then(
    () => Promise.reject(new Error('it succeeded')),
    (thrown: unknown) => thrown,
  )) as Failure;
}

describe('a login', () => {
  it('is let in, and is in no configuration, process list or address', async () => {
    const { access, remote } = await remoteWith(files, { credential: { username: 'bot', password } });
    const git = openGit();
    const known = { ...access, credential: { username: 'bot', password: new Secret(password) } };
    const head = await git.fetch(known, 'main', signal);
    const snapshot = await git.read(known, { branch: 'main', head }, ['k.yaml'], signal);
    expect(await git.push(known, { branch: 'main', head }, [replacing(snapshot, 'k.yaml', 'v1', 'v2')])).toMatchObject({ kind: 'pushed' });
    expect(remote.requests.refused).toBe(0);
  });

  it('that was written into the address is used and left out of it', async () => {
    const { access } = await remoteWith(files, { credential: { username: 'bot', password } });
    const url = access.url.replace('://', `://bot:${encodeURIComponent(password)}@`);
    const git = openGit();
    const head = await git.fetch({ url }, 'main', signal);
    expect((await git.read({ url }, { branch: 'main', head }, [], signal)).repo).toMatch(/^127\.0\.0\.1:\d+\/shop$/);
  });

  it.each([
    [
      'wrong',
      { username: 'bot', password: new Secret(`${password}!`) },
      'it refused the login (user bot); check the username and password of this repository',
    ],
    [
      'a wrong token in the place of the name',
      { username: `${password}!`, password: new Secret('x-oauth-basic') },
      'it refused the login; check the username and password of this repository',
    ],
    ['missing', undefined, 'it asks for a login, and no repository Secret matches this address'],
  ])('that is %s is unauthorized, and no message holds it', async (_, credential, because) => {
    const { access } = await remoteWith(files, { credential: { username: 'bot', password } });
    const git = openGit();
    const repo = { ...access, ...(credential === undefined ? {} : { credential }) };
    const header = Buffer.from(`bot:${password}!`).toString('base64');
    for (const work of [git.fetch(repo, 'main', signal), git.resolve(repo, '', signal)]) {
      const failure = await failureOf(work);
      expect(failure.code).toBe('unauthorized');
      expect(failure.message).toMatch(/: (?:fetching|looking up a revision) failed: /);
      expect(failure.message.startsWith(`${access.url}: `)).toBe(true);
      expect(failure.message.endsWith(` failed: ${because}`)).toBe(true);
      expect(`${failure.message}${String(failure.cause)}${String(failure.stack)}`).not.toMatch(new RegExp(`pass.word|${header}`));
    }
  });

  it('does not follow a redirect to another host', async () => {
    const elsewhere = await startServer(200);
    const { url, seen } = await startServer(302, { location: `${elsewhere.url}/info/refs?service=git-upload-pack` });
    const failure = await failureOf(
      openGit().fetch({ url, credential: { username: 'bot', password: new Secret(password) } }, 'main', signal),
    );
    expect(failure).toMatchObject({ code: 'rejected', message: expect.stringContaining('the address is redirected') as string });
    expect([seen.length, elsewhere.seen]).toEqual([1, []]);
  });
});

describe('each failure has its code and names the repository', () => {
  it.each([
    [403, 'forbidden'],
    [404, 'not-found'],
    [429, 'rate-limited'],
    [500, 'server-error'],
    [503, 'server-error'],
  ])('an answer of %i is %s', async (status, code) => {
    const { url } = await startServer(status);
    expect(await failureOf(openGit().fetch({ url }, 'main', signal))).toMatchObject({
      code,
      message: expect.stringContaining(`${url}: fetching failed: `) as string,
    });
  });

  it('an unknown repository and an unknown branch are not-found', async () => {
    const { access, remote } = await remoteWith(files);
    const git = openGit();
    const unknown = await failureOf(git.fetch({ url: access.url.replace('shop', 'none') }, 'main', signal));
    expect(unknown).toMatchObject({ code: 'not-found', message: expect.stringContaining('check its address') as string });
    const branch = await failureOf(git.fetch(access, 'none', signal));
    expect(branch).toMatchObject({ code: 'not-found', message: expect.stringContaining('the branch does not exist there') as string });
    const empty = await failureOf(git.resolve({ url: remote.url('empty') }, '', signal));
    expect(empty).toMatchObject({ code: 'not-found', message: expect.stringContaining('names no branch with a commit') as string });
  });

  it('a port without a server is unreachable', async () => {
    const { access, remote } = await remoteWith(files);
    await remote.stop();
    expect(await failureOf(openGit().fetch(access, 'main', signal))).toMatchObject({ code: 'unreachable' });
  });

  it.each(['--upload-pack=touch /tmp/x', 'a..b', '-x', 'a b', 'main:other', 'x^{}', 'a.lock'])('%s is no branch', async (branch) => {
    const { access, remote } = await remoteWith(files);
    expect(await failureOf(openGit().fetch(access, branch, signal))).toMatchObject({ code: 'not-found' });
    expect(remote.requests.refs).toBe(0);
  });

  it.each([
    ['file:///etc', 'file addresses are not allowed; allowed are https, http, ssh'],
    ['/etc', 'file addresses are not allowed'],
    ['ext::sh -c date', 'ext addresses are not allowed'],
  ])('the address %s is refused', async (url, because) => {
    expect(await failureOf(openGit().fetch({ url }, 'main', signal))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(because) as string,
    });
  });

  it.each(['../x', '/x', 'a/../../x', '.git/config', 'a//b', ''])('the path %j is refused', async (path) => {
    const { access } = await remoteWith(files);
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    expect(await failureOf(git.read(access, { branch: 'main', head }, [path], signal))).toMatchObject({ code: 'unsupported' });
  });

  it('a silent server is timed-out, and no child stays behind', async () => {
    const { url, gone } = await startSilence();
    const failure = await failureOf(openGit({ timeoutMs: 400 }).fetch({ url }, 'main', signal));
    expect(failure).toMatchObject({ code: 'timed-out', message: `${url}: fetching failed: git fetch took longer than 400 ms` });
    await gone();
  });

  it('a cancelled read ends its request, and the next one finds no lock in its way', async () => {
    const { access, remote } = await remoteWith(files);
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const failure = await failureOf(git.read(access, { branch: 'main', head }, ['k.yaml'], AbortSignal.abort()));
    expect(failure.code).toBe('cancelled');
    expect((await git.read(access, { branch: 'main', head }, ['k.yaml'], signal)).files.size).toBe(1);
    expect(remote.requests.fetches).toBe(2);
  });

  it('git that is not installed is said so', async () => {
    const failure = await failureOf(openGit({ binary: 'no-such-git' }).fetch({ url: 'http://127.0.0.1:1/x' }, 'main', signal));
    expect(failure).toMatchObject({ code: 'unsupported', message: expect.stringContaining('no-such-git could not be started') as string });
  });
});

describe('a connection that breaks while pushing', () => {
  it('after the server took the commits: they are found there', async () => {
    const { access, remote } = await remoteWith(files);
    const proxy = await startProxy(access.url);
    const git = openGit();
    const head = await git.fetch(proxy, 'main', signal);
    const snapshot = await git.read(proxy, { branch: 'main', head }, ['k.yaml'], signal);
    proxy.fault = 'lose the answer';
    const pushed = await git.push(proxy, { branch: 'main', head }, [replacing(snapshot, 'k.yaml', 'v1', 'v2')]);
    const tip = execFileSync('git', ['rev-parse', 'main'], { cwd: remote.repository('shop') })
      .toString()
      .trim();
    expect(pushed).toEqual({ kind: 'pushed', commits: [tip] });
    expect(tip).not.toBe(head);
  });

  it('before the server took them: a failure, and the next push succeeds', async () => {
    const { access } = await remoteWith(files);
    const proxy = await startProxy(access.url);
    const git = openGit();
    const head = await git.fetch(proxy, 'main', signal);
    const snapshot = await git.read(proxy, { branch: 'main', head }, ['k.yaml'], signal);
    const commit = replacing(snapshot, 'k.yaml', 'v1', 'v2');
    proxy.fault = 'lose the request';
    expect(await failureOf(git.push(proxy, { branch: 'main', head }, [commit]))).toMatchObject({ code: 'unreachable' });
    proxy.fault = 'none';
    expect(await git.push(proxy, { branch: 'main', head }, [commit])).toMatchObject({ kind: 'pushed' });
  });
});
