import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/kernel/action.ts';
import type { ObjectRef } from '../../src/kernel/refs.ts';
import { configMap, configMaps, dataOf, eventually, never, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const on = configMap('a');
const web: ObjectRef = { cluster: 'test', group: 'apps', kind: 'Deployment', namespace: 'default', name: 'web' };
const deployment = {
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'shop:1' }] } },
  },
};

async function watchedStage(): Promise<Stage> {
  const stage = await startStage();
  await stage.cluster.watch(configMaps, never);
  return stage;
}

describe('after done', () => {
  it('the cache already shows the object, and its change is told once', async () => {
    const { cluster, seen, user } = await watchedStage();
    const acted = await cluster.act({ do: 'apply', on, body: { data: { x: '1' } } }, never);
    expect(acted).toMatchObject({ kind: 'done', object: { data: { x: '1' } } });
    expect(dataOf(cluster.get(on))).toEqual({ x: '1' });
    await cluster.act({ do: 'patch', on, body: { data: { x: '2' } } }, never);
    expect(dataOf(cluster.get(on))).toEqual({ x: '2' });
    expect(await cluster.act({ do: 'delete', on }, never)).toEqual({ kind: 'done' });
    expect(cluster.get(on)).toBeUndefined();
    await user.act({ do: 'create', on: configMap('end'), body: {} }, never);
    await eventually(cluster, () => cluster.get(configMap('end')));
    expect(seen).toEqual(['added a', 'modified a', 'deleted a', 'added end']);
  });

  it('a second apply of the same changes and tells nothing', async () => {
    const { cluster, seen } = await watchedStage();
    const first = await cluster.act({ do: 'apply', on, body: { data: { x: '1' } } }, never);
    expect(await cluster.act({ do: 'apply', on, body: { data: { x: '1' } } }, never)).toEqual(first);
    expect(seen).toEqual(['added a']);
  });

  it('an object that a finalizer holds is shown as on its way out', async () => {
    const { cluster } = await watchedStage();
    await cluster.act({ do: 'create', on, body: { metadata: { finalizers: ['windlass.dev/hold'] } } }, never);
    await cluster.act({ do: 'delete', on }, never);
    expect(cluster.get(on)?.metadata.deletionTimestamp).toBeTruthy();
    await cluster.act({ do: 'patch', on, body: { metadata: { finalizers: null } } }, never);
    await eventually(cluster, () => (cluster.get(on) === undefined ? true : undefined));
  });
});

describe('a user’s write', () => {
  it('between our reading and our writing is a conflict, and then seen', async () => {
    const { cluster, user } = await watchedStage();
    await cluster.act({ do: 'create', on, body: { data: { ours: '1' } } }, never);
    const { resourceVersion = '' } = cluster.get(on)?.metadata ?? {};
    await user.act({ do: 'patch', on, body: { data: { user: '1' } } }, never);
    const acted = await cluster.act({ do: 'patch', on, body: { data: { ours: '2' } }, if: { resourceVersion } }, never);
    expect(acted).toMatchObject({ kind: 'conflict', because: expect.stringContaining('the object has been modified') as string });
    expect(dataOf(cluster.get(on))).toEqual({ ours: '1', user: '1' });
  });

  it('at the same moment as ours is neither lost nor unseen', async () => {
    const { cluster, user } = await watchedStage();
    await cluster.act({ do: 'create', on, body: { data: {} } }, never);
    const shown: (string | undefined)[] = [];
    cluster.onChange(({ object }) => shown.push(dataOf(object)?.['user']));
    for (let round = 0; round < 40; round += 1) {
      const value = String(round);
      const ours = cluster.act({ do: 'patch', on, body: { data: { ours: value } } }, never);
      const users = user.act({ do: 'patch', on, body: { data: { user: value } } }, never);
      await Promise.all([ours, users]);
      await eventually(cluster, () => (dataOf(cluster.get(on))?.['user'] === value ? true : undefined));
    }
    expect(dataOf(await user.read(on, never))).toEqual({ ours: '39', user: '39' });
    const values = shown.map((value) => Number(value ?? -1));
    expect(values).toEqual(values.toSorted((left, right) => left - right));
  });
});

describe('preconditions', () => {
  const rows: readonly (readonly [string, Pick<Action, 'do' | 'body'>])[] = [
    ['apply', { do: 'apply', body: { data: { x: '2' } } }],
    ['patch', { do: 'patch', body: { data: { x: '2' } } }],
    ['status', { do: 'status', body: { data: { x: '2' } } }],
    ['delete', { do: 'delete' }],
  ];

  it.each(rows)('%s with an old version or another uid is a conflict and changes nothing', async (_, action) => {
    const { cluster } = await watchedStage();
    await cluster.act({ do: 'create', on, body: { data: { x: '1' } } }, never);
    for (const condition of [{ resourceVersion: '1' }, { uid: 'other' }]) {
      expect(await cluster.act({ ...action, on, if: condition }, never)).toMatchObject({ kind: 'conflict' });
    }
    expect(dataOf(await cluster.read(on, never))).toEqual({ x: '1' });
    const { uid = '', resourceVersion = '' } = cluster.get(on)?.metadata ?? {};
    expect(await cluster.act({ ...action, on, if: { uid, resourceVersion } }, never)).toMatchObject({ kind: 'done' });
  });
});

describe('an apply of what was deleted meanwhile', () => {
  it('is a conflict, not a new object', async () => {
    const { cluster, server, user } = await watchedStage();
    await cluster.act({ do: 'create', on, body: {} }, never);
    const { resourceVersion = '' } = cluster.get(on)?.metadata ?? {};
    // Neither a watch nor a new list tells of the deletion.
    server.inject({ method: 'GET', url: /configmaps\?/, status: 503, times: 1_000_000 });
    server.inject({ method: 'GET', url: /configmaps$/, status: 503, times: 1_000_000 });
    server.dropWatches();
    await user.act({ do: 'delete', on }, never);
    expect(await cluster.act({ do: 'apply', on, body: {}, if: { resourceVersion } }, never)).toMatchObject({ kind: 'conflict' });
    expect(await user.read(on, never)).toBeUndefined();
  });
});

describe('each action', () => {
  it('status goes to the subresource where the kind has one', async () => {
    const { cluster } = await startStage();
    await cluster.act({ do: 'create', on: web, body: deployment }, never);
    const acted = await cluster.act({ do: 'status', on: web, body: { status: { replicas: 1 }, spec: { replicas: 9 } } }, never);
    expect(acted).toMatchObject({ object: { spec: { replicas: 1 }, status: { replicas: 1 } } });
  });

  it('scale sets the replicas and answers the whole object', async () => {
    const { cluster } = await startStage();
    await cluster.act({ do: 'create', on: web, body: deployment }, never);
    const acted = await cluster.act({ do: 'scale', on: web, body: { replicas: 3 } }, never);
    expect(acted).toMatchObject({ kind: 'done', object: { kind: 'Deployment', spec: { replicas: 3 } } });
  });

  it('shows at once that an object is gone which the watch still had', async () => {
    const { cluster, user } = await startStage();
    await user.act({ do: 'create', on, body: {} }, never);
    await cluster.watch({ group: '', kind: 'ConfigMap' }, never);
    await user.act({ do: 'delete', on }, never);
    expect(await cluster.act({ do: 'delete', on }, never)).toEqual({ kind: 'gone' });
    expect(cluster.get(on)).toBeUndefined();
  });

  it('apply takes a field over from whoever set it', async () => {
    const { cluster, user } = await startStage();
    await user.act({ do: 'patch', on, body: {} }, never);
    await user.act({ do: 'create', on, body: { data: { x: '1' } } }, never);
    expect(await cluster.act({ do: 'apply', on, body: { data: { x: '2' } } }, never)).toMatchObject({ object: { data: { x: '2' } } });
  });

  it.each<readonly [string, Action, object]>([
    [
      'create of what is there is a conflict',
      { do: 'create', on: { ...on, kind: 'Namespace', namespace: '', name: 'default' }, body: {} },
      { kind: 'conflict' },
    ],
    ['patch of what is not is gone', { do: 'patch', on, body: {} }, { kind: 'gone' }],
    ['delete of what is not is gone', { do: 'delete', on }, { kind: 'gone' }],
    [
      'apply into a namespace that is not is refused, not gone',
      { do: 'apply', on: configMap('a', 'nowhere'), body: {} },
      { kind: 'refused', because: 'namespaces "nowhere" not found' },
    ],
    [
      'a kind that the cluster lacks is refused',
      { do: 'apply', on: { ...on, group: 'x.dev', kind: 'Widget' }, body: {} },
      { kind: 'refused', because: 'the cluster has no Widget in group "x.dev"' },
    ],
    [
      'what the server finds invalid is refused in its words',
      { do: 'create', on: configMap('Upper'), body: {} },
      { kind: 'refused', because: expect.stringContaining('RFC 1123') as string },
    ],
  ])('%s', async (_, action, wanted) => {
    const { cluster } = await startStage();
    expect(await cluster.act(action, never)).toMatchObject(wanted);
  });

  it('names keep their letter case', async () => {
    const { cluster } = await startStage();
    const role = { cluster: 'test', group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: '', name: 'MyRole:Admin' };
    await cluster.act({ do: 'apply', on: role, body: { rules: [] } }, never);
    expect(await cluster.read(role, never)).toMatchObject({ metadata: { name: 'MyRole:Admin' } });
  });
});

describe('a failed attempt', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [410, 'gone'],
    [429, 'rate-limited'],
    [500, 'server-error'],
    [503, 'server-error'],
    [504, 'timed-out'],
    [0, 'unreachable'],
  ])('%i is thrown as %s', async (status, code) => {
    const { cluster, server } = await startStage();
    server.inject({ method: 'PATCH', status });
    await expect(cluster.act({ do: 'apply', on, body: {} }, never)).rejects.toMatchObject({ name: 'Failure', code });
  });

  it('says when to come back', async () => {
    const { cluster, server } = await startStage();
    server.inject({ method: 'PATCH', status: 429, retryAfterSeconds: 7, message: 'too many requests' });
    await expect(cluster.act({ do: 'apply', on, body: {} }, never)).rejects.toMatchObject({
      message: 'cannot apply ConfigMap default/a: the API server answered 429: too many requests',
      retry: { afterMs: 7000 },
    });
  });

  it('403 from an admission webhook is a refusal of the object', async () => {
    const { cluster, server } = await startStage();
    const message = 'admission webhook "policy.test.dev" denied the request: no latest tags';
    server.inject({ method: 'PATCH', status: 403, message });
    expect(await cluster.act({ do: 'apply', on, body: {} }, never)).toEqual({ kind: 'refused', because: message });
  });

  it('a lost answer to an apply is made good by applying again', async () => {
    const { cluster, server } = await startStage();
    server.inject({ method: 'PATCH', status: 0, afterwards: true });
    await expect(cluster.act({ do: 'apply', on, body: { data: { x: '1' } } }, never)).rejects.toMatchObject({ code: 'unreachable' });
    expect(await cluster.act({ do: 'apply', on, body: { data: { x: '1' } } }, never)).toMatchObject({ kind: 'done' });
  });

  it('an aborted one is cancelled', async () => {
    const { cluster } = await startStage();
    await cluster.isNamespaced(configMaps);
    await expect(cluster.act({ do: 'apply', on, body: {} }, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a prediction', () => {
  it('is what an apply would leave, and leaves nothing', async () => {
    const { cluster, user } = await startStage();
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, data: { x: '2' } };
    await user.act({ do: 'create', on, body: { data: { x: '1', y: '1' } } }, never);
    expect(await cluster.dryRun(object, never)).toMatchObject({ kind: 'predicted', object: { data: { x: '2', y: '1' } } });
    expect(dataOf(await cluster.read(on, never))).toEqual({ x: '1', y: '1' });
  });

  it.each([
    [
      'of a missing namespace',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'nowhere' } },
      'namespaces "nowhere" not found',
    ],
    ['of an unknown kind', { apiVersion: 'x.dev/v1', kind: 'Widget', metadata: { name: 'a' } }, 'the cluster has no Widget in x.dev/v1'],
    [
      'of an unknown version',
      { apiVersion: 'apps/v9', kind: 'Deployment', metadata: { name: 'a' } },
      'the cluster has no Deployment in apps/v9',
    ],
  ])('%s is refused', async (_, object, because) => {
    const { cluster } = await startStage();
    expect(await cluster.dryRun(object, never)).toEqual({ kind: 'refused', because });
  });
});
