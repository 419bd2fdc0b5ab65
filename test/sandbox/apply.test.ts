import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/sandbox/kubernetes/apply.ts';
import { managedFields } from '../../src/sandbox/kubernetes/managers.ts';
import type { Draft } from '../../src/sandbox/kubernetes/object.ts';
import { builtInShapes } from '../../src/sandbox/kubernetes/shape.ts';

const shape = builtInShapes['Deployment'] ?? {};

const container = fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: fc.constantFrom('x:1', 'x:2') });
const config = fc.record(
  {
    replicas: fc.nat(3),
    selector: fc.constantFrom({ app: '1' }, { app: '2' }),
    labels: fc.dictionary(fc.constantFrom('l', 'm'), fc.constantFrom('1', '2'), { minKeys: 1 }),
    containers: fc.uniqueArray(container, { selector: (each) => each.name, minLength: 1 }),
  },
  { requiredKeys: [] },
);

type Config = Partial<{ replicas: number; selector: object; labels: Record<string, string>; containers: object[] }>;

function objectOf({ labels, containers, ...spec }: Config): Draft {
  const template = containers === undefined ? {} : { template: { spec: { containers } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', ...(labels ? { labels } : {}) },
    spec: { ...spec, ...template, kept: 'x' },
  };
}

function apply(live: Draft | undefined, wanted: Draft, manager: string): Draft {
  const writer = { manager, operation: 'Apply', apiVersion: 'apps/v1', subresource: '' } as const;
  const { object, entries } = applyConfiguration(live, wanted, writer, { shape, force: true });
  return { ...object, metadata: { ...object.metadata, managedFields: [...managedFields(entries, [], 0)] } };
}

function contentOf({ metadata: { labels }, spec }: Draft): object {
  return { labels, spec };
}

describe('server-side apply', () => {
  it('by one manager leaves exactly what it applied last', () => {
    fc.assert(
      fc.property(fc.array(config, { minLength: 1, maxLength: 4 }), (configs) => {
        const live = configs.reduce<Draft | undefined>((object, each) => apply(object, objectOf(each), 'one'), undefined);
        expect(contentOf(live!)).toEqual(contentOf(objectOf(configs.at(-1)!)));
      }),
    );
  });

  it('of the same changes nothing, and nobody’s fields', () => {
    fc.assert(
      fc.property(config, config, (ours, theirs) => {
        const both = apply(apply(undefined, objectOf(ours), 'one'), objectOf(theirs), 'two');
        expect(apply(both, objectOf(theirs), 'two')).toEqual(both);
      }),
    );
  });

  it('a manager that lets go leaves what the other applied', () => {
    fc.assert(
      fc.property(config, config, (ours, theirs) => {
        const both = apply(apply(undefined, objectOf(ours), 'one'), objectOf(theirs), 'two');
        expect(contentOf(apply(both, objectOf({}), 'one'))).toEqual(contentOf(objectOf(theirs)));
      }),
    );
  });
});
