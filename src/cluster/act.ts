import { Failure } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import type { Action } from '../kernel/action.ts';
import { describeRef } from '../kernel/refs.ts';
import type { KubeObject } from '../resources/meta.ts';
import type { Acted } from './answers.ts';
import { detailsOf, failureOfAnswer, messageOf } from './failures.ts';
import type { ApiAnswer } from './failures.ts';
import { isKubeObject } from './objects.ts';
import { apiVersionOf, collectionPath, objectPath } from './paths.ts';
import type { ServedKind } from './paths.ts';
import type { ApiRequest } from './transport.ts';

const mergePatch = 'application/merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/** The request that carries an action out (all but `event`). */
export function requestOf(action: Action, kind: ServedKind, fieldManager: string): ApiRequest {
  const { on } = action;
  const query = { fieldManager };
  const what = `${action.do} ${describeRef(on)}`;
  const patch = { method: 'PATCH', query, contentType: mergePatch, what } as const;
  switch (action.do) {
    case 'apply': {
      const body = identified(action, kind);
      return { ...patch, path: objectPath(kind, on), query: { ...query, force: 'true' }, contentType: applyPatch, body };
    }
    case 'create':
      return { method: 'POST', path: collectionPath(kind, on.namespace), query, body: identified(action, kind), what };
    case 'patch':
      return { ...patch, path: objectPath(kind, on), body: guarded(action) };
    case 'status':
      return { ...patch, path: objectPath(kind, on, statusOf(kind)), body: guarded(action) };
    case 'scale':
      // On the object itself: its answer is the whole object, and not every kind has the subresource.
      return {
        ...patch,
        path: objectPath(kind, on),
        body: guarded(scaled(action)),
      };
    case 'delete':
      return { method: 'DELETE', path: objectPath(kind, on), body: deleteOptions(action), what };
    case 'evict':
      return { method: 'POST', path: objectPath(kind, on, 'eviction'), body: eviction(action), what };
    case 'event':
      throw new Failure('unsupported', `${what}: events have a request of their own`);
  }
}

// What only the server says; a copied object has it.
const serverFields = ['managedFields', 'creationTimestamp', 'generation', 'selfLink'];
const identityFields = ['uid', 'resourceVersion'];

/** The body of a whole object: with its identity, and with the preconditions that the server is to compare. */
function identified(action: Action, kind: ServedKind): Body {
  const { name, namespace } = action.on;
  const body = action.body ?? {};
  const written = isBody(body['metadata']) ? body['metadata'] : {};
  const dropped = action.do === 'create' ? [...serverFields, ...identityFields] : serverFields;
  const metadata = Object.fromEntries(Object.entries(written).filter(([field]) => !dropped.includes(field)));
  const place = kind.namespaced ? { namespace } : {};
  return {
    ...body,
    apiVersion: body['apiVersion'] ?? apiVersionOf(kind),
    kind: kind.kind,
    metadata: { ...metadata, ...(metadata['generateName'] === undefined ? { name } : {}), ...place, ...action.if },
  };
}

function statusOf(kind: ServedKind): string {
  return kind.subresources.includes('status') ? 'status' : '';
}

function scaled(action: Action): Action {
  return { ...action, body: { spec: { replicas: action.body?.['replicas'] } } };
}

/** A merge patch with the preconditions in its metadata: the server answers 409 or 422 where they differ from the live object. */
function guarded(action: Action): Body {
  const body = action.body ?? {};
  if (action.if === undefined) return body;
  return { ...body, metadata: { ...(isBody(body['metadata']) ? body['metadata'] : {}), ...action.if } };
}

function deleteOptions(action: Action): Body {
  const propagationPolicy = action.body?.['propagationPolicy'] ?? 'Background';
  const said = { kind: 'DeleteOptions', apiVersion: 'v1', ...action.body, propagationPolicy };
  return action.if === undefined ? said : { ...said, preconditions: action.if };
}

function eviction({ on, if: preconditions }: Action): Body {
  const metadata = { name: on.name, namespace: on.namespace };
  const options = preconditions === undefined ? {} : { deleteOptions: { preconditions } };
  return { apiVersion: 'policy/v1', kind: 'Eviction', metadata, ...options };
}

/** What the server's answer means for the action. Throws Failure for an attempt that failed. */
export function actedOf(action: Action, answer: ApiAnswer): Acted {
  if (answer.code < 300) return isKubeObject(answer.body) && answer.body.kind !== 'Status' ? done(action, answer.body) : { kind: 'done' };
  const because = messageOf(answer.body);
  if (answer.code === 409) return { kind: 'conflict', because };
  if (answer.code === 404 && aboutItself(action, answer)) return { kind: 'gone' };
  if (answer.code === 422 && uidDiffers(action, answer)) return { kind: 'conflict', because };
  if (isRefusal(answer)) return { kind: 'refused', because };
  throw failureOfAnswer(answer, `${action.do} ${describeRef(action.on)}`);
}

function done(action: Action, object: KubeObject): Acted {
  return action.do === 'evict' ? { kind: 'done' } : { kind: 'done', object };
}

/** A 404 may also mean the namespace, or a kind that is no longer served. */
function aboutItself(action: Action, { body }: ApiAnswer): boolean {
  const { name, kind } = detailsOf(body);
  const namespaceMissing = kind === 'namespaces' && action.on.kind !== 'Namespace';
  return name === action.on.name && !namespaceMissing;
}

/** The API server answers a patch with another uid with 422 and this field, not with 409. */
function uidDiffers(action: Action, { body }: ApiAnswer): boolean {
  const causes = detailsOf(body)['causes'];
  return (
    action.if?.uid !== undefined && Array.isArray(causes) && causes.some((cause) => isBody(cause) && cause['field'] === 'metadata.uid')
  );
}

// Forbidden (403) is what admission answers too, about the object and not about us.
const admission = /denied the request|exceeded quota|violates PodSecurity|being terminated|is forbidden: .*(?:maximum|minimum) /;

function isRefusal({ code, body }: ApiAnswer): boolean {
  if (code === 403) return admission.test(messageOf(body));
  return code >= 400 && code < 500 && ![401, 408, 410, 429].includes(code);
}
