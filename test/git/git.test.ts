import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { RepoAccess } from '../../src/git/commit.ts';
import type { FileLog } from '../../src/writeback/file-log.ts';
import type { Git } from '../../src/git/git.ts';
import { author, openGit, remoteWith, replacing, signal } from './remote.ts';

const file = 'apps/shop/kustomization.yaml';
const text = 'images:\n- name: reg/shop # größe\n  newTag: v1\n';

function onRemote(repository: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: repository }).toString();
}

async function logOf(git: Git, ...[access, head, file, limit]: readonly [RepoAccess, string, string, number]): Promise<FileLog> {
  const log = (await git.log(access, head, [file], limit)).get(file);
  if (log === undefined) throw new Error(`${file} was not asked for`);
  return log;
}

describe('reading', () => {
  it('fetches a branch and reads files, each once, with one request for all blobs', async () => {
    const { remote, access, person } = await remoteWith({ [file]: text, 'b.yaml': 'b: 1\n', 'big.bin': 'x'.repeat(1000) });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    expect(head).toBe(person.git('rev-parse', 'HEAD'));
    const snapshot = await git.read(access, { branch: 'main', head }, [file, 'b.yaml', 'none.yaml', 'apps'], signal);
    const again = await git.read(access, { branch: 'main', head }, [file], signal);
    expect(Buffer.from((snapshot.files.get(file) as { bytes: Uint8Array }).bytes).toString()).toBe(text);
    expect(snapshot.files.get('none.yaml')).toBe('absent');
    expect(snapshot.files.get('apps')).toMatchObject({ mode: '040000' });
    expect(snapshot).toMatchObject({ branch: 'main', head, repo: expect.stringMatching(/^127\.0\.0\.1:\d+\/shop$/) as string });
    expect(again.files.get(file)).toEqual(snapshot.files.get(file));
    expect(git.stats()).toEqual({ fetches: 1, blobFetches: 1, pushes: 0, lookups: 0 });
    expect(remote.requests).toMatchObject({ fetches: 2, pushes: 0 });
  });

  it('shares a fetch that is under way', async () => {
    const { access } = await remoteWith({ [file]: text });
    const git = openGit();
    const heads = await Promise.all([1, 2, 3].map(() => git.fetch(access, 'main', signal)));
    expect(new Set(heads).size).toBe(1);
    expect(git.stats().fetches).toBe(1);
  });

  it('resolves HEAD, branches, tags and commits', async () => {
    const { access, person } = await remoteWith({ [file]: text });
    const first = person.git('rev-parse', 'HEAD');
    person.git('tag', '-a', 'v1', '-m', 'v1');
    person.write({ [file]: text.replace('v1', 'v2') });
    const second = person.commit('two');
    person.push('origin', 'HEAD:main', 'HEAD:team/x', 'v1');
    const git = openGit();
    expect(await git.resolve(access, '', signal)).toEqual({ branch: 'main', commit: second });
    expect(await git.resolve(access, 'HEAD', signal)).toEqual({ branch: 'main', commit: second });
    expect(await git.resolve(access, 'team/x', signal)).toEqual({ branch: 'team/x', commit: second });
    expect(await git.resolve(access, 'v1', signal)).toEqual({ commit: first });
    expect(await git.resolve(access, first, signal)).toEqual({ commit: first });
    await expect(git.resolve(access, 'v9', signal)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('v9 is no branch, no tag') as string,
    });
    expect((await git.tree(access, first, 'apps', signal)).map(({ path, mode }) => ({ path, mode }))).toEqual([
      { path: file, mode: '100644' },
    ]);
    expect(await git.tree(access, first, file, signal)).toEqual([]);
  });
});

describe('pushing', () => {
  it('writes a chain of commits on one file with one fetch, one request for blobs and one push', async () => {
    const { remote, access } = await remoteWith({ [file]: text, 'b.yaml': 'b: 1\n', 'c.yaml': 'c: 1\n' });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, [file, 'b.yaml'], signal);
    const commits = [
      replacing(snapshot, file, 'v1', 'v2-größer'),
      {
        ...replacing(snapshot, file, 'reg/shop', 'reg/store'),
        message: 'rename it\n\nbecause',
        trailers: [['Windlass-Place', 'a\nb'] as const, ['Windlass-Reason', 'r'] as const],
      },
    ];
    const pushed = await git.push(access, { branch: 'main', head }, commits);
    expect(pushed).toMatchObject({ kind: 'pushed', commits: [expect.any(String), expect.any(String)] });
    const repository = remote.repository('shop');
    expect(onRemote(repository, 'show', `main~1:${file}`)).toBe(text.replace('v1', 'v2-größer'));
    expect(onRemote(repository, 'show', `main:${file}`)).toBe(text.replace('v1', 'v2-größer').replace('reg/shop', 'reg/store'));
    expect(onRemote(repository, 'log', '-1', '--format=%B', 'main')).toBe(
      'rename it\n\nbecause\n\nWindlass-Place: a b\nWindlass-Reason: r\n\n',
    );
    expect(onRemote(repository, 'log', '-1', '--format=%an <%ae> %cn %cI', 'main').trim()).toBe(
      'Windlass <bot@windlass.example> Windlass 2026-01-31T12:00:00+00:00',
    );
    expect(onRemote(repository, 'rev-parse', 'main~2').trim()).toBe(head);
    expect(onRemote(repository, 'diff', '--name-only', 'main~2', 'main').trim()).toBe(file);
    expect(git.stats()).toEqual({ fetches: 1, blobFetches: 1, pushes: 1, lookups: 0 });
    expect(remote.requests).toMatchObject({ fetches: 2, pushes: 1 });
    expect(onRemote(repository, 'fsck', '--strict')).toBe('');
  });

  it('keeps the mode of an executable file, and makes new files', async () => {
    const { remote, access, person } = await remoteWith({ 'run.sh': 'v1\n' });
    person.git('update-index', '--chmod=+x', 'run.sh');
    person.commit('executable');
    person.push();
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, ['run.sh', '.windlass/holds.yaml'], signal);
    const fresh = { path: '.windlass/holds.yaml', baseOid: '', start: 0, end: 0, was: '', text: 'holds: []\n' };
    const commit = replacing(snapshot, 'run.sh', 'v1', 'v2');
    await git.push(access, { branch: 'main', head }, [{ ...commit, splices: [...commit.splices, fresh] }]);
    expect(
      onRemote(remote.repository('shop'), 'ls-tree', '-r', 'main')
        .split('\n')
        .map((line) => [line.slice(0, 6), line.slice(53)]),
    ).toEqual([
      ['100644', '.windlass/holds.yaml'],
      ['100755', 'run.sh'],
      ['', ''],
    ]);
  });

  it('answers raced when somebody else was faster, and rewritten when our commit was taken out', async () => {
    const { access, person } = await remoteWith({ [file]: text });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, [file], signal);
    person.write({ 'other.yaml': 'a: b\n' });
    const theirs = person.commit('other');
    person.push();
    expect(await git.push(access, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v2')])).toEqual({
      kind: 'raced',
      head: theirs,
    });
    const pushed = await git.push(access, { branch: 'main', head: theirs }, [replacing(snapshot, file, 'v1', 'v2')]);
    expect(pushed.kind).toBe('pushed');
    const ours = pushed.kind === 'pushed' ? (pushed.commits[0] ?? '') : '';
    person.write({ 'other.yaml': 'a: c\n' });
    const rewritten = person.commit('without ours');
    person.push('--force', 'origin', 'HEAD:main');
    expect(await git.push(access, { branch: 'main', head: ours }, [])).toEqual({ kind: 'pushed', commits: [] });
    const next = await git.read(access, { branch: 'main', head: ours }, [file], signal);
    expect(await git.push(access, { branch: 'main', head: ours }, [replacing(next, file, 'v2', 'v3')])).toEqual({
      kind: 'rewritten',
      head: rewritten,
    });
    expect(await git.keepsOurs(access, { branch: 'main', head: rewritten })).toBe(false);
    expect(await git.keepsOurs(access, { branch: 'main', head: ours })).toBe(true);
  });

  it('answers raced when the branch moves while the server receives', async () => {
    const { remote, access } = await remoteWith({ [file]: text });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, [file], signal);
    remote.hook(
      'shop',
      'pre-receive',
      `[ -e raced ] && exit 0
touch raced
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x
git update-ref refs/heads/main $(git commit-tree -p refs/heads/main -m faster refs/heads/main^{tree})`,
    );
    const raced = await git.push(access, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v2')]);
    const faster = onRemote(remote.repository('shop'), 'rev-parse', 'main').trim();
    expect(raced).toEqual({ kind: 'raced', head: faster });
    expect(await git.push(access, { branch: 'main', head: faster }, [replacing(snapshot, file, 'v1', 'v2')])).toMatchObject({
      kind: 'pushed',
    });
  });

  it('answers refused with what the hook said', async () => {
    const { remote, access } = await remoteWith({ [file]: text });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, [file], signal);
    remote.hook('shop', 'pre-receive', 'echo "main is protected: ask the owners" >&2; exit 1');
    expect(await git.push(access, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v2')])).toEqual({
      kind: 'refused',
      because: `${access.url} refuses the push to main: main is protected: ask the owners (pre-receive hook declined)`,
    });
  });

  it('pushes to a new branch, and not over an existing one', async () => {
    const { remote, access } = await remoteWith({ [file]: text });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, [file], signal);
    const commit = replacing(snapshot, file, 'v1', 'v2');
    const pushed = await git.push(access, { branch: 'main', head }, [commit], 'windlass/shop');
    expect(pushed.kind).toBe('pushed');
    expect(onRemote(remote.repository('shop'), 'rev-parse', 'main').trim()).toBe(head);
    expect(await git.push(access, { branch: 'main', head }, [{ ...commit, message: 'another' }], 'windlass/shop')).toEqual({
      kind: 'raced',
      head: pushed.kind === 'pushed' ? pushed.commits[0] : '',
    });
  });

  it.each([
    ['a text that is not there', { was: 'v9' }, 'does not hold "v9" at bytes'],
    ['another version of the file', { baseOid: 'f'.repeat(40) }, 'the edit was made for blob ffff'],
    ['bytes behind the end', { end: 1000 }, 'does not hold "v1" at bytes'],
  ])('refuses %s before anything is built', async (_, wrong, because) => {
    const { remote, access } = await remoteWith({ [file]: text });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, [file], signal);
    const commit = replacing(snapshot, file, 'v1', 'v2');
    const spoilt = { ...commit, splices: commit.splices.map((splice) => ({ ...splice, ...wrong })) };
    const refused = await git.push(access, { branch: 'main', head }, [spoilt]);
    expect(refused).toMatchObject({ kind: 'refused', because: expect.stringContaining(because) as string });
    expect(await git.push(access, { branch: 'main', head }, [commit, commit])).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('overlap') as string,
    });
    expect(remote.requests.pushes).toBe(0);
  });

  it('two services push to one branch: one wins, the other decides again', async () => {
    const { remote, access } = await remoteWith({ [file]: text });
    const [one, two] = [openGit(), openGit()];
    const head = await one.fetch(access, 'main', signal);
    await two.fetch(access, 'main', signal);
    const snapshot = await one.read(access, { branch: 'main', head }, [file], signal);
    const answers = await Promise.all([
      one.push(access, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v2')]),
      two.push(access, { branch: 'main', head }, [replacing(snapshot, file, 'v1', 'v3')]),
    ]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['pushed', 'raced']);
    expect(onRemote(remote.repository('shop'), 'rev-list', '--count', 'main').trim()).toBe('2');
  });
});

describe('history', () => {
  it('tells the first-parent changes of a file, merges and removals included, and reads no blob', async () => {
    const { access, person, remote } = await remoteWith({ [file]: text, 'b.yaml': 'b: 1\n' });
    person.git('checkout', '--quiet', '-b', 'side');
    person.write({ [file]: text.replace('v1', 'v2') });
    person.commit('on the side');
    person.git('checkout', '--quiet', 'main');
    person.write({ 'b.yaml': 'b: 2\n' });
    person.commit('another file');
    person.git('merge', '--quiet', '--no-ff', 'side', '-m', 'merge side\n\nWindlass-Place: x: y\nWindlass-Image: reg/shop:v2');
    person.git('rm', '--quiet', file);
    const last = person.commit('remove it');
    person.push();
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const log = await logOf(git, access, head, file, 10);
    expect(log.complete).toBe(true);
    expect(log.changes.map(({ subject, before, after }) => [subject, before === null, after === null])).toEqual([
      ['remove it', false, true],
      ['merge side', false, false],
      ['start', true, false],
    ]);
    expect(log.changes[0]).toMatchObject({ commit: last, author: 'A Person <person@example.dev>', trailers: [] });
    expect(log.changes[1]?.trailers).toEqual([
      ['Windlass-Place', 'x: y'],
      ['Windlass-Image', 'reg/shop:v2'],
    ]);
    expect(new Date(log.changes[0]?.at ?? '').toISOString()).toBe(log.changes[0]?.at);
    expect(await logOf(git, access, head, file, 2)).toMatchObject({ complete: false, changes: [{}, {}] });
    expect(await logOf(git, access, head, 'none.yaml', 2)).toEqual({ complete: true, changes: [] });
    expect(remote.requests.fetches).toBe(1);
    const blobs = await git.blobs(
      access,
      log.changes.flatMap(({ before, after }) => [before, after].filter((oid) => oid !== null)),
      signal,
    );
    expect([...blobs.values()].map((bytes) => Buffer.from(bytes).toString()).sort()).toEqual([text, text.replace('v1', 'v2')]);
    expect(remote.requests.fetches).toBe(2);
  });

  it('ends for a path that is a directory', async () => {
    const { access, person } = await remoteWith({ [file]: text });
    person.write({ [file]: text.replace('v1', 'v2') });
    person.commit('two');
    person.push();
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    expect(await logOf(git, access, head, 'apps', 1)).toEqual({ complete: false, changes: [] });
  });

  it('reads back its own trailers', async () => {
    const { access } = await remoteWith({ [file]: text });
    const git = openGit();
    const head = await git.fetch(access, 'main', signal);
    const snapshot = await git.read(access, { branch: 'main', head }, [file], signal);
    const trailers = [
      ['Windlass-Application', 'argocd/shop'],
      ['Windlass-Reason', 'v2 is the newest of: v1, v2'],
    ] as const;
    const commit = { ...replacing(snapshot, file, 'v1', 'v2'), message: 'build: automatic update of shop', trailers, author };
    const pushed = await git.push(access, { branch: 'main', head }, [commit]);
    const tip = pushed.kind === 'pushed' ? (pushed.commits[0] ?? '') : '';
    expect((await logOf(git, access, tip, file, 1)).changes[0]).toMatchObject({
      commit: tip,
      subject: 'build: automatic update of shop',
      author: 'Windlass <bot@windlass.example>',
      at: '2026-01-31T12:00:00.000Z',
      trailers,
    });
  });
});
