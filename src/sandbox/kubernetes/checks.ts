import { sameJson } from '../../kernel/json.ts';
import type { Kind } from './kinds.ts';
import { at } from './object.ts';
import type { Draft } from './object.ts';
import { badRequest, invalid, notFound, Refusal } from './refusal.ts';
import type { Store } from './store.ts';

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A new object must have a name, be sent to its own namespace, and that namespace must be there and stay. */
export function checkNewObject(store: Store, where: { kind: Kind; namespace: string }, draft: Draft): Draft {
  const { kind, namespace } = where;
  const { name, generateName } = draft.metadata;
  if (name === undefined && generateName === undefined) {
    const message = 'Required value: name or generateName is required';
    throw invalid(kind, '', [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]);
  }
  if (!kind.namespaced) return draft;
  const written = draft.metadata.namespace;
  if (written !== undefined && written !== '' && written !== namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request: got ${written}, expected ${namespace}`,
    );
  }
  checkNamespace(store, kind, { namespace, name: name ?? generateName ?? '' });
  return { ...draft, metadata: { ...draft.metadata, namespace } };
}

function checkNamespace(store: Store, kind: Kind, { namespace, name }: { namespace: string; name: string }): void {
  const found = store.get('namespaces', '', namespace);
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (typeof found.metadata.deletionTimestamp !== 'string') return;
  const because = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new Refusal(403, 'Forbidden', `${kind.plural} "${name}" is forbidden: ${because}`, {
    name,
    kind: kind.plural,
    causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
  });
}

export function checkName(kind: Kind, name: string): void {
  // Names of RBAC objects are path segments, all others DNS names.
  const valid = kind.group === 'rbac.authorization.k8s.io' ? !/[/%]|^\.\.?$/.test(name) : dnsSubdomain.test(name) && name.length <= 253;
  if (valid) return;
  const message = `Invalid value: ${JSON.stringify(name)}: expected a lowercase RFC 1123 subdomain (letters, digits, - and .)`;
  throw invalid(kind, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.name' }]);
}

/** 422 where a field changed that cannot. */
export function checkImmutable(kind: Kind, live: Draft, next: Draft): void {
  const causes = kind.immutable
    .filter((path) => !sameJson(at(live, ...path), at(next, ...path)))
    .map((path) => ({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(at(next, ...path) ?? null)}: field is immutable`,
      field: path.join('.'),
    }));
  if (causes.length > 0) throw invalid(kind, next.metadata.name ?? '', causes);
}
