import { beforeEach, describe, expect, it } from 'vitest';
import type { Answered } from './client.ts';
import { configMap, deployment } from './stage.ts';
import type { Stage } from './stage.ts';

export function describeReads(stage: Stage): void {
  describe('lists and watches', () => {
    beforeEach(async () => {
      for (const [name, tier] of [
        ['a', 'front'],
        ['b', 'back'],
        ['c', 'front'],
      ]) {
        await stage.client.post(stage.core('configmaps'), configMap(name ?? '', {}, { labels: { tier } }));
      }
    });

    const namesIn = (body: Answered): string[] => body.items.map((item) => item.metadata.name).filter((name) => name.length === 1);

    it('a list read in chunks shows one moment', async () => {
      const first = (await stage.client.get(`${stage.core('configmaps')}?limit=2`)).body;
      expect(first.metadata.continue).not.toBe('');
      await stage.client.post(stage.core('configmaps'), configMap('d'));
      const second = (
        await stage.client.get(`${stage.core('configmaps')}?limit=10&continue=${encodeURIComponent(first.metadata.continue ?? '')}`)
      ).body;
      expect([...namesIn(first), ...namesIn(second)]).toEqual(['a', 'b', 'c']);
      expect(second.metadata.continue ?? '').toBe('');
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it.each([
      ['labelSelector=tier=front', ['a', 'c']],
      ['labelSelector=tier!=front,tier', ['b']],
      ['labelSelector=tier in (back,side)', ['b']],
      ['labelSelector=tier notin (back),tier', ['a', 'c']],
      ['labelSelector=!tier', []],
      ['fieldSelector=metadata.name=b', ['b']],
      ['fieldSelector=metadata.name!=b', ['a', 'c']],
    ])('%s', async (selector, wanted) => {
      const { body } = await stage.client.get(`${stage.core('configmaps')}?${selector.replaceAll(' ', '%20')}`);
      expect(namesIn(body)).toEqual(wanted);
    });

    it('a client that prints gets a table', async () => {
      await stage.client.post(stage.apps('deployments'), deployment('web', { replicas: 2 }));
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
      const { body } = await stage.client.get(stage.apps('deployments'), { accept });
      expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
      const titles = body.columnDefinitions.filter((column) => column.priority === 0).map((column) => column.name);
      expect(titles).toEqual(['Name', 'Ready', 'Up-to-date', 'Available', 'Age']);
      expect(body.rows[0]?.cells.slice(0, 4)).toEqual(['web', '0/2', 0, 0]);
    });

    it('a watch tells every change after its version, in order', async () => {
      const { resourceVersion } = (await stage.client.get(stage.core('configmaps'))).body.metadata;
      await stage.client.post(stage.core('configmaps'), configMap('d'));
      const watching = stage.client.watch(
        `${stage.core('configmaps')}?watch=1&resourceVersion=${resourceVersion}`,
        (events) => events.length === 3,
      );
      await stage.client.patch(stage.core('configmaps', 'd'), 'merge', { data: { x: '1' } });
      await stage.client.delete(stage.core('configmaps', 'd'));
      const events = await watching;
      expect(events.map((event) => event.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      const versions = events.map((event) => Number(event.object.metadata.resourceVersion));
      expect(versions).toEqual([...versions].sort((left, right) => left - right));
      expect(new Set(versions).size).toBe(3);
    });

    it('a selected object that begins or ends to match comes and goes', async () => {
      const { resourceVersion } = (await stage.client.get(stage.core('configmaps'))).body.metadata;
      const path = `${stage.core('configmaps')}?watch=1&labelSelector=tier=back&resourceVersion=${resourceVersion}`;
      const watching = stage.client.watch(path, (events) => events.length === 2);
      await stage.client.patch(stage.core('configmaps', 'a'), 'merge', { metadata: { labels: { tier: 'back' } } });
      await stage.client.patch(stage.core('configmaps', 'b'), 'merge', { metadata: { labels: { tier: 'front' } } });
      const events = await watching;
      expect(events.map((event) => [event.type, event.object.metadata.name])).toEqual([
        ['ADDED', 'a'],
        ['DELETED', 'b'],
      ]);
    });

    it('sends what is there first, and says where that ends', async () => {
      const query = 'watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
      const events = await stage.client.watch(`${stage.core('configmaps')}?${query}`, (seen) =>
        seen.some((event) => event.type === 'BOOKMARK'),
      );
      expect(events.filter((event) => event.type === 'ADDED').length).toBeGreaterThanOrEqual(3);
      expect(events.at(-1)?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    });

    it('a version that was compacted away is 410', async () => {
      if (stage.api.compact === undefined) return;
      const first = (await stage.client.get(`${stage.core('configmaps')}?limit=1`)).body;
      await stage.client.patch(stage.core('configmaps', 'a'), 'merge', { data: { x: '1' } });
      stage.api.compact();
      const [event] = await stage.client.watch(
        `${stage.core('configmaps')}?watch=1&resourceVersion=${first.metadata.resourceVersion}`,
        () => true,
      );
      expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
      const page = await stage.client.get(
        `${stage.core('configmaps')}?limit=1&continue=${encodeURIComponent(first.metadata.continue ?? '')}`,
      );
      expect(page).toMatchObject({ code: 410, body: { reason: 'Expired' } });
    });
  });
}
