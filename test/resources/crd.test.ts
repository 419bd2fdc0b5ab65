import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Body } from '../../src/kernel/json.ts';
import { isBody } from '../../src/kernel/json.ts';
import { crdSchemaOf } from '../../src/resources/crd-schema.ts';
import { customResourceDefinitions } from '../../src/resources/crd.ts';

const crds = customResourceDefinitions().map((crd) => {
  const { spec } = crd as unknown as { spec: { versions: readonly { schema: { openAPIV3Schema: Body }; subresources?: Body }[] } };
  const [version] = spec.versions;
  return { name: crd.metadata.name, crd, schema: version?.schema.openAPIV3Schema ?? {}, subresources: version?.subresources };
});

const keeps = 'x-kubernetes-preserve-unknown-fields';
const intOrString = 'x-kubernetes-int-or-string';

/** What a Kubernetes API server refuses or would drop, as one sentence per node. */
function complaints(schema: Body, path: string): readonly string[] {
  const { properties, additionalProperties, items } = schema;
  const own = [
    ...(schema.type === undefined && schema[keeps] !== true && schema[intOrString] !== true ? ['has no type'] : []),
    ...(properties !== undefined && additionalProperties !== undefined ? ['has properties and additionalProperties'] : []),
    ...(schema.type === 'object' && additionalProperties === undefined && schema[keeps] !== true ? ['drops unknown fields'] : []),
    ...['$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'const', 'default', 'minimum', '$schema']
      .filter((key) => key in schema)
      .map((key) => `has ${key}`),
  ];
  const children = isBody(properties) ? Object.entries(properties).map(([name, child]) => [`${path}.${name}`, child] as const) : [];
  const nested = [...children, [`${path}[]`, items] as const, [`${path}{}`, additionalProperties] as const];
  return [...own.map((what) => `${path} ${what}`), ...nested.flatMap(([below, child]) => (isBody(child) ? complaints(child, below) : []))];
}

describe.each(crds)('$name', ({ schema, crd }) => {
  it('is structural and drops nothing', () => {
    expect(complaints(schema, '').filter((each) => each !== '.metadata drops unknown fields')).toEqual([]);
  });

  it('leaves metadata to the server', () => {
    const { properties } = schema;
    if (isBody(properties)) expect(properties.metadata).toEqual({ type: 'object' });
  });

  it('stands in the chart as it is', () => {
    const text = readFileSync(new URL(`../../charts/windlass/crds/${crd.metadata.name}.yaml`, import.meta.url), 'utf8');
    expect(parse(text)).toEqual(JSON.parse(JSON.stringify(crd)));
  });
});

describe('definitions', () => {
  it('have the subresources that clients of Argo write to', () => {
    expect(Object.fromEntries(crds.map(({ name, subresources }) => [name.split('.')[0], Object.keys(subresources ?? {})]))).toEqual({
      applications: [],
      rollouts: ['status', 'scale'],
      analysisruns: ['status'],
      analysistemplates: [],
      clusteranalysistemplates: [],
      experiments: ['status'],
    });
  });

  it('are all in the chart, and nothing else is', () => {
    const names = readdirSync(new URL('../../charts/windlass/crds/', import.meta.url));
    expect(names.sort()).toEqual(crds.map(({ name }) => `${name}.yaml`).sort());
  });

  it('are up to date by the command that checks it', () => {
    const run = spawnSync(process.execPath, [fileURLToPath(new URL('../../scripts/generate.ts', import.meta.url)), '--check'], {
      encoding: 'utf8',
    });
    expect([run.stderr, run.status]).toEqual(['', 0]);
  });
});

describe('a schema becomes structural', () => {
  it.each([
    ['a whole number or text', z.union([z.int(), z.string()]), { [intOrString]: true }],
    ['the same, or null', z.union([z.int(), z.string()]).nullish(), { [intOrString]: true, nullable: true }],
    ['another union', z.union([z.string(), z.number(), z.boolean()]), { [keeps]: true }],
    ['anything', z.unknown(), { [keeps]: true }],
    ['a whole number', z.int(), { type: 'integer' }],
    ['one of several', z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    ['a map of texts', z.record(z.string(), z.string()), { type: 'object', additionalProperties: { type: 'string' } }],
    ['an object without known fields', z.looseObject({}), { type: 'object', [keeps]: true }],
    [
      'a list of objects',
      z.array(z.object({ name: z.string() })).nullish(),
      {
        type: 'array',
        nullable: true,
        items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } }, [keeps]: true },
      },
    ],
  ])('%s', (_, schema, expected) => {
    const { properties } = crdSchemaOf(z.object({ field: schema }));
    expect(isBody(properties) ? properties.field : undefined).toEqual(expected);
  });
});
