import { renameSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { applicationPath, field } from './api.ts';
import { application, holdsFile, plainFiles, repositorySecret } from './manifests.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import { not, until } from './until.ts';
import type { World } from './world.ts';
import { login, patienceMs, startWorld } from './world.ts';

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

describe('a wrong login', () => {
  it.each([
    ['a branch', 'main', 'echo'],
    ['the default branch', 'HEAD', 'xray'],
  ])('to %s names the repository and what to do, and is forgotten once the Secret is right', async (_, targetRevision, app) => {
    const wrong = 'not-the-right-one';
    const image = world.image(`team/${app}`);
    await world.push(`team/${app}`, '1.0.0');
    await world.push(`team/${app}`, '1.1.0');
    const repository = await world.repository(app, plainFiles({ app, image, namespace: app, tag: '1.0.0' }), wrong);
    const spec = { source: { repoURL: repository.url, targetRevision, path: 'overlay' } };
    await world.apply(application({ name: app, repoUrl: repository.url, image, namespace: app, spec }));
    for (const type of ['ImageUpdateError', 'ComparisonError']) {
      await stage.condition(app, type, new RegExp(`^${repository.url}: .* failed: .*check the username and password of this repository`));
    }
    const shown = JSON.stringify([await world.api.get(applicationPath(app)), await world.api.events('argocd', app), world.service.log()]);
    expect(shown).not.toContain(wrong);
    await world.apply(repositorySecret(app, repository.url, login));
    await stage.writes(repository, '1.1.0');
    await stage.noConditions(app);
  });
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
    expect(await stage.condition('foxtrot', 'InvalidSpecError')).toBe(
      'Application argocd/foxtrot: spec.source.repoURL: got 7, expected a text',
    );
    const { repository } = await stage.plain('golf', '1.0.0');
    await world.push('team/golf', '1.1.0');
    await stage.writes(repository, '1.1.0');
    expect(await stage.condition('foxtrot', 'InvalidSpecError')).toBeDefined();
  });

  it.each([
    ['argocd', 'hotel'],
    [undefined, 'india'],
  ])('is told that write-back-method %s is not supported, and nothing is written', async (method, app) => {
    const { repository } = await stage.plain(app, '1.0.0', { 'write-back-method': method });
    await world.push(`team/${app}`, '1.1.0');
    expect(await stage.condition(app, 'WriteBackNotSupported')).toMatch(/write-back-method.*nothing is written$/);
    await until('the first sync', async () => {
      const status = field(await world.api.get(applicationPath(app)), 'status');
      return field(status, 'sync.status') === 'Synced' ? true : not(status);
    });
    expect(await repository.log()).toHaveLength(1);
  });
});

describe('annotations that were perhaps meant otherwise', () => {
  it('are told, all at once, and what can be read is done', async () => {
    const annotations = { 'web.update-strategy': 'semverr', 'web.updat-strategy': 'semver' };
    const { repository } = await stage.plain('quebec', '1.0.0', annotations);
    expect(await stage.condition('quebec', 'AnnotationWarning')).toMatch(
      /update-strategy: got "semverr", expected one of .*; semver is used.*updat-strategy/s,
    );
    await world.push('team/quebec', '1.1.0');
    await stage.writes(repository, '1.1.0');
    expect(await world.api.condition('quebec', 'AnnotationWarning')).toBeDefined();
  });

  it('are told beside everything that is not supported', async () => {
    await stage.plain('romeo', '1.0.0', {
      'write-back-method': 'argocd',
      'write-back-target': 'helmvalues',
      'web.update-strategy': 'semverr',
    });
    const because = await stage.condition('romeo', 'WriteBackNotSupported');
    expect(because).toMatch(/write-back-method "argocd"/);
    expect(await stage.condition('romeo', 'AnnotationWarning')).toContain('semver is used');
  });
});

describe('a holds file that cannot be read', () => {
  it('stops every raise and says so, until a commit repairs it', async () => {
    const { repository } = await stage.plain('juliett', '1.0.0');
    await stage.decided('juliett');
    await repository.commit('Break the holds', { [holdsFile]: 'holds: [' });
    await stage.condition('juliett', 'HoldsUnreadable');
    await world.push('team/juliett', '1.1.0');
    await stage.twoMoreDecisions('juliett');
    expect(await world.api.condition('juliett', 'HoldsUnreadable')).toMatch(
      /^\.windlass\/holds\.yaml.*; nothing is raised in this repository$/,
    );
    expect(await repository.log()).toHaveLength(2);
    await repository.commit('Repair the holds', { [holdsFile]: 'holds: []\n' });
    await stage.writes(repository, '1.1.0');
    expect((await repository.log()).map(({ subject }) => subject)).toEqual([
      'build: automatic update of juliett',
      'Repair the holds',
      'Break the holds',
      'Begin',
    ]);
    await stage.noConditions('juliett');
  });
});

describe('a repository that is written to and is not there yet', () => {
  it('is named, and served once it is there', async () => {
    const app = 'sigma';
    const image = world.image(`team/${app}`);
    await world.push(`team/${app}`, '1.0.0');
    await world.push(`team/${app}`, '1.1.0');
    const files = plainFiles({ app, image, namespace: app, tag: '1.0.0' });
    const [read, written] = [await world.repository(app, files), await world.repository(`${app}-written`, files)];
    renameSync(written.bare, `${written.bare}.away`);
    const spec = { source: { repoURL: read.url, targetRevision: 'HEAD', path: 'overlay' } };
    const annotations = { 'git-repository': written.url };
    await world.apply(application({ name: app, repoUrl: read.url, image, namespace: app, annotations, spec }));
    await stage.condition(app, 'ImageUpdateError', new RegExp(`^${written.url}: .* failed: .*not found`));
    await until('the first sync', async () => field(await world.api.get(applicationPath(app)), 'status.history'));
    renameSync(`${written.bare}.away`, written.bare);
    await stage.writes(written, '1.1.0');
    expect(await read.log()).toHaveLength(1);
    await stage.noConditions(app);
  });
});
