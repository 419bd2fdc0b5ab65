import { describe, expect, it } from 'vitest';
import type { Answered } from './client.ts';
import { configMap } from './stage.ts';
import type { Stage } from './stage.ts';

export function describeDeletion(stage: Stage): void {
  describe('deletion', () => {
    it('answers a Status with the uid', async () => {
      const { uid } = (await stage.client.post(stage.core('configmaps'), configMap('a'))).body.metadata;
      const { body } = await stage.client.delete(stage.core('configmaps', 'a'));
      expect(body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'a', uid } });
      expect((await stage.client.get(stage.core('configmaps', 'a'))).code).toBe(404);
    });

    it('compares its preconditions', async () => {
      const { resourceVersion } = (await stage.client.post(stage.core('configmaps'), configMap('a'))).body.metadata;
      for (const preconditions of [{ uid: 'other' }, { resourceVersion: '1' }]) {
        expect(await stage.client.delete(stage.core('configmaps', 'a'), { preconditions })).toMatchObject({
          code: 409,
          body: { reason: 'Conflict' },
        });
      }
      expect((await stage.client.delete(stage.core('configmaps', 'a'), { preconditions: { resourceVersion } })).code).toBe(200);
    });

    it('waits for finalizers', async () => {
      await stage.client.post(stage.core('configmaps'), configMap('a', {}, { finalizers: ['windlass.dev/hold'] }));
      const marked = (await stage.client.delete(stage.core('configmaps', 'a'))).body;
      expect(marked.metadata.deletionTimestamp).toBeTruthy();
      expect((await stage.client.get(stage.core('configmaps', 'a'))).code).toBe(200);
      expect((await stage.client.patch(stage.core('configmaps', 'a'), 'merge', { metadata: { finalizers: null } })).code).toBe(200);
      expect((await stage.client.get(stage.core('configmaps', 'a'))).code).toBe(404);
    });

    it('a pod on a node waits for its kubelet, one without does not', async () => {
      const pod = (name: string) => ({
        metadata: { name },
        spec: { automountServiceAccountToken: false, containers: [{ name: 'a', image: 'a:1' }] },
      });
      await stage.client.post(stage.core('pods'), pod('loose'));
      await stage.client.post(stage.core('pods'), pod('bound'));
      const target = { apiVersion: 'v1', kind: 'Node', name: 'n' };
      expect((await stage.client.post(`${stage.core('pods', 'bound')}/binding`, { metadata: { name: 'bound' }, target })).code).toBe(201);
      await stage.client.delete(stage.core('pods', 'loose'));
      expect((await stage.client.get(stage.core('pods', 'loose'))).code).toBe(404);
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'bound', namespace: stage.namespace } };
      expect((await stage.client.post(`${stage.core('pods', 'bound')}/eviction`, eviction)).code).toBe(201);
      expect((await stage.client.get(stage.core('pods', 'bound'))).body.metadata.deletionGracePeriodSeconds).toBe(30);
      await stage.client.delete(stage.core('pods', 'bound'), { gracePeriodSeconds: 0 });
      expect((await stage.client.get(stage.core('pods', 'bound'))).code).toBe(404);
    });
  });
}

/** Where a garbage collector and a namespace controller run. */
export function describeOwners(stage: Stage): void {
  describe('owners', () => {
    const goneAfter = async (path: string): Promise<boolean> => {
      const name = path.split('/').at(-1) ?? '';
      const collection = path.slice(0, -name.length - 1);
      const listed = (await stage.client.get(`${collection}?fieldSelector=metadata.name=${name}`)).body;
      if (listed.items.length === 0) return true;
      const query = `watch=1&fieldSelector=metadata.name=${name}&resourceVersion=${listed.metadata.resourceVersion}`;
      await stage.client.watch(`${collection}?${query}`, (events) => events.some((event) => event.type === 'DELETED'));
      return true;
    };
    const owned = (name: string, ...owners: readonly Answered[]) => {
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', blockOwnerDeletion: true };
      return configMap(name, {}, { ownerReferences: owners.map(({ metadata }) => ({ ...owner, name: metadata.name, uid: metadata.uid })) });
    };

    it('a dependent follows its last owner', async () => {
      const owner = (await stage.client.post(stage.core('configmaps'), configMap('owner'))).body;
      const other = (await stage.client.post(stage.core('configmaps'), configMap('other'))).body;
      await stage.client.post(stage.core('configmaps'), owned('one', owner));
      await stage.client.post(stage.core('configmaps'), owned('both', owner, other));
      await stage.client.delete(stage.core('configmaps', 'owner'), { propagationPolicy: 'Background' });
      expect(await goneAfter(stage.core('configmaps', 'one'))).toBe(true);
      expect((await stage.client.get(stage.core('configmaps', 'both'))).code).toBe(200);
    });

    it('foreground: the owner goes last', async () => {
      const owner = (await stage.client.post(stage.core('configmaps'), configMap('owner'))).body;
      await stage.client.post(stage.core('configmaps'), owned('one', owner));
      const { body } = await stage.client.delete(stage.core('configmaps', 'owner'), { propagationPolicy: 'Foreground' });
      expect(body.metadata.finalizers).toEqual(['foregroundDeletion']);
      expect(await goneAfter(stage.core('configmaps', 'owner'))).toBe(true);
      expect((await stage.client.get(stage.core('configmaps', 'one'))).code).toBe(404);
    });

    it('orphan: the dependent stays, without owner', async () => {
      const owner = (await stage.client.post(stage.core('configmaps'), configMap('owner'))).body;
      await stage.client.post(stage.core('configmaps'), owned('one', owner));
      await stage.client.delete(stage.core('configmaps', 'owner'), { propagationPolicy: 'Orphan' });
      expect(await goneAfter(stage.core('configmaps', 'owner'))).toBe(true);
      expect((await stage.client.get(stage.core('configmaps', 'one'))).body.metadata.ownerReferences ?? []).toEqual([]);
    });

    it('a namespace takes what is in it along, and takes nothing new meanwhile', async () => {
      await stage.client.post(stage.core('configmaps'), configMap('held', {}, { finalizers: ['windlass.dev/hold'] }));
      await stage.client.delete(`/api/v1/namespaces/${stage.namespace}`);
      const refused = await stage.client.post(stage.core('configmaps'), configMap('late'));
      expect(refused).toMatchObject({ code: 403, body: { reason: 'Forbidden' } });
      expect(refused.body.message).toContain('because it is being terminated');
      await stage.client.patch(stage.core('configmaps', 'held'), 'merge', { metadata: { finalizers: null } });
      expect(await goneAfter(`/api/v1/namespaces/${stage.namespace}`)).toBe(true);
    });
  });
}
