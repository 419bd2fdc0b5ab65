import type { Body } from '../../kernel/json.ts';
import type { Kind, KindTable } from './kinds.ts';
import { openApiAt } from './openapi.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The discovery document at a path, or undefined. */
export function discoveryAt(kinds: KindTable, path: readonly string[]): Body | undefined {
  const [root = '', first = ''] = path;
  switch (root) {
    case 'version':
      return { major: '1', minor: '34', gitVersion: 'v1.34.0+windlass', platform: 'node' };
    case 'openapi':
      return first === 'v3' ? openApiAt(kinds, path.slice(2)) : undefined;
    case 'api':
      return first === '' ? { kind: 'APIVersions', versions: ['v1'] } : resourceList(kinds, '', first);
    case 'apis':
      return groupsAt(kinds, path.slice(1));
    default:
      return undefined;
  }
}

function groupsAt(kinds: KindTable, [group, version]: readonly string[]): Body | undefined {
  const groups = [...new Set(kinds.all().map((kind) => kind.group))].filter((name) => name !== '').sort();
  if (group === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((name) => apiGroup(kinds, name)) };
  if (!groups.includes(group)) return undefined;
  return version === undefined ? { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(kinds, group) } : resourceList(kinds, group, version);
}

/** The aggregated discovery (apidiscovery.k8s.io/v2) of `/api` or `/apis`. */
export function aggregatedDiscovery(kinds: KindTable, root: 'api' | 'apis'): Body {
  const served = kinds.all().filter((kind) => (kind.group === '') === (root === 'api'));
  const groups = [...new Set(served.map((kind) => kind.group))].sort();
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versionsOf(kinds, group).map((version) => ({
        version,
        freshness: 'Current',
        resources: served.filter((kind) => kind.group === group && kind.version === version).map(discovered),
      })),
    })),
  };
}

function discovered(kind: Kind): Body {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.kind };
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    shortNames: kind.shortNames,
    verbs,
    ...categoriesOf(kind),
    subresources: subresourcesOf(kind).map(({ name, kind: answer, verbs: allowed }) => ({
      subresource: name,
      responseKind: { ...responseKind, kind: answer },
      verbs: allowed,
    })),
  };
}

function resourceList(kinds: KindTable, group: string, version: string): Body | undefined {
  const served = kinds.all().filter((kind) => kind.group === group && kind.version === version);
  if (served.length === 0) return undefined;
  const resources = served.flatMap((kind) => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs,
      shortNames: kind.shortNames,
      ...categoriesOf(kind),
    },
    ...subresourcesOf(kind).map((sub) => ({
      name: `${kind.plural}/${sub.name}`,
      singularName: '',
      namespaced: kind.namespaced,
      kind: sub.kind,
      verbs: sub.verbs,
      ...(sub.of === undefined ? {} : sub.of),
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: group === '' ? version : `${group}/${version}`, resources };
}

const shownInAll = ['Pod', 'Service', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'];

function categoriesOf({ kind }: Kind): Body {
  return shownInAll.includes(kind) ? { categories: ['all'] } : {};
}

type Subresource = { name: string; kind: string; verbs: readonly string[]; of?: { group: string; version: string } };

function subresourcesOf(kind: Kind): readonly Subresource[] {
  const written = ['get', 'patch', 'update'];
  return [
    ...(kind.status ? [{ name: 'status', kind: kind.kind, verbs: written }] : []),
    ...(kind.scale ? [{ name: 'scale', kind: 'Scale', verbs: written, of: { group: 'autoscaling', version: 'v1' } }] : []),
    ...(kind.kind === 'Pod' && kind.group === ''
      ? [
          { name: 'binding', kind: 'Binding', verbs: ['create'] },
          { name: 'eviction', kind: 'Eviction', verbs: ['create'], of: { group: 'policy', version: 'v1' } },
        ]
      : []),
  ];
}

function versionsOf(kinds: KindTable, group: string): readonly string[] {
  return [
    ...new Set(
      kinds
        .all()
        .filter((kind) => kind.group === group)
        .map((kind) => kind.version),
    ),
  ];
}

function apiGroup(kinds: KindTable, name: string): Body {
  const versions = versionsOf(kinds, name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}
