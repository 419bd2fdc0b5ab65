import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGit } from '../../src/git/git.ts';
import { remoteWith, replacing, signal, temporaryFolder } from './remote.ts';

const files = { 'k.yaml': 'newTag: v1\n' };

describe('the state folder', () => {
  it('serves one instance at a time, and the next one after it was closed', async () => {
    const stateDir = temporaryFolder();
    const first = createGit({ stateDir });
    expect(() => createGit({ stateDir })).toThrow(
      `${stateDir} is in use by process ${process.pid}; end it, or give this one another state folder`,
    );
    await first.close();
    await createGit({ stateDir }).close();
  });

  it('is refused while another process holds it, and taken over when that one was killed', async () => {
    const stateDir = temporaryFolder();
    const module = path.resolve('src/git/state-lock.ts');
    const script = `import { lockFolder } from ${JSON.stringify(module)}; lockFolder(${JSON.stringify(stateDir)}); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    expect(() => createGit({ stateDir })).toThrow(`in use by process ${holder.pid ?? 0}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await createGit({ stateDir }).close();
  });

  it.each([
    ['of a process that started at another time', JSON.stringify({ pid: 1, start: '-1' })],
    ['of a predecessor with our own process id', JSON.stringify({ pid: process.pid, start: '1' })],
    ['that was cut off', '{"pid":'],
  ])('is taken over from a lock file %s', async (_, text) => {
    const stateDir = temporaryFolder();
    fs.writeFileSync(path.join(stateDir, 'windlass.lock'), text);
    await createGit({ stateDir }).close();
    expect(fs.readdirSync(stateDir)).toEqual([]);
  });
});

describe('a state folder that cannot serve', () => {
  const wanted = 'expected a directory that is there or can be made, and can be written to';
  it.each([
    ['below /proc, where nothing is made', () => '/proc/x', 'no such file or directory'],
    ['deep below /proc', () => '/proc/x/y/z', 'no such file or directory'],
    ['that is a file', () => temporaryFile(), 'a part of its path is no directory'],
    ['below a file', () => path.join(temporaryFile(), 'git'), 'a part of its path is no directory'],
  ])('is told by the name of its setting: one %s', (_, make, why) => {
    const stateDir = make();
    expect(() => createGit({ stateDir })).toThrow(`git.stateDir: got ${stateDir} (${why}), ${wanted}`);
  });

  it('is made with all folders above it', async () => {
    const stateDir = path.join(temporaryFolder(), 'a/b/c');
    await createGit({ stateDir }).close();
    expect(fs.readdirSync(stateDir)).toEqual([]);
  });
});

function temporaryFile(): string {
  const file = path.join(temporaryFolder(), 'file');
  fs.writeFileSync(file, '');
  return file;
}

describe('a clone that an ended process left', () => {
  it('is used on, its stale lock files removed, its blobs not fetched again', async () => {
    const { access, remote } = await remoteWith(files);
    const stateDir = temporaryFolder();
    const first = createGit({ stateDir });
    const head = await first.fetch(access, 'main', signal);
    await first.read(access, { branch: 'main', head }, ['k.yaml'], signal);
    await first.close();
    const [folder = ''] = fs.readdirSync(stateDir);
    const clone = path.join(stateDir, folder);
    const refs = path.join(clone, 'refs/windlass/head');
    const stale = [
      path.join(clone, 'packed-refs.lock'),
      path.join(clone, 'config.lock'),
      ...fs.readdirSync(refs).map((name) => path.join(refs, `${name}.lock`)),
    ];
    stale.forEach((file) => fs.writeFileSync(file, ''));
    const { fetches } = remote.requests;
    const second = createGit({ stateDir });
    expect(await second.fetch(access, 'main', signal)).toBe(head);
    const snapshot = await second.read(access, { branch: 'main', head }, ['k.yaml'], signal);
    expect(await second.push(access, { branch: 'main', head }, [replacing(snapshot, 'k.yaml', 'v1', 'v2')])).toMatchObject({
      kind: 'pushed',
    });
    expect(second.stats()).toEqual({ fetches: 1, blobFetches: 0, pushes: 1, lookups: 0 });
    expect(remote.requests.fetches).toBe(fetches);
    await second.close();
  });

  it('remembers over a restart what the branch took from us', async () => {
    const { access, person } = await remoteWith(files);
    const stateDir = temporaryFolder();
    const first = createGit({ stateDir });
    const head = await first.fetch(access, 'main', signal);
    const snapshot = await first.read(access, { branch: 'main', head }, ['k.yaml'], signal);
    await first.push(access, { branch: 'main', head }, [replacing(snapshot, 'k.yaml', 'v1', 'v2')]);
    await first.close();
    person.write({ 'other.yaml': 'a: b\n' });
    person.commit('without ours');
    person.push('--force', 'origin', 'HEAD:main');
    const second = createGit({ stateDir });
    const rewritten = await second.fetch(access, 'main', signal);
    expect(await second.keepsOurs(access, { branch: 'main', head: rewritten })).toBe(false);
    await second.close();
  });

  it('joins its packs when there are many, and still reads, pushes and lacks what it never read', async () => {
    const { access, person, remote } = await remoteWith({ ...files, 'unread.yaml': 'a: b\n' });
    const stateDir = temporaryFolder();
    const git = createGit({ stateDir, packLimit: 2 });
    for (const tag of ['v2', 'v3', 'v4', 'v5']) {
      person.write({ 'k.yaml': `newTag: ${tag}\n` });
      person.commit(tag);
      person.push();
      const head = await git.fetch(access, 'main', signal);
      await git.read(access, { branch: 'main', head }, ['k.yaml'], signal);
    }
    const head = await git.fetch(access, 'main', signal);
    const { fetches } = remote.requests;
    await git.close();
    const [folder = ''] = fs.readdirSync(stateDir);
    const packs = fs.readdirSync(path.join(stateDir, folder, 'objects/pack')).filter((name) => name.endsWith('.pack'));
    expect(packs.length).toBeLessThanOrEqual(2);
    const again = createGit({ stateDir });
    const snapshot = await again.read(access, { branch: 'main', head }, ['k.yaml'], signal);
    expect(await again.push(access, { branch: 'main', head }, [replacing(snapshot, 'k.yaml', 'v5', 'v6')])).toMatchObject({
      kind: 'pushed',
    });
    expect(again.stats()).toMatchObject({ fetches: 0, blobFetches: 0 });
    expect(remote.requests.fetches).toBe(fetches);
    await again.read(access, { branch: 'main', head }, ['unread.yaml'], signal);
    expect(again.stats().blobFetches).toBe(1);
    await again.close();
  });

  it('knows a repository by one name however it is written', async () => {
    const { access } = await remoteWith(files);
    const stateDir = temporaryFolder();
    const git = createGit({ stateDir });
    await git.fetch(access, 'main', signal);
    await git.fetch({ url: access.url.replace(/\.git$/, '') }, 'main', signal).catch(() => undefined);
    expect(fs.readdirSync(stateDir).filter((name) => name.endsWith('.git'))).toHaveLength(1);
    await git.close();
  });
});
