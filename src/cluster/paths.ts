/** A kind as the server serves it in one version. */
export type ServedKind = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
};

/** Path of all objects of a kind; of one namespace where given. */
export function collectionPath(kind: ServedKind, namespace = ''): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const within = kind.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${kind.plural}`;
}

/** Path of one object. The letter case of names stays: names of RBAC objects have capitals and colons. */
export function objectPath(kind: ServedKind, at: { readonly namespace: string; readonly name: string }, subresource = ''): string {
  const below = subresource === '' ? '' : `/${subresource}`;
  return `${collectionPath(kind, at.namespace)}/${encodeURIComponent(at.name)}${below}`;
}

export function apiVersionOf(kind: ServedKind): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}
