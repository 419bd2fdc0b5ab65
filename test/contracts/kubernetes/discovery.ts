import { describe, expect, it } from 'vitest';
import type { Stage } from './stage.ts';

export function describeDiscovery(stage: Stage): void {
  describe('discovery', () => {
    it('lists the resources of a group with their subresources', async () => {
      const { body } = await stage.client.get('/apis/apps/v1');
      expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'apps/v1' });
      const found = body.resources.find((resource) => resource.name === 'deployments');
      expect(found).toMatchObject({ kind: 'Deployment', namespaced: true, shortNames: ['deploy'] });
      expect(body.resources.map((resource) => resource.name)).toEqual(
        expect.arrayContaining(['deployments/status', 'deployments/scale', 'replicasets']),
      );
    });

    it('answers both roots aggregated to clients that ask for it', async () => {
      const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
      const [legacy, groups] = await Promise.all(['/api', '/apis'].map((path) => stage.client.get(path, { accept })));
      expect(legacy?.body.kind).toBe('APIGroupDiscoveryList');
      const found = groups?.body.items.find((group) => group.metadata.name === 'apps')?.versions[0];
      expect(found).toMatchObject({ version: 'v1' });
      expect(found?.resources.find((resource) => resource.resource === 'replicasets')).toMatchObject({
        scope: 'Namespaced',
        responseKind: { kind: 'ReplicaSet' },
      });
    });

    it('refuses a wrong token', async () => {
      const { code, body } = await stage.client.get('/api/v1/namespaces', { authorization: 'Bearer wrong' });
      expect(code).toBe(401);
      expect(body).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
    });
  });
}
