import { beforeEach, describe, expect, it } from 'vitest';
import type { Answered } from './client.ts';
import { configMap, deployment } from './stage.ts';
import type { Stage } from './stage.ts';

export function describeWrites(stage: Stage): void {
  describe('create', () => {
    it('fills in what is the server’s', async () => {
      const { code, body } = await stage.client.post(stage.apps('deployments'), deployment('web'));
      expect(code).toBe(201);
      expect(body.metadata).toMatchObject({ name: 'web', namespace: stage.namespace, generation: 1 });
      expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(0);
    });

    it.each([
      [
        'an object that exists',
        () => stage.client.post('/api/v1/namespaces', { metadata: { name: stage.namespace } }),
        { code: 409, reason: 'AlreadyExists' },
        'already exists',
      ],
      [
        'a namespace that does not',
        () => stage.client.post('/api/v1/namespaces/nowhere/configmaps', configMap('a')),
        { code: 404, reason: 'NotFound' },
        'namespaces "nowhere" not found',
      ],
      [
        'another namespace',
        () => stage.client.post(stage.core('configmaps'), configMap('a', {}, { namespace: 'kube-system' })),
        { code: 400, reason: 'BadRequest' },
        'does not match',
      ],
      [
        'a name with capitals',
        () => stage.client.post(stage.core('configmaps'), configMap('Upper')),
        { code: 422, reason: 'Invalid' },
        'RFC 1123',
      ],
      [
        'no name',
        () => stage.client.post(stage.core('configmaps'), { data: {} }),
        { code: 422, reason: 'Invalid' },
        'name or generateName is required',
      ],
      [
        'labels that are no text',
        () => stage.client.post(stage.core('configmaps'), configMap('a', {}, { labels: { a: 1 } })),
        { code: 400, reason: 'BadRequest' },
        'labels',
      ],
      [
        'another kind',
        () => stage.client.post(stage.core('configmaps'), deployment('a')),
        { code: 400, reason: 'BadRequest' },
        'cannot be handled as a ConfigMap',
      ],
      ['no JSON', () => stage.client.post(stage.core('configmaps'), '{"kind": '), { code: 400, reason: 'BadRequest' }, ''],
    ])('refuses %s', async (_, send, status, sentence) => {
      const answer = await send();
      expect(answer.code).toBe(status.code);
      expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', ...status });
      expect(answer.body.message).toContain(sentence);
    });

    it.each([
      ['POST', (body: object) => stage.client.post(stage.core('secrets'), body)],
      [
        'server-side apply',
        (body: object) => stage.client.apply(stage.core('secrets', 's'), { ...body, apiVersion: 'v1', kind: 'Secret' }, 'one'),
      ],
    ])('keeps stringData of a Secret as data, by %s', async (_, send) => {
      const { body } = await send({ metadata: { name: 's' }, data: { a: 'YQ==', b: 'Yg==' }, stringData: { b: 'other' } });
      expect(body.data).toEqual({ a: 'YQ==', b: 'b3RoZXI=' });
      expect(body).not.toHaveProperty('stringData');
    });

    it('answers a missing object with its name', async () => {
      const { code, body } = await stage.client.get(stage.apps('deployments', 'nobody'));
      expect(code).toBe(404);
      expect(body).toMatchObject({ reason: 'NotFound', details: { name: 'nobody', group: 'apps', kind: 'deployments' } });
      expect(body.message).toBe('deployments.apps "nobody" not found');
    });
  });

  describe('patches', () => {
    let before: Answered;
    beforeEach(async () => {
      before = (await stage.client.post(stage.apps('deployments'), deployment('web', { replicas: 1 }))).body;
    });

    it('merge: null takes away, objects merge; the spec’s generation counts, the metadata’s does not', async () => {
      const path = stage.apps('deployments', 'web');
      const labelled = (await stage.client.patch(path, 'merge', { metadata: { labels: { a: '1', b: '2' } } })).body;
      expect(labelled.metadata.generation).toBe(1);
      const { body } = await stage.client.patch(path, 'merge', { metadata: { labels: { a: null } }, spec: { replicas: 2 } });
      expect(body.metadata).toMatchObject({ generation: 2, labels: { b: '2' } });
      expect(body.metadata.labels).not.toHaveProperty('a');
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
    });

    it('without effect keeps the version', async () => {
      const { body } = await stage.client.patch(stage.apps('deployments', 'web'), 'merge', { spec: { replicas: 1 } });
      expect(body.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    });

    it('JSON patch: add, replace, remove and test', async () => {
      const path = stage.apps('deployments', 'web');
      const { code, body } = await stage.client.patch(path, 'json', [
        { op: 'test', path: '/spec/replicas', value: 1 },
        { op: 'replace', path: '/spec/replicas', value: 3 },
        { op: 'add', path: '/metadata/annotations', value: { 'a/b': 'c' } },
        { op: 'replace', path: '/metadata/annotations/a~1b', value: 'd' },
        { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'two', image: 'two:1' } },
        { op: 'remove', path: '/spec/template/spec/containers/0' },
      ]);
      expect(code).toBe(200);
      expect(body.spec.replicas).toBe(3);
      expect(body.metadata.annotations).toEqual({ 'a/b': 'd' });
      expect(body.spec.template.spec.containers).toMatchObject([{ name: 'two' }]);
      const refused = await stage.client.patch(path, 'json', [{ op: 'test', path: '/spec/replicas', value: 1 }]);
      expect(refused).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
    });

    it('strategic: items of a list merge by their key', async () => {
      const containers = [
        { name: 'side', image: 'side:1' },
        { name: 'web', image: 'shop:2' },
      ];
      const { body } = await stage.client.patch(stage.apps('deployments', 'web'), 'strategic', {
        spec: { template: { spec: { containers } } },
      });
      const images = Object.fromEntries(body.spec.template.spec.containers.map((each) => [each.name, each.image]));
      expect(images).toEqual({ web: 'shop:2', side: 'side:1' });
    });

    it.each([
      [
        'another resourceVersion is a conflict',
        { metadata: { resourceVersion: '1' }, spec: { replicas: 5 } },
        { code: 409, reason: 'Conflict' },
        'the object has been modified',
      ],
      ['another uid is invalid', { metadata: { uid: 'other' }, spec: { replicas: 5 } }, { code: 422, reason: 'Invalid' }, 'metadata.uid'],
    ])('%s', async (_, patch, status, sentence) => {
      const answer = await stage.client.patch(stage.apps('deployments', 'web'), 'merge', patch);
      expect(answer).toMatchObject({ code: status.code, body: status });
      expect(answer.body.message).toContain(sentence);
      expect((await stage.client.get(stage.apps('deployments', 'web'))).body.spec.replicas).toBe(1);
    });

    it('the right resourceVersion and uid pass', async () => {
      const { uid, resourceVersion } = before.metadata;
      const { code } = await stage.client.patch(stage.apps('deployments', 'web'), 'merge', {
        metadata: { uid, resourceVersion },
        spec: { replicas: 5 },
      });
      expect(code).toBe(200);
    });

    it('PUT compares the versions too', async () => {
      const newer = (await stage.client.put(stage.apps('deployments', 'web'), { ...before, spec: { ...before.spec, replicas: 2 } })).body;
      expect(newer.spec.replicas).toBe(2);
      const answer = await stage.client.put(stage.apps('deployments', 'web'), { ...before, spec: { ...before.spec, replicas: 3 } });
      expect(answer).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
      const foreign = { ...newer, metadata: { ...newer.metadata, uid: 'other' } };
      expect((await stage.client.put(stage.apps('deployments', 'web'), foreign)).code).toBe(409);
    });

    it('a selector cannot change', async () => {
      const answer = await stage.client.patch(stage.apps('deployments', 'web'), 'merge', {
        spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } },
      });
      expect(answer).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
      expect(answer.body.message).toContain('field is immutable');
    });
  });

  describe('status and scale', () => {
    it('are written apart', async () => {
      await stage.client.post(stage.apps('deployments'), { ...deployment('web', { replicas: 1 }), status: { replicas: 9 } });
      const path = stage.apps('deployments', 'web');
      expect((await stage.client.get(path)).body.status?.replicas).toBeUndefined();
      const main = (await stage.client.patch(path, 'merge', { spec: { replicas: 2 }, status: { replicas: 9 } })).body;
      expect(main.status?.replicas).toBeUndefined();
      const status = (await stage.client.patch(`${path}/status`, 'merge', { spec: { replicas: 7 }, status: { replicas: 2 } })).body;
      expect(status).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2 }, metadata: { generation: 2 } });
    });

    it('scale is a view of spec.replicas', async () => {
      await stage.client.post(stage.apps('deployments'), deployment('web', { replicas: 1 }));
      const path = `${stage.apps('deployments', 'web')}/scale`;
      expect((await stage.client.patch(path, 'merge', { spec: { replicas: 4 } })).body).toMatchObject({
        kind: 'Scale',
        spec: { replicas: 4 },
      });
      expect((await stage.client.get(path)).body.spec.replicas).toBe(4);
      expect((await stage.client.get(stage.apps('deployments', 'web'))).body.spec.replicas).toBe(4);
    });
  });
}
