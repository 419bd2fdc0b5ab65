import { describe, expect, it } from 'vitest';
import type { Answer } from './client.ts';
import { configMap, deployment } from './stage.ts';
import type { Stage } from './stage.ts';

export function describeApply(stage: Stage): void {
  describe('server-side apply', () => {
    const path = (): string => stage.core('configmaps', 'a');

    it('creates, and repeats without a new version', async () => {
      const first = await stage.client.apply(path(), configMap('a', { x: '1' }), 'one');
      expect(first.code).toBe(201);
      const again = await stage.client.apply(path(), configMap('a', { x: '1' }), 'one');
      expect(again.code).toBe(200);
      expect(again.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      expect(again.body.metadata.managedFields).toMatchObject([
        { manager: 'one', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:x': {} } } },
      ]);
    });

    it('takes away what its only manager no longer applies, and nothing else', async () => {
      await stage.client.apply(path(), configMap('a', { x: '1', y: '2', z: '3' }, { labels: { l: '1' } }), 'one');
      await stage.client.apply(path(), configMap('a', { z: '3' }), 'two');
      await stage.client.patch(path(), 'merge', { data: { foreign: '1' } });
      const { body } = await stage.client.apply(path(), configMap('a', { x: '1' }), 'one');
      expect(body.data).toEqual({ x: '1', z: '3', foreign: '1' });
      expect(body.metadata.labels).toBeUndefined();
    });

    it('a conflict names manager and field; forced, the field changes hands', async () => {
      await stage.client.apply(path(), configMap('a', { x: '1' }), 'one');
      const refused = await stage.client.apply(path(), configMap('a', { x: '2' }), 'two');
      expect(refused).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
      expect(refused.body.message).toContain('Apply failed with 1 conflict: conflict with "one"');
      expect(refused.body.message).toContain('.data.x');
      expect(refused.body.details.causes).toMatchObject([{ reason: 'FieldManagerConflict', field: '.data.x' }]);
      const forced = await stage.client.apply(path(), configMap('a', { x: '2' }), 'two', '&force=true');
      expect(forced.body.data).toEqual({ x: '2' });
      expect(forced.body.metadata.managedFields.map((entry) => entry.manager)).toEqual(['two']);
    });

    it('an equal value is shared, and stays until both let go', async () => {
      await stage.client.apply(path(), configMap('a', { x: '1' }), 'one');
      expect((await stage.client.apply(path(), configMap('a', { x: '1' }), 'two')).code).toBe(200);
      expect((await stage.client.apply(path(), configMap('a'), 'one')).body.data).toEqual({ x: '1' });
      expect((await stage.client.apply(path(), configMap('a'), 'two')).body.data ?? {}).toEqual({});
    });

    it('and writes of a status, in turn, repeat without a new version', async () => {
      const web = stage.apps('deployments', 'web');
      const turn = async () => {
        await stage.client.apply(web, deployment('web', { replicas: 1 }), 'one');
        return (await stage.client.patch(`${web}/status`, 'merge', { status: { replicas: 1 } })).body.metadata.resourceVersion;
      };
      expect(await turn()).toBe(await turn());
    });

    it('of an object of the whole cluster passes over a namespace', async () => {
      const name = `${stage.namespace}-wide`;
      const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, namespace: stage.namespace } };
      const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`;
      const { body } = await stage.client.apply(path, { ...role, rules: [] }, 'one');
      expect(body.metadata).not.toHaveProperty('namespace');
      expect((await stage.client.get(path)).body.metadata.uid).toBe(body.metadata.uid);
    });

    it('a dry run predicts and stores nothing', async () => {
      const created = await stage.client.apply(path(), configMap('a', { x: '1' }), 'one', '&dryRun=All');
      expect(created).toMatchObject({ code: 201, body: { data: { x: '1' } } });
      expect((await stage.client.get(path())).code).toBe(404);
      const live = (await stage.client.apply(path(), configMap('a', { x: '1' }), 'one')).body;
      const predicted = (await stage.client.apply(path(), configMap('a', { x: '2' }), 'two', '&dryRun=All&force=true')).body;
      expect(predicted.data).toEqual({ x: '2' });
      expect((await stage.client.get(path())).body).toEqual(live);
    });

    it('a dry run of what is there predicts exactly that', async () => {
      await stage.client.apply(stage.apps('deployments', 'web'), deployment('web', { replicas: 2 }), 'one');
      const live = (await stage.client.get(stage.apps('deployments', 'web'))).body;
      const predicted = await stage.client.apply(
        stage.apps('deployments', 'web'),
        deployment('web', { replicas: 2 }),
        'one',
        '&dryRun=All&force=true',
      );
      expect(predicted.body).toEqual(live);
    });

    it('merges lists by their keys and replaces an atomic selector', async () => {
      const service = (ports: object[], selector: object) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { ports, selector },
      });
      const first = { name: 'http', port: 80, protocol: 'TCP' };
      const second = { name: 'admin', port: 81, protocol: 'TCP' };
      await stage.client.apply(stage.core('services', 'web'), service([first], { app: 'web' }), 'one');
      const both = (await stage.client.apply(stage.core('services', 'web'), service([second], { app: 'web' }), 'two')).body;
      expect(both.spec.ports.map((port) => port.name).sort()).toEqual(['admin', 'http']);
      const patched = (await stage.client.patch(stage.core('services', 'web'), 'merge', { spec: { selector: { hash: 'abc' } } })).body;
      expect(patched.spec.selector).toEqual({ app: 'web', hash: 'abc' });
      const refused = await stage.client.apply(stage.core('services', 'web'), service([first], { app: 'web' }), 'one');
      expect(refused.body.details.causes[0]?.field).toBe('.spec.selector');
      const forced = await stage.client.apply(stage.core('services', 'web'), service([first], { app: 'web' }), 'one', '&force=true');
      expect(forced.body.spec.selector).toEqual({ app: 'web' });
      expect(forced.body.spec.ports).toHaveLength(2);
    });

    it('takes a container away that it applied, and keeps one that another applied', async () => {
      const withContainers = (...containers: object[]) => {
        const object = deployment('web');
        return { ...object, spec: { ...object.spec, template: { ...object.spec.template, spec: { containers } } } };
      };
      const web = { name: 'web', image: 'shop:1' };
      await stage.client.apply(stage.apps('deployments', 'web'), withContainers(web, { name: 'old', image: 'old:1' }), 'one');
      const injected = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { template: { spec: { containers: [{ name: 'mesh', image: 'mesh:1' }] } } },
      };
      await stage.client.apply(stage.apps('deployments', 'web'), injected, 'mesh');
      const { body } = await stage.client.apply(stage.apps('deployments', 'web'), withContainers(web), 'one');
      expect(body.spec.template.spec.containers.map((each) => each.name).sort()).toEqual(['mesh', 'web']);
    });

    const containersOf = (...containers: object[]) => {
      const selector = { matchLabels: { app: 'web' } };
      const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
      return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { selector, template } };
    };
    const named = (names: string) => containersOf(...Array.from(names, (name) => ({ name, image: 'x:1' })));
    const orderIn = ({ body }: Answer) => body.spec.template.spec.containers.map((each) => each.name).join('');

    it.each([
      ['ab', 'ba', 'ba'],
      ['abc', 'ba', 'bca'],
      ['ab', 'cab', 'cab'],
      ['ba', 'dca', 'bdca'],
      ['bca', 'acd', 'bacd'],
      ['acd', 'eba', 'ebacd'],
    ])('items %s and then %s stand as %s', async (live, applied, order) => {
      await stage.client.apply(stage.apps('deployments', 'web'), named(live), 'one');
      expect(orderIn(await stage.client.apply(stage.apps('deployments', 'web'), named(applied), 'two'))).toBe(order);
      expect(orderIn(await stage.client.apply(stage.apps('deployments', 'web'), named(applied), 'one'))).toBe(applied);
    });

    it('an item that its manager lets go takes along what others set in it', async () => {
      const [a, b] = [
        { name: 'a', image: 'x:1' },
        { name: 'b', image: 'x:1' },
      ];
      const path = stage.apps('deployments', 'web');
      await stage.client.apply(path, containersOf(a, b), 'one');
      await stage.client.patch(path, 'strategic', { spec: { template: { spec: { containers: [{ name: 'b', workingDir: '/x' }] } } } });
      expect(orderIn(await stage.client.apply(path, containersOf(a), 'one'))).toBe('a');
    });

    it('finalizers are a set', async () => {
      const holding = (...finalizers: string[]) => configMap('a', {}, { finalizers });
      await stage.client.apply(path(), holding('one.dev/hold'), 'one');
      expect((await stage.client.apply(path(), holding('two.dev/hold'), 'two')).body.metadata.finalizers?.toSorted()).toEqual([
        'one.dev/hold',
        'two.dev/hold',
      ]);
      expect((await stage.client.apply(path(), holding(), 'one')).body.metadata.finalizers).toEqual(['two.dev/hold']);
    });

    it.each([
      ['without a manager', () => stage.client.patch(path(), 'apply', configMap('a')), 422, 'fieldManager'],
      [
        'with managedFields',
        () => stage.client.apply(path(), configMap('a', {}, { managedFields: [{ manager: 'x', operation: 'Apply' }] }), 'one'),
        400,
        'managedFields must be nil',
      ],
      ['another name', () => stage.client.apply(path(), configMap('b'), 'one'), 400, 'does not match'],
      [
        'a uid of an object that is not there',
        () => stage.client.apply(path(), configMap('a', {}, { uid: 'x' }), 'one'),
        409,
        'uid mismatch',
      ],
    ])('is refused %s', async (_, send, code, sentence) => {
      const answer = await send();
      expect(answer.code).toBe(code);
      expect(answer.body.message).toContain(sentence);
    });

    it('of an old version is a conflict', async () => {
      const { resourceVersion } = (await stage.client.apply(path(), configMap('a', { x: '1' }), 'one')).body.metadata;
      await stage.client.patch(path(), 'merge', { data: { y: '1' } });
      const answer = await stage.client.apply(path(), configMap('a', { x: '2' }, { resourceVersion }), 'one', '&force=true');
      expect(answer).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
    });

    it('with another uid is invalid; with a version alone it creates what is not there', async () => {
      await stage.client.apply(path(), configMap('a', { x: '1' }), 'one');
      const foreign = await stage.client.apply(path(), configMap('a', { x: '1' }, { uid: 'other' }), 'one', '&force=true');
      expect(foreign).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
      expect(foreign.body.details.causes[0]?.field).toBe('metadata.uid');
      const created = await stage.client.apply(stage.core('configmaps', 'b'), configMap('b', {}, { resourceVersion: '5' }), 'one');
      expect(created.code).toBe(201);
    });

    it('of a status goes to the subresource alone', async () => {
      await stage.client.apply(stage.apps('deployments', 'web'), deployment('web', { replicas: 1 }), 'one');
      const status = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { replicas: 9 },
        status: { replicas: 1 },
      };
      const { body } = await stage.client.apply(`${stage.apps('deployments', 'web')}/status`, status, 'reporter');
      expect(body).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } });
      expect(body.metadata.managedFields).toContainEqual(
        expect.objectContaining({ manager: 'reporter', subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } }),
      );
    });
  });
}
