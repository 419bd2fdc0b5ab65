import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { trailerValues } from '../../src/kernel/trailers.ts';
import { applicationPath } from './api.ts';
import { application, overlay } from './manifests.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import { until } from './until.ts';
import type { World } from './world.ts';
import { patienceMs, startWorld } from './world.ts';

vi.setConfig({ testTimeout: patienceMs });

let world: World;
let stage: Stage;
beforeAll(async () => {
  world = await startWorld();
  stage = createStage(world);
  await world.service.start();
});
afterEach(() => world.removeApplications());
afterAll(() => world.close());

/** A pre-receive hook with which somebody else's commit lands while the first push is under way. */
const somebodyIsFaster = `[ -e raced ] && exit 0
touch raced
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x
export GIT_INDEX_FILE="$PWD/raced.index"
git read-tree refs/heads/main
blob=$(printf 'somebody else was faster' | git hash-object -w --stdin)
git update-index --add --cacheinfo "100644,$blob,FASTER"
git update-ref refs/heads/main "$(git commit-tree -p refs/heads/main -m faster "$(git write-tree)")"`;

describe('a new tag', () => {
  it('is committed once by the bot: one scalar, every trailer, one Event; then the loop rests', async () => {
    const { repository, image } = await stage.plain('alpha', '1.0.0');
    const before = await repository.file(overlay);
    const digest = await world.push('team/alpha', '1.1.0');
    const { sha: head } = await stage.writes(repository, '1.1.0');
    expect(await repository.file(overlay)).toBe(before?.replace('"1.0.0"', '"1.1.0"'));
    const [commit, ...earlier] = await repository.log();
    expect(earlier).toHaveLength(1);
    const because = `1.1.0 is the newest tag of ${image} that is allowed; Git has 1.0.0`;
    const place = `${repository.url.replace('http://', '').replace(/\.git$/, '')}#main:${overlay}:images[name=${image}].newTag`;
    expect(commit).toMatchObject({
      sha: head,
      author: 'windlass <windlass@noreply.windlass.dev>',
      subject: 'build: automatic update of alpha',
    });
    expect(commit?.trailers).toEqual([
      ['Windlass-Application', 'argocd/alpha'],
      ['Windlass-Place', place],
      ['Windlass-Image', `${image}:1.1.0`],
      ['Windlass-Digest', digest],
      ['Windlass-Reason', because],
    ]);
    expect(await stage.event('alpha', 'ImageUpdated')).toBe(`${head.slice(0, 8)} writes ${image}:1.1.0: ${because}`);
    await stage.twoMoreDecisions('alpha');
    expect(await repository.head()).toBe(head);
    await stage.noConditions('alpha');
  });
});

describe('a push that does not go through', () => {
  it('is decided again on top of a commit that landed first, and that commit survives', async () => {
    const { repository } = await stage.plain('bravo', '1.0.0');
    await stage.decided('bravo');
    world.remote.hook('bravo', 'pre-receive', somebodyIsFaster);
    await world.push('team/bravo', '1.1.0');
    await stage.writes(repository, '1.1.0');
    const log = await repository.log();
    expect(log.map(({ subject }) => subject)).toEqual(['build: automatic update of bravo', 'faster', 'Begin']);
    expect(await repository.file('FASTER')).toBe('somebody else was faster');
    expect(log[0]?.trailer('Windlass-Image')).toMatch(/:1\.1\.0$/);
    await stage.twoMoreDecisions('bravo');
    expect(await repository.log()).toHaveLength(3);
  });

  it('says with the words of a protected branch why, tries no loop of commits, and stops nobody else', async () => {
    const [{ repository }, other] = [await stage.plain('charlie', '1.0.0'), await stage.plain('delta', '1.0.0')];
    world.remote.hook('charlie', 'pre-receive', 'echo "main is protected: open a merge request" >&2; exit 1');
    await Promise.all([world.push('team/charlie', '1.1.0'), world.push('team/delta', '1.1.0')]);
    const message = await stage.condition('charlie', 'ImageUpdateError', /refuses the push/);
    expect(message).toBe(`${repository.url} refuses the push to main: main is protected: open a merge request (pre-receive hook declined)`);
    await stage.writes(other.repository, '1.1.0');
    await stage.twoMoreDecisions('charlie');
    expect(await repository.log()).toHaveLength(1);
    expect(await world.api.condition('charlie', 'ImageUpdateError')).toBe(message);
    await stage.noConditions('delta');
    world.remote.hook('charlie', 'pre-receive', undefined);
    await stage.writes(repository, '1.1.0');
    await stage.noConditions('charlie');
  });
});

describe('two Applications that share a place', () => {
  it('get one decision, and one commit that names both', async () => {
    const { repository, image } = await stage.plain('kilo', '1.0.0');
    await world.apply(application({ name: 'kilo-two', repoUrl: repository.url, image, namespace: 'kilo' }));
    for (const name of ['kilo', 'kilo-two']) await stage.decided(name);
    await world.push('team/kilo', '1.1.0');
    await stage.writes(repository, '1.1.0');
    await stage.twoMoreDecisions('kilo-two');
    const log = await repository.log();
    expect(log).toHaveLength(2);
    expect(log[0]?.subject).toBe('build: automatic update of kilo, kilo-two');
    expect(trailerValues(log[0]?.trailers ?? [], 'Windlass-Application')).toEqual(['argocd/kilo', 'argocd/kilo-two']);
    expect(trailerValues(log[0]?.trailers ?? [], 'Windlass-Place')).toHaveLength(1);
  });
});

describe('a revert by a person', () => {
  it('is left alone and named, until something newer than what was taken back appears', async () => {
    const { repository } = await stage.plain('lima', '1.0.0');
    await world.push('team/lima', '1.1.0');
    const raise = await stage.writes(repository, '1.1.0');
    await repository.revert(raise.sha);
    const answer = await repository.head();
    expect(await stage.condition('lima', 'PersonsAnswer')).toMatch(
      new RegExp(
        `1\\.0\\.0 stays: Robin Person.* took this place from 1\\.1\\.0 back to 1\\.0\\.0 \\(commit ${answer.slice(0, 12)}, .*\\): that stands until something newer than 1\\.1\\.0 appears$`,
      ),
    );
    await stage.twoMoreDecisions('lima');
    expect(await repository.head()).toBe(answer);
    await world.push('team/lima', '1.2.0');
    await stage.writes(repository, '1.2.0');
    expect((await repository.log()).map(({ author }) => author.split(' ')[0])).toEqual(['windlass', 'Robin', 'windlass', 'Robin']);
    await stage.noConditions('lima');
  });
});

describe('an Application that is deleted and made again as it was', () => {
  it('is kept current again', async () => {
    const { app, image, repository } = await stage.plain('omega', '1.0.0');
    await stage.decided(app);
    await world.removeApplications();
    await until('the Application to be gone', async () => ((await world.api.get(applicationPath(app))) === undefined ? true : undefined));
    await world.push('team/omega', '1.1.0');
    await world.apply(application({ name: app, repoUrl: repository.url, image, namespace: app }));
    await stage.writes(repository, '1.1.0');
  });
});
