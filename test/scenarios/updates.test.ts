import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trailerValues } from '../../src/kernel/trailers.ts';
import { applicationPath, field } from './api.ts';
import { application, holdsFile, overlay, plainFiles, repositorySecret } from './manifests.ts';
import type { Repository } from './repository.ts';
import { not, until } from './until.ts';
import type { World } from './world.ts';
import { login, startWorld } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.service.start();
});
afterEach(() => world.removeApplications());
afterAll(() => world.close());

type Staged = { readonly repository: Repository; readonly image: string };

/** An app with a plain Deployment, one tag in the registry and one Application; its names are all the app's. */
async function stage(app: string, tag: string, annotations: Record<string, string | undefined> = {}): Promise<Staged> {
  const image = world.image(`team/${app}`);
  await world.push(`team/${app}`, tag);
  const repository = await world.repository(app, plainFiles({ app, image, namespace: app, tag }));
  await world.apply(application({ name: app, repoUrl: repository.url, image, namespace: app, annotations }));
  return { repository, image };
}

/** Until the bot has decided twice more about an Application's images. */
async function twoMoreDecisions(app: string): Promise<void> {
  const before = world.service.decided(app);
  await until(`two more decisions about ${app}`, () => world.service.decided(app) >= before + 2 || not(world.service.decided(app)));
}

function commitWriting(repository: Repository, tag: string): Promise<string> {
  return until(`a commit that writes ${tag}`, async () => {
    const text = await repository.file(overlay);
    return text?.includes(`newTag: "${tag}"`) === true ? repository.head() : not(text);
  });
}

function condition(app: string, type: string): Promise<string> {
  return until(`condition ${type} of ${app}`, async () => {
    const conditions = await world.api.conditions(app);
    return conditions.find((one) => one.type === type)?.message ?? not(conditions);
  });
}

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
    const { repository, image } = await stage('alpha', '1.0.0');
    const before = await repository.file(overlay);
    const digest = await world.push('team/alpha', '1.1.0');
    const head = await commitWriting(repository, '1.1.0');
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
    const events = await until('the Event', async () => {
      const seen = (await world.api.events('argocd', 'alpha')).filter(({ reason }) => reason === 'ImageUpdated');
      return seen.length > 0 ? seen : undefined;
    });
    expect(events).toMatchObject([{ type: 'Normal', message: `${head.slice(0, 8)} writes ${image}:1.1.0: ${because}` }]);
    await twoMoreDecisions('alpha');
    expect(await repository.head()).toBe(head);
    expect(await world.api.conditions('alpha')).toEqual([]);
  });
});

describe('a push that does not go through', () => {
  it('is decided again on top of a commit that landed first, and that commit survives', async () => {
    const { repository } = await stage('bravo', '1.0.0');
    await until('the first decision', () => world.service.decided('bravo') > 0 || undefined);
    world.remote.hook('bravo', 'pre-receive', somebodyIsFaster);
    await world.push('team/bravo', '1.1.0');
    await commitWriting(repository, '1.1.0');
    const log = await repository.log();
    expect(log.map(({ subject }) => subject)).toEqual(['build: automatic update of bravo', 'faster', 'Begin']);
    expect(await repository.file('FASTER')).toBe('somebody else was faster');
    expect(log[0]?.trailer('Windlass-Image')).toMatch(/:1\.1\.0$/);
    await twoMoreDecisions('bravo');
    expect(await repository.log()).toHaveLength(3);
  });

  it('says with the words of a protected branch why, tries no loop of commits, and stops nobody else', async () => {
    const [{ repository }, other] = [await stage('charlie', '1.0.0'), await stage('delta', '1.0.0')];
    world.remote.hook('charlie', 'pre-receive', 'echo "main is protected: open a merge request" >&2; exit 1');
    await Promise.all([world.push('team/charlie', '1.1.0'), world.push('team/delta', '1.1.0')]);
    const message = await condition('charlie', 'ImageUpdateError');
    expect(message).toBe(`${repository.url} refuses the push to main: main is protected: open a merge request (pre-receive hook declined)`);
    await commitWriting(other.repository, '1.1.0');
    await twoMoreDecisions('charlie');
    expect(await repository.log()).toHaveLength(1);
    expect(await world.api.condition('charlie', 'ImageUpdateError')).toBe(message);
    expect(await world.api.conditions('delta')).toEqual([]);
    world.remote.hook('charlie', 'pre-receive', undefined);
    await commitWriting(repository, '1.1.0');
    await until('the condition to go', async () => ((await world.api.conditions('charlie')).length === 0 ? true : undefined));
  });

  it.each([
    ['a branch', 'main', 'echo'],
    ['the default branch', 'HEAD', 'xray'],
  ])(
    'names the repository and what to do where the login to %s is wrong, and goes on once the Secret is right',
    async (_, targetRevision, app) => {
      const wrong = 'not-the-right-one';
      const image = world.image(`team/${app}`);
      await world.push(`team/${app}`, '1.0.0');
      await world.push(`team/${app}`, '1.1.0');
      const repository = await world.repository(app, plainFiles({ app, image, namespace: app, tag: '1.0.0' }), wrong);
      const spec = { source: { repoURL: repository.url, targetRevision, path: 'overlay' } };
      await world.apply(application({ name: app, repoUrl: repository.url, image, namespace: app, spec }));
      for (const type of ['ImageUpdateError', 'ComparisonError']) {
        expect(await condition(app, type)).toMatch(
          new RegExp(`^${repository.url}: .* failed: .*check the username and password of this repository`),
        );
      }
      const shown = JSON.stringify([await world.api.get(applicationPath(app)), await world.api.events('argocd', app), world.service.log()]);
      expect(shown).not.toContain(wrong);
      await world.apply(repositorySecret(app, repository.url, login));
      await commitWriting(repository, '1.1.0');
      await until('the conditions to go', async () => ((await world.api.conditions(app)).length === 0 ? true : undefined));
    },
  );
});

describe('an Application that cannot be served', () => {
  it('is told what is malformed, and harms nobody else', async () => {
    const image = world.image('team/foxtrot');
    const broken = application({
      name: 'foxtrot',
      repoUrl: 'x',
      image,
      namespace: 'foxtrot',
      spec: { source: { repoURL: 7, path: 'overlay' } },
    });
    await world.apply(broken);
    expect(await condition('foxtrot', 'InvalidSpecError')).toBe('Application argocd/foxtrot: spec.source.repoURL: got 7, expected a text');
    const { repository } = await stage('golf', '1.0.0');
    await world.push('team/golf', '1.1.0');
    await commitWriting(repository, '1.1.0');
    expect(await condition('foxtrot', 'InvalidSpecError')).toBeDefined();
  });

  it.each([
    ['argocd', 'hotel'],
    [undefined, 'india'],
  ])('is told that write-back-method %s is not supported, and nothing is written', async (method, app) => {
    const { repository } = await stage(app, '1.0.0', { 'write-back-method': method });
    await world.push(`team/${app}`, '1.1.0');
    expect(await condition(app, 'WriteBackNotSupported')).toMatch(/write-back-method.*nothing is written$/);
    const healthy = await until('the first sync', async () => field(await world.api.get(applicationPath(app)), 'status.sync.status'));
    expect([healthy, (await repository.log()).length]).toEqual(['Synced', 1]);
  });
});

describe('a holds file that cannot be read', () => {
  it('stops every raise and says so, until a commit repairs it', async () => {
    const { repository } = await stage('juliett', '1.0.0');
    await until('the first decision', () => world.service.decided('juliett') > 0 || undefined);
    await repository.commit('Break the holds', { [holdsFile]: 'holds: [' });
    await condition('juliett', 'HoldsUnreadable');
    await world.push('team/juliett', '1.1.0');
    await twoMoreDecisions('juliett');
    expect(await world.api.condition('juliett', 'HoldsUnreadable')).toMatch(
      /^\.windlass\/holds\.yaml.*; nothing is raised in this repository$/,
    );
    expect(await repository.log()).toHaveLength(2);
    await repository.commit('Repair the holds', { [holdsFile]: 'holds: []\n' });
    await commitWriting(repository, '1.1.0');
    expect((await repository.log()).map(({ subject }) => subject)).toEqual([
      'build: automatic update of juliett',
      'Repair the holds',
      'Break the holds',
      'Begin',
    ]);
    await until('the condition to go', async () => ((await world.api.conditions('juliett')).length === 0 ? true : undefined));
  });
});

describe('two Applications that share a place', () => {
  it('get one decision, and one commit that names both', async () => {
    const { repository, image } = await stage('kilo', '1.0.0');
    await world.apply(application({ name: 'kilo-two', repoUrl: repository.url, image, namespace: 'kilo' }));
    for (const name of ['kilo', 'kilo-two']) await until(`a decision for ${name}`, () => world.service.decided(name) > 0 || undefined);
    await world.push('team/kilo', '1.1.0');
    await commitWriting(repository, '1.1.0');
    await twoMoreDecisions('kilo-two');
    const log = await repository.log();
    expect(log).toHaveLength(2);
    expect(log[0]?.subject).toBe('build: automatic update of kilo, kilo-two');
    expect(trailerValues(log[0]?.trailers ?? [], 'Windlass-Application')).toEqual(['argocd/kilo', 'argocd/kilo-two']);
    expect(trailerValues(log[0]?.trailers ?? [], 'Windlass-Place')).toHaveLength(1);
  });
});
