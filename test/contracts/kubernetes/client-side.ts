import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directAccess } from '../../../src/cluster/access.ts';
import { createCluster } from '../../../src/cluster/cluster.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import type { ObjectRef } from '../../../src/kernel/refs.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { startPlayer } from '../../../src/sandbox/kubernetes/player.ts';
import type { Stage } from './stage.ts';
import { deployment } from './stage.ts';

const never = new AbortController().signal;

/** The cluster room and the player, as the other side of the same contract. */
export function describeClientSide(stage: Stage): void {
  describe('the cluster room and the player', () => {
    let cluster: Cluster;
    let stopPlayer: () => Promise<void>;
    const refTo = (group: string, kind: string, name: string): ObjectRef => ({
      cluster: 'c',
      group,
      kind,
      namespace: stage.namespace,
      name,
    });

    beforeAll(async () => {
      const { url: server, token, ca } = stage.api;
      const access = { server, token, ...(ca === undefined ? {} : { ca }) };
      cluster = await createCluster({ name: 'c', access: directAccess(access) });
      const player = await startPlayer({ ...access, workloads: true });
      stopPlayer = () => player.stop();
      for (const [group, kind] of [
        ['', 'ConfigMap'],
        ['', 'Pod'],
        ['', 'Event'],
        ['apps', 'ReplicaSet'],
      ] as const) {
        await cluster.watch({ group, kind }, never);
      }
    });

    afterAll(async () => {
      await stopPlayer();
      await cluster.stop();
    });

    const eventually = (look: () => KubeObject | true | undefined): Promise<unknown> =>
      new Promise((resolve) => {
        const check = (): void => {
          const seen = look();
          if (seen === undefined) return;
          stop();
          resolve(seen);
        };
        const stop = cluster.onChange(check);
        check();
      });

    it('apply, predict, patch with preconditions and delete', async () => {
      const on = refTo('', 'ConfigMap', 'a');
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: stage.namespace }, data: { x: '1' } };
      expect(await cluster.dryRun(object, never)).toMatchObject({ kind: 'predicted', object: { data: { x: '1' } } });
      expect(await cluster.act({ do: 'apply', on, body: object }, never)).toMatchObject({ kind: 'done' });
      expect(cluster.get(on)?.['data']).toEqual({ x: '1' });
      const { resourceVersion = '', uid = '' } = cluster.get(on)?.metadata ?? {};
      const patch = { do: 'patch', on, body: { data: { x: '2' } } } as const;
      expect(await cluster.act({ ...patch, if: { resourceVersion: '1' } }, never)).toMatchObject({ kind: 'conflict' });
      expect(await cluster.act({ ...patch, if: { uid: 'other' } }, never)).toMatchObject({ kind: 'conflict' });
      expect(await cluster.act({ ...patch, if: { uid, resourceVersion } }, never)).toMatchObject({ kind: 'done' });
      expect(await cluster.act({ do: 'delete', on, if: { uid } }, never)).toEqual({ kind: 'done' });
      expect(await cluster.act({ do: 'apply', on, body: object, if: { uid } }, never)).toMatchObject({ kind: 'conflict' });
      expect(await cluster.act({ do: 'delete', on }, never)).toEqual({ kind: 'gone' });
      expect(cluster.get(on)).toBeUndefined();
    });

    it('an event said twice is one, counted', async () => {
      const event = { do: 'event', on: refTo('', 'ConfigMap', 'a'), body: { reason: 'Held', message: 'canary failed' } } as const;
      expect(await cluster.act(event, never)).toEqual({ kind: 'done' });
      expect(await cluster.act(event, never)).toEqual({ kind: 'done' });
      const counted = () => cluster.list({ group: '', kind: 'Event' }, stage.namespace).find((each) => each['count'] === 2);
      await eventually(counted);
      expect(counted()).toMatchObject({ reason: 'Held', message: 'canary failed', source: { component: 'windlass' } });
    });

    it('a ReplicaSet gets ready pods, scales and recovers from an eviction', async () => {
      const on = refTo('apps', 'ReplicaSet', 'web');
      const { spec } = deployment('web', { replicas: 2 });
      expect(await cluster.act({ do: 'create', on, body: { spec } }, never)).toMatchObject({ kind: 'done' });
      const ready = (wanted: number) => {
        const status = cluster.get(on)?.['status'] as { readyReplicas?: number } | undefined;
        return status?.readyReplicas === wanted ? true : undefined;
      };
      const pods = () => cluster.list({ group: '', kind: 'Pod' }, stage.namespace);
      const running = () => pods().filter((pod) => (pod['status'] as { phase?: string }).phase === 'Running');
      // The two kinds are watched apart: either may be told of first.
      await eventually(() => (running().length === 2 ? ready(2) : undefined));
      expect(pods()).toHaveLength(2);
      const evicted = pods()[0]?.metadata.name ?? '';
      expect(await cluster.act({ do: 'evict', on: refTo('', 'Pod', evicted) }, never)).toEqual({ kind: 'done' });
      await eventually(() => (pods().some((pod) => pod.metadata.name === evicted) ? undefined : ready(2)));
      expect(await cluster.act({ do: 'scale', on, body: { replicas: 1 } }, never)).toMatchObject({ kind: 'done' });
      await eventually(() => (pods().length === 1 ? ready(1) : undefined));
    });
  });
}
