import { randomUUID } from 'node:crypto';
import { applyConfiguration, withoutNulls } from './apply.ts';
import { checkName, checkNewObject } from './checks.ts';
import { commit, initial } from './commit.ts';
import type { Write } from './commit.ts';
import { resourceOf } from './kinds.ts';
import { bodyAt, readDraft, without } from './object.ts';
import type { ApiObject, Draft } from './object.ts';
import { alreadyExists, badRequest, conflict, invalid, notFound, Refusal } from './refusal.ts';
import type { Store } from './store.ts';

const staleVersion = 'the object has been modified; please apply your changes to the latest version and try again';

/** POST: 409 where the object exists. */
export function createObject(store: Store, write: Write, body: unknown): ApiObject {
  const draft = checkNewObject(store, write, readDraft(body, write.kind));
  const { resourceVersion } = draft.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '') {
    throw new Refusal(500, 'InternalError', 'resourceVersion should not be set on objects to be created');
  }
  const name = draft.metadata.name ?? `${draft.metadata.generateName ?? ''}${randomUUID().slice(0, 5)}`;
  checkName(write.kind, name);
  if (store.get(resourceOf(write.kind), write.namespace, name) !== undefined) throw alreadyExists(write.kind, name);
  const next = { ...draft, metadata: { ...draft.metadata, name } };
  return commit(store, write, { next: initial(write.kind, next) });
}

/** PUT: the resourceVersion and uid of the body, where it has them, must be those of the live object (409). */
export function replaceObject(store: Store, write: Write, body: unknown): ApiObject {
  const live = existing(store, write);
  const draft = readDraft(body, write.kind);
  if (draft.metadata.name !== write.name) {
    throw badRequest(`the name of the object (${draft.metadata.name ?? ''}) does not match the name on the URL (${write.name})`);
  }
  const { uid } = draft.metadata;
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw conflict(write.kind, write.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`);
  }
  return updateObject(store, write, draft);
}

/** A patch that `change` carries out on the live object. A changed resourceVersion is 409, a changed uid 422, as in Kubernetes. */
export function patchObject(store: Store, write: Write, change: (live: ApiObject) => unknown): ApiObject {
  const live = existing(store, write);
  const draft = readDraft(change(live), write.kind);
  const { name = '' } = draft.metadata;
  if (name !== write.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${write.name})`);
  checkUid(write, live, draft);
  return updateObject(store, write, draft);
}

/** Server-side apply; creates what is not there. */
export function applyObject(store: Store, write: Write, body: unknown, force: boolean): ApiObject {
  const draft = readDraft(withoutNulls(body), write.kind);
  if (write.manager === '') throw invalid(write.kind, write.name, [required('fieldManager', 'is required for apply patch')]);
  if (draft.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const named = { ...draft, metadata: { ...draft.metadata, name: draft.metadata.name ?? write.name } };
  if (named.metadata.name !== write.name) {
    throw badRequest(`the name of the object (${named.metadata.name}) does not match the name on the URL (${write.name})`);
  }
  const live = store.get(resourceOf(write.kind), write.namespace, write.name);
  const config = live === undefined ? checkNewObject(store, write, named) : named;
  if (live === undefined) checkApplyCreates(write, config);
  else {
    checkUid(write, live, config);
    checkVersion(write, live, config);
  }
  const writer = { manager: write.manager, operation: 'Apply' as const, apiVersion: write.kind.apiVersion, subresource: write.subresource };
  const applied = applyConfiguration(live, ownPart(write, config), writer, { shape: write.kind.shape, force });
  const next = { ...applied.object, metadata: { ...applied.object.metadata, name: write.name } };
  return commit(store, write, {
    ...(live === undefined ? { next: initial(write.kind, next) } : { live, next }),
    entries: applied.entries,
  });
}

export function existing(store: Store, write: Pick<Write, 'kind' | 'namespace' | 'name'>): ApiObject {
  const live = store.get(resourceOf(write.kind), write.namespace, write.name);
  if (live === undefined) throw notFound(write.kind, write.name);
  return live;
}

function updateObject(store: Store, write: Write, draft: Draft): ApiObject {
  const live = existing(store, write);
  checkVersion(write, live, draft);
  return commit(store, write, { live, next: draft });
}

/** Other than PUT, patches answer a foreign uid as a changed field. */
function checkUid(write: Write, live: ApiObject, draft: Draft): void {
  const { uid } = draft.metadata;
  if (uid === undefined || uid === live.metadata.uid) return;
  const message = `Invalid value: ${JSON.stringify(uid)}: field is immutable`;
  throw invalid(write.kind, write.name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.uid' }]);
}

function checkVersion(write: Write, live: ApiObject, draft: Draft): void {
  const { resourceVersion } = draft.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(write.kind, write.name, staleVersion);
  }
}

function checkApplyCreates(write: Write, config: Draft): void {
  if (write.subresource !== '') throw notFound(write.kind, write.name);
  checkName(write.kind, write.name);
  if (config.metadata.uid !== undefined) {
    const because = `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`;
    throw new Refusal(409, 'Conflict', because);
  }
}

function required(field: string, message: string): { reason: string; message: string; field: string } {
  return { reason: 'FieldValueRequired', message: `Required value: ${message}`, field };
}

/** The part of a configuration that this endpoint applies: of the object all but `status`, of the subresource `status` alone. */
function ownPart(write: Write, config: Draft): Draft {
  const { apiVersion, kind, metadata } = config;
  if (write.subresource === 'status') return { apiVersion, kind, metadata: { name: metadata.name ?? '' }, status: config['status'] ?? {} };
  return write.kind.status ? { ...without(config, 'status'), apiVersion, kind, metadata } : config;
}

/** The object with a field of its spec set, as a scale or binding does. */
export function withSpec(object: ApiObject, fields: object): Draft {
  return { ...object, spec: { ...bodyAt(object, 'spec'), ...fields } };
}
