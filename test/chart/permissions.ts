import type { Rendered } from './helm.ts';

/** One permission: what RBAC decides about. A subresource is part of the resource's name (`pods/eviction`). */
export type Permission = { readonly group: string; readonly resource: string; readonly verb: string };

type Rule = { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] };

function rulesOf(role: Rendered): readonly Rule[] {
  return (role as unknown as { readonly rules: readonly Rule[] }).rules;
}

export function permissionsOf(roles: readonly Rendered[]): readonly Permission[] {
  const all = roles
    .flatMap(rulesOf)
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
    );
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
}

/** `delete replicasets.apps`, `patch rollouts/status.argoproj.io`, `list pods`. */
export function nameOf({ group, resource, verb }: Permission): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'patch', PUT: 'update', DELETE: 'delete' };

const resourcePath =
  /^\/(?:api|apis\/(?<group>[^/]+))\/v[^/]+\/(?:namespaces\/[^/]+\/(?=.))?(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<sub>[^/]+))?$/;

type Request = { readonly method: string; readonly path: string; readonly code: number };

/** The permissions that a request needed; none where it names no resource (discovery). An apply of a new object is also a create. */
export function neededBy({ method, path, code }: Request): readonly Permission[] {
  const url = new URL(path, 'http://api');
  const named = resourcePath.exec(url.pathname)?.groups;
  if (named === undefined) return [];
  const { group = '', plural = '', name, sub } = named;
  const resource = sub === undefined ? plural : `${plural}/${sub}`;
  const made = method === 'PATCH' && code === 201 ? [{ group, resource, verb: 'create' }] : [];
  return [{ group, resource, verb: verbs[method] ?? readingVerb(url, name) }, ...made];
}

function readingVerb(url: URL, name: string | undefined): string {
  if (url.searchParams.has('watch')) return 'watch';
  return name === undefined ? 'list' : 'get';
}
