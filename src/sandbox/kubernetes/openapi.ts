import type { Body } from '../../kernel/json.ts';
import type { Kind, KindTable } from './kinds.ts';

/**
 * OpenAPI v3 documents with as much as kubectl looks for before it writes: that PATCH of a kind knows the parameter
 * `fieldValidation`. They hold no schemas. `path` is what follows `/openapi/v3`.
 */
export function openApiAt(kinds: KindTable, path: readonly string[]): Body | undefined {
  if (path.length === 0) {
    const prefixes = [...new Set(kinds.all().map(prefixOf))].sort();
    return { paths: Object.fromEntries(prefixes.map((prefix) => [prefix, { serverRelativeURL: `/openapi/v3/${prefix}` }])) };
  }
  const served = kinds.all().filter((kind) => prefixOf(kind) === path.join('/'));
  if (served.length === 0) return undefined;
  const info = { title: 'Kubernetes', version: 'v1.34.0' };
  return { openapi: '3.0.0', info, paths: Object.fromEntries(served.map(patchOf)), components: { schemas: {} } };
}

function patchOf(kind: Kind): readonly [string, Body] {
  const place = kind.namespaced ? 'namespaces/{namespace}/' : '';
  const patch = {
    parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
    responses: { '200': { description: 'OK' } },
    'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
  };
  return [`/${prefixOf(kind)}/${place}${kind.plural}/{name}`, { patch }];
}

function prefixOf(kind: Kind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${kind.apiVersion}`;
}
