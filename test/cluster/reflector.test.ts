import { describe, expect, it } from 'vitest';
import { configMap, configMaps, dataOf, eventually, never, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const cutOff = { method: 'GET', url: /watch=1/, status: 503, times: 1_000_000 };

async function watched(names: readonly string[]): Promise<Stage> {
  const stage = await startStage();
  for (const name of names) await stage.user.act({ do: 'create', on: configMap(name), body: { data: { n: '0' } } }, never);
  expect(await stage.cluster.watch(configMaps, never)).toBe('watched');
  return stage;
}

/** Waits until a new object arrives: then the watch is up again. */
async function reconnected({ user, cluster }: Stage, name = 'later'): Promise<void> {
  await user.act({ do: 'create', on: configMap(name), body: {} }, never);
  await eventually(cluster, () => cluster.get(configMap(name)));
}

describe('watching', () => {
  it('shows what is there when the first list is in', async () => {
    const { cluster, seen } = await watched(['a', 'b']);
    expect(cluster.list(configMaps).map((object) => object.metadata.name)).toEqual(['a', 'b']);
    expect(cluster.list(configMaps, 'elsewhere')).toEqual([]);
    expect(cluster.get(configMap('a'))).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { n: '0' } });
    expect(cluster.get({ ...configMap('a'), uid: 'other' })).toBeUndefined();
    expect(seen).toEqual(['added a', 'added b']);
  });

  it('reads more objects than one answer holds', async () => {
    const stage = await startStage();
    const names = Array.from({ length: 1203 }, (_, index) => `n${index}`);
    // Each request that is under way holds a connection, and a socket that listens queues some hundreds at most.
    for (let first = 0; first < names.length; first += 100) {
      const some = names.slice(first, first + 100);
      await Promise.all(some.map((name) => stage.user.act({ do: 'create', on: configMap(name), body: {} }, never)));
    }
    await stage.cluster.watch(configMaps, never);
    expect(stage.cluster.list(configMaps)).toHaveLength(1203);
    expect(stage.cluster.requests()['list configmaps']).toBe(3);
  });

  it('asks once, however often it is asked for', async () => {
    const { cluster } = await startStage();
    await Promise.all([1, 2, 3].map(() => cluster.watch(configMaps, never)));
    await cluster.watch(configMaps, never);
    expect(cluster.requests()).toMatchObject({ 'list configmaps': 1 });
  });

  it('a kind that the server lacks is absent until it comes', async () => {
    const { cluster, user } = await startStage();
    const widgets = { group: 'test.dev', kind: 'Widget' };
    expect(await cluster.watch(widgets, never)).toBe('absent');
    expect(await cluster.isNamespaced(widgets)).toBeUndefined();
    const on = {
      cluster: 'test',
      group: 'apiextensions.k8s.io',
      kind: 'CustomResourceDefinition',
      namespace: '',
      name: 'widgets.test.dev',
    };
    const spec = {
      group: 'test.dev',
      scope: 'Cluster',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true }],
    };
    expect(await user.act({ do: 'apply', on, body: { spec } }, never)).toMatchObject({ kind: 'done' });
    expect(await cluster.watch(widgets, never)).toBe('watched');
    expect(await cluster.isNamespaced(widgets)).toBe(false);
  });

  it('fails with what the server said, and can be asked again', async () => {
    const { cluster, server } = await startStage();
    server.inject({ url: /configmaps/, status: 403, message: 'configmaps is forbidden: User "x" cannot list resource "configmaps"' });
    await expect(cluster.watch(configMaps, never)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('cannot list configmaps') as string,
    });
    expect(await cluster.watch(configMaps, never)).toBe('watched');
  });

  it('an abort ends the waiting', async () => {
    const { cluster } = await startStage();
    await expect(cluster.watch(configMaps, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a watch that is cut', () => {
  it('goes on where it was: nothing is lost and nothing told twice', async () => {
    const stage = await watched(['a']);
    stage.server.dropWatches();
    await stage.user.act({ do: 'patch', on: configMap('a'), body: { data: { n: '1' } } }, never);
    await eventually(stage.cluster, () => (dataOf(stage.cluster.get(configMap('a')))?.['n'] === '1' ? true : undefined));
    expect(stage.seen).toEqual(['added a', 'modified a']);
    expect(stage.cluster.requests()['list configmaps']).toBe(1);
  });

  it('tells a deletion that happened meanwhile', async () => {
    const stage = await watched(['a', 'b']);
    stage.server.inject(cutOff);
    stage.server.dropWatches();
    await stage.user.act({ do: 'delete', on: configMap('a') }, never);
    stage.server.clearFaults();
    await eventually(stage.cluster, () => (stage.cluster.get(configMap('a')) === undefined ? true : undefined));
    expect(stage.seen).toEqual(['added a', 'added b', 'deleted a']);
  });

  it.each([
    ['the server no longer knows the version', (stage: Stage) => stage.server.compact()],
    ['the server answers 410 to the watch itself', (stage: Stage) => stage.server.inject({ url: /watch=1/, status: 410 })],
  ])('lists again when %s, and tells only what changed', async (_, lose) => {
    const stage = await watched(['a', 'b', 'c']);
    stage.server.inject(cutOff);
    stage.server.dropWatches();
    await stage.user.act({ do: 'delete', on: configMap('a') }, never);
    await stage.user.act({ do: 'patch', on: configMap('b'), body: { data: { n: '1' } } }, never);
    stage.server.clearFaults();
    lose(stage);
    await reconnected(stage);
    expect(stage.seen.slice(3).sort()).toEqual(['added later', 'deleted a', 'modified b']);
  });

  it('outlasts a server that fails for a while', async () => {
    const stage = await watched(['a']);
    stage.server.inject({ method: 'GET', url: /configmaps/, status: 500, times: 3 });
    stage.server.dropWatches();
    await reconnected(stage);
    expect(stage.warnings.map((warning) => warning.code)).toContain('server-error');
    expect(stage.seen).toEqual(['added a', 'added later']);
  });

  it('says what was wrong with a broken event and gets over it', async () => {
    const stage = await watched(['a']);
    stage.server.inject({ url: /watch=1/, status: 200, text: 'not an event\n' });
    stage.server.dropWatches();
    await reconnected(stage);
    expect(stage.warnings).toContainEqual(expect.objectContaining({ code: 'broken-answer' }));
  });

  it('ends with the cluster', async () => {
    const stage = await watched(['a']);
    // A watch that is asked for only now may be counted after the end.
    await reconnected(stage);
    await stage.cluster.stop();
    const before = stage.server.requests()['watch configmaps'];
    stage.server.dropWatches();
    await stage.user.act({ do: 'create', on: configMap('b'), body: {} }, never);
    expect(stage.server.requests()['watch configmaps']).toBe(before);
    expect(stage.cluster.get(configMap('b'))).toBeUndefined();
  });
});

describe('a listener that throws', () => {
  it('keeps nobody from hearing', async () => {
    const stage = await startStage();
    stage.cluster.onChange(() => {
      throw new Error('mine alone');
    });
    const heard: string[] = [];
    stage.cluster.onChange((event) => heard.push(event.type));
    await stage.cluster.watch(configMaps, never);
    await reconnected(stage);
    expect(heard).toEqual(['added']);
    expect(stage.warnings).toContainEqual(expect.objectContaining({ because: 'Error: mine alone' }));
  });
});
