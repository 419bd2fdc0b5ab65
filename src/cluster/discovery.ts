import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import { failureOfAnswer } from './failures.ts';
import type { ServedKind } from './paths.ts';
import type { Transport } from './transport.ts';

export interface Discovery {
  /** The kind in the server's preferred version, or in the one that is asked for. Asks the server again before it says undefined. */
  find(group: string, kind: string, version?: string): Promise<ServedKind | undefined>;
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Which kinds the server serves: read at the first question and again at an unknown kind. Throws Failure. */
export function createDiscovery(transport: Transport, signal: AbortSignal): Discovery {
  let known: readonly ServedKind[] = [];
  let reading: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    reading ??= readServedKinds(transport, signal)
      .then((kinds) => void (known = kinds))
      .finally(() => (reading = undefined));
    return reading;
  };
  const search = (group: string, kind: string, version?: string): ServedKind | undefined =>
    known.find((served) => served.group === group && served.kind === kind && (version === undefined || served.version === version));
  return {
    find: async (group, kind, version) => {
      // A reading that is under way may have begun before the kind came: then one more follows.
      for (const attempts of reading === undefined ? [1] : [2, 1]) {
        const found = search(group, kind, version);
        if (found !== undefined || attempts === 0) return found;
        await refresh();
      }
      return search(group, kind, version);
    },
  };
}

async function readServedKinds(transport: Transport, signal: AbortSignal): Promise<readonly ServedKind[]> {
  const get = async (path: string): Promise<unknown> => {
    const what = `discover ${path} of ${transport.server}`;
    const answer = await transport.send({ method: 'GET', path, accept: aggregated, what }, signal);
    if (answer.code >= 300) throw failureOfAnswer(answer, what);
    return answer.body;
  };
  const roots = await Promise.all(['/api', '/apis'].map(get));
  if (roots.every((root) => field(root, 'kind') === 'APIGroupDiscoveryList')) return roots.flatMap(readAggregated);
  const paths = roots.flatMap(pathsOfVersions);
  // One group whose server is down must not hide the others.
  const lists = await Promise.all(paths.map((path) => get(path).catch(() => undefined)));
  return lists.flatMap(readResourceList);
}

function readAggregated(list: unknown): readonly ServedKind[] {
  return items(list, 'items').flatMap((group) =>
    items(group, 'versions').flatMap((version) =>
      items(version, 'resources').map((resource) => ({
        group: text(field(group, 'metadata'), 'name'),
        version: text(version, 'version'),
        kind: text(field(resource, 'responseKind'), 'kind'),
        plural: text(resource, 'resource'),
        namespaced: field(resource, 'scope') === 'Namespaced',
        subresources: items(resource, 'subresources').map((sub) => text(sub, 'subresource')),
      })),
    ),
  );
}

/** `/api/v1` and `/apis/G/V`, of every group the preferred version first. */
function pathsOfVersions(root: unknown): readonly string[] {
  if (field(root, 'kind') === 'APIVersions') return items(root, 'versions').map((version) => `/api/${String(version)}`);
  return items(root, 'groups').flatMap((group) => {
    const all = items(group, 'versions').map((version) => text(version, 'groupVersion'));
    const preferred = text(field(group, 'preferredVersion'), 'groupVersion');
    return [preferred, ...all.filter((version) => version !== preferred)]
      .filter((version) => version !== '')
      .map((version) => `/apis/${version}`);
  });
}

function readResourceList(list: unknown): readonly ServedKind[] {
  const groupVersion = text(list, 'groupVersion');
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  const resources = items(list, 'resources');
  const names = resources.map((resource) => text(resource, 'name'));
  return resources
    .filter((resource) => !text(resource, 'name').includes('/'))
    .map((resource) => ({
      group,
      version,
      kind: text(resource, 'kind'),
      plural: text(resource, 'name'),
      namespaced: field(resource, 'namespaced') === true,
      subresources: names
        .filter((name) => name.startsWith(`${text(resource, 'name')}/`))
        .map((name) => name.slice(text(resource, 'name').length + 1)),
    }));
}

function field(value: unknown, name: string): unknown {
  return isBody(value) ? value[name] : undefined;
}

function text(value: unknown, name: string): string {
  const held = field(value, name);
  return typeof held === 'string' ? held : '';
}

function items(value: unknown, name: string): readonly unknown[] {
  const held: unknown = (isBody(value) ? value : ({} as Body))[name];
  return Array.isArray(held) ? held : [];
}
