import type { Kind, KindTable } from './kinds.ts';

/** What a path of the API names. Names keep their letter case. */
export type Route =
  | {
      readonly about: 'objects';
      readonly kind: Kind;
      readonly namespace: string | undefined;
      readonly name: string;
      readonly subresource: string;
    }
  | { readonly about: 'document'; readonly path: readonly string[] };

/** Resolves a path; undefined where nothing is served. */
export function resolvePath(kinds: KindTable, pathname: string): Route | undefined {
  const steps = pathname
    .split('/')
    .filter((step) => step !== '')
    .map(decodeStep);
  const [group = '', version = '', ...rest] = steps[0] === 'api' ? ['', ...steps.slice(1)] : steps.slice(1);
  if (!['api', 'apis'].includes(steps[0] ?? '') || rest.length === 0) return { about: 'document', path: steps };
  const place = splitNamespace(rest);
  const kind = kinds.find(group, version, place.plural);
  if (kind === undefined || (place.namespace !== undefined && !kind.namespaced)) return undefined;
  return { about: 'objects', kind, namespace: place.namespace, name: place.name, subresource: place.subresource };
}

const namespaceSubresources = ['status', 'finalize'];

function splitNamespace(rest: readonly string[]): { namespace: string | undefined; plural: string; name: string; subresource: string } {
  const [first = '', second = '', third = '', name = '', ...deeper] = rest;
  const ofNamespace = first !== 'namespaces' || third === '' || (namespaceSubresources.includes(third) && name === '');
  if (ofNamespace) return { namespace: undefined, plural: first, name: second, subresource: rest.slice(2).join('/') };
  return { namespace: second, plural: third, name, subresource: deeper.join('/') };
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
