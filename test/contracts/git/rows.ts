import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { replacing, signal, temporaryFolder } from '../../git/remote.ts';
import type { GitStage } from './stage.ts';
import { blobsIn } from './stage.ts';

const file = 'apps/shop/kustomization.yaml';
const files = { [file]: 'newTag: v1\n', 'b.yaml': 'b: 1\n', 'c.yaml': 'c: 1\n' };

export function describeReading(stage: GitStage): void {
  describeProtocol(stage);

  describe('reading', () => {
    it('a clone holds no blob but those that were read', async () => {
      const { hosted, head } = await stage.filled(files);
      const stateDir = temporaryFolder();
      const git = stage.open({ stateDir });
      expect(await git.fetch(hosted.access, 'main', signal)).toBe(head);
      expect(blobsIn(stateDir)).toBe(0);
      const { files: read } = await git.read(hosted.access, { branch: 'main', head }, [file, 'none.yaml'], signal);
      expect(Buffer.from((read.get(file) as { bytes: Uint8Array }).bytes).toString()).toBe(files[file]);
      expect(read.get('none.yaml')).toBe('absent');
      expect(blobsIn(stateDir)).toBe(1);
    });

    it('a fetch brings what a person pushed since', async () => {
      const { hosted, person, head } = await stage.filled(files);
      const git = stage.open();
      expect(await git.fetch(hosted.access, 'main', signal)).toBe(head);
      person.write({ [file]: 'newTag: v2\n' });
      const next = person.commit('two');
      person.push();
      expect(await git.fetch(hosted.access, 'main', signal)).toBe(next);
    });

    it('HEAD, branches, tags and commits are resolved', async () => {
      const { hosted, person, head } = await stage.filled(files);
      person.git('tag', '-a', 'v1', '-m', 'v1');
      person.write({ [file]: 'newTag: v2\n' });
      const next = person.commit('two');
      person.push('origin', 'HEAD:main', 'HEAD:team/x', 'v1');
      const git = stage.open();
      const resolve = (revision: string) => git.resolve(hosted.access, revision, signal);
      expect(await resolve('HEAD')).toEqual({ branch: 'main', commit: next });
      expect(await resolve('team/x')).toEqual({ branch: 'team/x', commit: next });
      expect(await resolve('v1')).toEqual({ commit: head });
      expect(await resolve(head)).toEqual({ commit: head });
      await expect(resolve('v9')).rejects.toMatchObject({ code: 'not-found' });
    });

    it('a branch that is not there, a repository that is not there, one that is empty', async () => {
      const { hosted } = await stage.filled(files);
      const git = stage.open();
      await expect(git.fetch(hosted.access, 'none', signal)).rejects.toMatchObject({ code: 'not-found' });
      const elsewhere = { ...hosted.access, url: hosted.access.url.replace(/shop-\d+/, 'no-such') };
      await expect(git.fetch(elsewhere, 'main', signal)).rejects.toMatchObject({ code: 'not-found' });
      const { access } = await stage.empty();
      await expect(git.fetch(access, 'main', signal)).rejects.toMatchObject({ code: 'not-found' });
      await expect(git.resolve(access, 'HEAD', signal)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('a login that is none is unauthorized, and is in no message', async () => {
      const { hosted } = await stage.filled(files);
      const git = stage.open();
      for (const work of [git.fetch(hosted.wrong, 'main', signal), git.resolve(hosted.wrong, 'main', signal)]) {
        const failure: unknown = await work.catch((thrown: unknown) => thrown);
        expect(failure).toMatchObject({ code: 'unauthorized' });
        expect((failure as Error).message).toMatch(
          /check the (?:username and password of this repository|sshPrivateKey of the repository Secret)/,
        );
        expect((failure as Error).message).not.toMatch(/PRIVATE|wrong/);
      }
    });
  });
}

/** What holds with an old protocol, too: the filter, blobs by their ids, and a push. */
export function describeProtocol(stage: GitStage): void {
  it(`protocol ${stage.protocol} is spoken, the filter is asked for, and a push arrives`, async () => {
    const { hosted, head } = await stage.filled(files);
    const { git, said } = stage.openTraced();
    await git.fetch(hosted.access, 'main', signal);
    const snapshot = await git.read(hosted.access, { branch: 'main', head }, [file], signal);
    expect(/fetch< version 2/.test(said())).toBe(stage.protocol === 2);
    expect(said()).toMatch(/fetch> filter blob:none/);
    expect(await git.push(hosted.access, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v2')])).toMatchObject({
      kind: 'pushed',
    });
  });
}

export function describePushing(stage: GitStage): void {
  async function ready() {
    const { hosted, person, head } = await stage.filled(files);
    const git = stage.open();
    await git.fetch(hosted.access, 'main', signal);
    const snapshot = await git.read(hosted.access, { branch: 'main', head }, [file], signal);
    const commit = replacing(snapshot, file, 'v1', 'v2');
    const push = (to?: string) => git.push(hosted.access, { branch: 'main', head }, [commit], to);
    return { hosted, person, head, git, push };
  }

  describe('pushing', () => {
    it('a commit arrives, with its trailers, and brings no blob but its own', async () => {
      const { person, push } = await ready();
      const pushed = await push();
      person.git('fetch', '--quiet', 'origin');
      expect(pushed).toEqual({ kind: 'pushed', commits: [person.git('rev-parse', 'origin/main')] });
      expect(person.git('show', `origin/main:${file}`)).toBe('newTag: v2');
      expect(person.git('log', '-1', '--format=%an %B', 'origin/main')).toContain('Windlass-Reason: v2 is newer');
    });

    it('raced where somebody else was faster; their commit stays', async () => {
      const { hosted, person, git, push } = await ready();
      person.write({ 'b.yaml': 'b: 2\n' });
      const theirs = person.commit('faster');
      person.push();
      expect(await push()).toEqual({ kind: 'raced', head: theirs });
      expect(await git.fetch(hosted.access, 'main', signal)).toBe(theirs);
    });

    it('rewritten where our commit was taken out', async () => {
      const { hosted, person, head, git, push } = await ready();
      const pushed = await push();
      person.git('commit', '--quiet', '--amend', '-m', 'without ours');
      const rewritten = person.git('rev-parse', 'HEAD');
      person.push('--force', 'origin', 'HEAD:main');
      const ours = pushed.kind === 'pushed' ? (pushed.commits[0] ?? '') : '';
      const snapshot = await git.read(hosted.access, { branch: 'main', head: ours }, [file], signal);
      expect(head).not.toBe(rewritten);
      expect(await git.push(hosted.access, { branch: 'main', head: ours }, [replacing(snapshot, file, 'v2', 'v3')])).toEqual({
        kind: 'rewritten',
        head: rewritten,
      });
    });

    it('to a new branch, and not over one that is there', async () => {
      const { person, push } = await ready();
      person.write({ 'b.yaml': 'b: 3\n' });
      const theirs = person.commit('theirs');
      person.push('origin', 'HEAD:taken');
      expect(await push('windlass/shop')).toMatchObject({ kind: 'pushed' });
      expect(await push('taken')).toEqual({ kind: 'raced', head: theirs });
    });

    it('refused, with what the server says, where it does not take the push', async () => {
      const { hosted, push } = await ready();
      const said = await hosted.refusePushes();
      const refused = await push();
      expect(refused).toMatchObject({ kind: 'refused', because: expect.stringContaining(said) as string });
      expect(refused).toMatchObject({
        because: expect.stringMatching(/^\S+ refuses the push to main: .*\(pre-receive hook declined\)$/) as string,
      });
    });

    it('a login that is none', async () => {
      const { hosted, head, git } = await ready();
      const snapshot = await git.read(hosted.access, { branch: 'main', head }, [file], signal);
      const push = git.push(hosted.wrong, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v2')]);
      await expect(push).rejects.toMatchObject({ code: 'unauthorized' });
    });
  });
}

/** Where the server's disk is at hand. */
export function describeDisk(stage: GitStage): void {
  it('raced where the branch moves while the server receives', async () => {
    const { hosted, head } = await stage.filled(files);
    const hook = path.join(hosted.folder ?? '', 'hooks/pre-receive');
    fs.mkdirSync(path.dirname(hook), { recursive: true });
    const script = [
      '#!/bin/sh',
      `rm -f '${hook}'`,
      'unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES',
      `new=$(git -c user.name=x -c user.email=x@example.dev commit-tree -p ${head} -m faster ${head}^{tree})`,
      'git update-ref refs/heads/main "$new"',
    ];
    fs.writeFileSync(hook, `${script.join('\n')}\n`, { mode: 0o755 });
    const git = stage.open();
    await git.fetch(hosted.access, 'main', signal);
    const snapshot = await git.read(hosted.access, { branch: 'main', head }, [file], signal);
    const pushed = await git.push(hosted.access, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v2')]);
    expect(pushed.kind).toBe('raced');
  });
}
