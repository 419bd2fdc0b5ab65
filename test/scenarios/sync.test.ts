import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { applicationPath, field, listAt, podsPath, rolloutPath, runsPath, textAt } from './api.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import { replaced } from './repository.ts';
import { holdsFile, overlay } from './manifests.ts';
import { not, until } from './until.ts';
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

const configMap = (app: string, name: string): string => `/api/v1/namespaces/${app}/configmaps/${name}`;

async function synced(app: string, revision: string): Promise<void> {
  await until(`${app} to be Synced at ${revision}`, async () => {
    const sync = field(await world.api.get(applicationPath(app)), 'status.sync');
    return textAt(sync, 'status') === 'Synced' && textAt(sync, 'revision') === revision ? true : not(sync);
  });
}

const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  colour: blue\n';

/** Asks for a comparison, as `argocd app get --refresh` does, and waits until it was made. */
async function comparedAgain(app: string): Promise<void> {
  const asked = 'argocd.argoproj.io/refresh';
  await world.api.patch(applicationPath(app), { metadata: { annotations: { [asked]: 'normal' } } });
  await until('the refresh to be done', async () => {
    const annotations = field(await world.api.get(applicationPath(app)), 'metadata.annotations');
    return Object.hasOwn(annotations as object, asked) ? not(annotations) : true;
  });
}

describe('automated sync', () => {
  it('takes a live edit of a tracked object back', async () => {
    const { repository } = await stage.plain('mike', '1.0.0');
    await synced('mike', await repository.head());
    const path = '/apis/apps/v1/namespaces/mike/deployments/mike';
    await world.api.patch(path, { spec: { replicas: 3 } });
    await until('one replica again', async () => {
      const replicas = field(await world.api.get(path), 'spec.replicas');
      return replicas === 1 ? true : not(replicas);
    });
    await synced('mike', await repository.head());
    const operation = await until('the operation to end', async () => {
      const shown = field(await world.api.get(applicationPath('mike')), 'status.operationState');
      return field(shown, 'phase') === 'Succeeded' ? shown : not(shown);
    });
    expect(field(operation, 'operation.initiatedBy.automated')).toBe(true);
  });

  it('prunes what a commit removed; what it found at its first sync stays until a commit comes', async () => {
    const app = 'november';
    await world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: app } });
    await world.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'from-before',
        namespace: app,
        annotations: { 'argocd.argoproj.io/tracking-id': `${app}:/ConfigMap:${app}/from-before` },
      },
    });
    const { repository } = await stage.plain(app, '1.0.0', {}, { 'settings.yaml': settings });
    await until('the first sync', async () => field(await world.api.get(applicationPath(app)), 'status.history'));
    await comparedAgain(app);
    const left = listAt(await world.api.get(applicationPath(app)), 'status.resources').filter((row) => row['requiresPruning'] === true);
    expect(left.map((row) => row['name'])).toEqual(['from-before']);
    expect(await world.api.get(configMap(app, 'from-before'))).toBeDefined();
    const gone = await repository.commit('Remove settings', {
      'overlay/settings.yaml': null,
      ...(await replaced(repository, overlay, '\n  - settings.yaml', '')),
    });
    await synced(app, gone);
    expect(await world.api.get(configMap(app, 'settings'))).toBeUndefined();
    expect(await world.api.get(configMap(app, 'from-before'))).toBeUndefined();
    expect(await world.api.get('/apis/apps/v1/namespaces/november/deployments/november')).toBeDefined();
  });
});

describe('options without effect', () => {
  it('are told in one condition, once, and stay while Git cannot be read', async () => {
    const { app, repository } = await stage.plain('oscar', '1.0.0');
    await synced(app, await repository.head());
    const told = async () => listAt(await world.api.get(applicationPath(app)), 'status.conditions');
    const syncOptions = ['Replace=true', 'Retry=true', 'ServerSideApply=true'];
    await world.api.patch(applicationPath(app), { spec: { syncPolicy: { syncOptions } } });
    const message = 'without effect: spec.syncPolicy.syncOptions: Replace=true is not supported yet, Retry=true is no sync option';
    expect(await stage.condition(app, 'SyncOptionNotSupported')).toBe(message);
    const before = await told();
    await comparedAgain(app);
    expect(await told()).toEqual(before);
    await world.api.patch(applicationPath(app), { spec: { source: { path: 'nowhere' } } });
    await stage.condition(app, 'ComparisonError');
    expect((await told()).filter(({ type }) => type === 'SyncOptionNotSupported')).toEqual(before);
  });
});

describe('a deleted Application', () => {
  const cascade = 'resources-finalizer.argocd.argoproj.io';
  const deployment = (app: string): string => `/apis/apps/v1/namespaces/${app}/deployments/${app}`;
  const map = (name: string, annotations: object, more: object = {}): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations, ...more } });
  const goes = (path: string) => until(`${path} to be gone`, async () => ((await world.api.get(path)) === undefined ? true : undefined));

  it('takes its objects along wave by wave, over a crash, and is neither synced nor raised meanwhile', async () => {
    const app = 'quebec';
    const { repository } = await stage.plain(
      app,
      '1.0.0',
      {},
      {
        'kept.json': map('kept', { 'argocd.argoproj.io/sync-options': 'Delete=false' }),
        'last.json': map('last', { 'argocd.argoproj.io/sync-wave': '1' }, { finalizers: ['example.com/slow'] }),
      },
    );
    const foreign = { 'argocd.argoproj.io/tracking-id': `another:/ConfigMap:${app}/foreign` };
    const labels = { 'app.kubernetes.io/instance': app };
    await synced(app, await repository.head());
    await world.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign', namespace: app, annotations: foreign, labels } });
    await stage.decided(app);
    await world.api.patch(applicationPath(app), { metadata: { finalizers: ['example.com/mine', cascade] } });
    await world.api.remove(applicationPath(app));
    expect(await stage.condition(app, 'DeletionPending')).toBe(`waiting for deletion of ConfigMap ${app}/last`);
    expect(await world.api.get(deployment(app))).toBeDefined();
    const head = await repository.head();
    world.service.crash();
    await world.push(`team/${app}`, '1.1.0');
    await world.service.start();
    await stage.plain('romeo', '1.0.0');
    await stage.twoMoreDecisions('romeo');
    expect(await repository.head()).toBe(head);
    await world.api.patch(configMap(app, 'last'), { metadata: { finalizers: [] } });
    await until('only the foreign finalizer', async () => {
      const finalizers = field(await world.api.get(applicationPath(app)), 'metadata.finalizers');
      return JSON.stringify(finalizers) === '["example.com/mine"]' ? true : not(finalizers);
    });
    expect(await world.api.get(deployment(app))).toBeUndefined();
    expect(await world.api.get(configMap(app, 'kept'))).toBeDefined();
    expect(await world.api.get(configMap(app, 'foreign'))).toBeDefined();
    expect(await stage.event(app, 'ResourcesDeleted')).toBe(
      `every object that goes with the Application is gone; kept: ConfigMap ${app}/kept`,
    );
    await world.api.patch(applicationPath(app), { metadata: { finalizers: [] } });
    await goes(applicationPath(app));
  });

  it('leaves everything where it has no such finalizer', async () => {
    const { app, repository } = await stage.plain('papa', '1.0.0');
    await synced(app, await repository.head());
    await world.api.patch(applicationPath(app), { metadata: { finalizers: ['example.com/mine'] } });
    await world.api.remove(applicationPath(app));
    await stage.plain('lima', '1.0.0');
    await stage.twoMoreDecisions('lima');
    expect(await world.api.get(deployment(app))).toBeDefined();
    await world.api.patch(applicationPath(app), { metadata: { finalizers: [] } });
    await goes(applicationPath(app));
  });

  it('waits for no run whose verdict Git could not learn', async () => {
    const { app, repository } = await stage.canary('kilo', '1.0.0');
    const refuse = 'while read old new ref; do git log -1 --format=%B "$new" | grep -q "^Windlass-Verdict:" && exit 1; done; exit 0';
    world.remote.hook(repository.name, 'pre-receive', refuse);
    stage.measure(app, 0.3);
    await world.push(`team/${app}`, '1.1.0');
    await stage.condition(app, 'VerdictPending');
    await stage.kept(app);
    await world.api.patch(applicationPath(app), { metadata: { finalizers: [cascade] } });
    await world.api.remove(applicationPath(app));
    await goes(applicationPath(app));
    expect(await world.api.get(rolloutPath(app))).toBeUndefined();
    expect(await world.api.list(runsPath(app))).toEqual([]);
  });
});

describe('a restart', () => {
  it('creates and deletes no pod, commits nothing and forgets no condition', async () => {
    const { app, repository } = await stage.canary('yankee', '1.0.0');
    await repository.commit('Hold by hand', { [holdsFile]: 'holds: [' });
    await stage.condition(app, 'HoldsUnreadable');
    const seen = async () => ({
      pods: (await world.api.list(podsPath(app))).map((pod) => textAt(pod, 'metadata.uid')).sort(),
      conditions: await world.api.conditions(app),
      head: await repository.head(),
      rollout: field(await world.api.get(rolloutPath(app)), 'status'),
      generation: field(await world.api.get(rolloutPath(app)), 'metadata.generation'),
    });
    await synced(app, await repository.head());
    const before = await seen();
    await world.service.stop();
    await world.service.start();
    await stage.twoMoreDecisions(app);
    await comparedAgain(app);
    expect(await seen()).toEqual(before);
  });
});
