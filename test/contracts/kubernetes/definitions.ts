import { describe, expect, it } from 'vitest';
import type { Answer } from './client.ts';
import type { Stage } from './stage.ts';

export function describeDefinitions(stage: Stage): void {
  describe('a CustomResourceDefinition', () => {
    const definition = (plural: string, kind: string) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.contract.windlass.dev` },
      spec: {
        group: 'contract.windlass.dev',
        scope: 'Namespaced',
        names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    const established = async (plural: string): Promise<string> => {
      const name = `${plural}.contract.windlass.dev`;
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await stage.client.watch(`${path}?watch=1&fieldSelector=metadata.name=${name}`, (events) =>
        (events.at(-1)?.object.status?.conditions ?? []).some((each) => each.type === 'Established' && each.status === 'True'),
      );
      return `/apis/contract.windlass.dev/v1/namespaces/${stage.namespace}/${plural}`;
    };

    it('serves its kind, whose fields all stay and whose status is apart', async () => {
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.contract.windlass.dev';
      expect((await stage.client.apply(path, definition('widgets', 'Widget'), 'one')).code).toBe(201);
      const widgets = await established('widgets');
      const widget = {
        apiVersion: 'contract.windlass.dev/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        spec: { any: [{ thing: 1 }], n: null },
        status: { x: 1 },
      };
      const created = await untilServed(() => stage.client.post(widgets, widget));
      expect(created.body).toMatchObject({ spec: { any: [{ thing: 1 }] }, metadata: { generation: 1 } });
      expect(created.body.status).toBeUndefined();
      const status = (await stage.client.patch(`${widgets}/w/status`, 'merge', { status: { phase: 'Up' }, spec: { any: 1 } })).body;
      expect(status).toMatchObject({ spec: { any: [{ thing: 1 }] }, status: { phase: 'Up' }, metadata: { generation: 1 } });
      expect((await stage.client.patch(`${widgets}/w`, 'merge', { spec: { any: 2 } })).body.metadata.generation).toBe(2);
      const strategic = await stage.client.patch(`${widgets}/w`, 'strategic', { spec: { any: 3 } });
      expect(strategic.code).toBe(415);
      const { body } = await stage.client.get('/apis/contract.windlass.dev/v1');
      expect(body.resources.map((resource) => resource.name)).toEqual(expect.arrayContaining(['widgets', 'widgets/status']));
    });

    it('lists of custom kinds are atomic', async () => {
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.contract.windlass.dev';
      await stage.client.apply(path, definition('gadgets', 'Gadget'), 'one');
      const gadgets = await established('gadgets');
      const gadget = (items: object[]) => ({
        apiVersion: 'contract.windlass.dev/v1',
        kind: 'Gadget',
        metadata: { name: 'g' },
        spec: { items },
      });
      await untilServed(() => stage.client.apply(`${gadgets}/g`, gadget([{ name: 'a' }]), 'one'));
      const refused = await stage.client.apply(`${gadgets}/g`, gadget([{ name: 'b' }]), 'two');
      expect(refused.body.details.causes).toMatchObject([{ message: 'conflict with "one"', field: '.spec.items' }]);
      const { body } = await stage.client.apply(`${gadgets}/g`, gadget([{ name: 'b' }]), 'two', '&force=true');
      expect(body.spec.items).toEqual([{ name: 'b' }]);
    });
  });
}

/** A real server serves a new kind a moment after it says so. */
async function untilServed(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send();
    if (answer.code !== 404) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
