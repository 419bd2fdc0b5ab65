import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/kernel/action.ts';
import { configMap, configMaps, never, startStage } from './stage.ts';

const events = { group: '', kind: 'Event' };
const about = (message: string, more: object = {}): Action => ({
  do: 'event',
  on: configMap('a'),
  body: { type: 'Warning', reason: 'Held', message, ...more },
});

describe('an event', () => {
  it('is about its object and says who reports', async () => {
    const { cluster } = await startStage({ now: () => Date.parse('2026-01-31T12:00:00.500Z') });
    await Promise.all([cluster.watch(configMaps, never), cluster.watch(events, never)]);
    await cluster.act({ do: 'create', on: configMap('a'), body: {} }, never);
    expect(await cluster.act(about('canary failed'), never)).toEqual({ kind: 'done' });
    const [event] = await cluster.watch(events, never).then(() => listed(cluster));
    expect(event).toMatchObject({
      involvedObject: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'default',
        name: 'a',
        uid: cluster.get(configMap('a'))?.metadata.uid,
      },
      type: 'Warning',
      reason: 'Held',
      message: 'canary failed',
      count: 1,
      firstTimestamp: '2026-01-31T12:00:00Z',
      reportingComponent: 'windlass',
    });
  });

  it('said again is counted up, also by another replica; another sentence is another event', async () => {
    const { cluster, user } = await startStage();
    await cluster.act(about('canary failed'), never);
    await cluster.act(about('canary failed'), never);
    await cluster.act(about('held'), never);
    await user.watch(events, never);
    const counts = new Map(user.list(events).map((event) => [event['message'], event['count']]));
    expect(counts).toEqual(
      new Map([
        ['canary failed', 2],
        ['held', 1],
      ]),
    );
  });

  it('about an object without namespace lives in default', async () => {
    const { cluster, user } = await startStage();
    const on = { cluster: 'test', group: '', kind: 'Namespace', namespace: '', name: 'kube-system' };
    await cluster.act({ ...about('x'), on }, never);
    await user.watch(events, never);
    expect(user.list(events, 'default')).toMatchObject([{ involvedObject: { kind: 'Namespace', name: 'kube-system' } }]);
  });

  it('shows foreign text as one harmless line', async () => {
    const { cluster, user } = await startStage();
    await cluster.act(about('one\ntwo @team'), never);
    await user.watch(events, never);
    expect(user.list(events)).toMatchObject([{ message: 'one two (at)team' }]);
  });

  it('in a namespace that is not there is gone', async () => {
    const { cluster } = await startStage();
    expect(await cluster.act({ ...about('x'), on: configMap('a', 'nowhere') }, never)).toEqual({ kind: 'gone' });
  });
});

function listed(cluster: { list(kind: typeof events): readonly object[] }): Promise<readonly object[]> {
  const found = cluster.list(events);
  return found.length > 0 ? Promise.resolve(found) : new Promise((resolve) => setImmediate(() => resolve(listed(cluster))));
}
