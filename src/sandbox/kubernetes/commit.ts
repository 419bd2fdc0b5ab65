import { randomUUID } from 'node:crypto';
import { sameJson } from '../../kernel/json.ts';
import { kubeTime } from '../../kernel/time.ts';
import { checkImmutable } from './checks.ts';
import { establish } from './crds.ts';
import { resourceOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { managedFields, ownersAfterUpdate, readEntries } from './managers.ts';
import type { Entry } from './managers.ts';
import { without } from './object.ts';
import type { ApiObject, Draft } from './object.ts';
import { withStringData } from './secret-data.ts';
import type { Store } from './store.ts';

/** What every write says about itself. */
export type Write = {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: '' | 'status';
  readonly manager: string;
  readonly dryRun: boolean;
};

/** What the server itself says about a new object. */
export function initial(kind: Kind, draft: Draft): Draft {
  const { apiVersion, metadata } = draft;
  const bare = kind.status ? { ...without(draft, 'status'), apiVersion, kind: draft.kind, metadata } : draft;
  if (kind.kind === 'Pod') return { ...bare, status: { phase: 'Pending' } };
  if (kind.kind === 'Namespace') return { ...bare, status: { phase: 'Active' } };
  return kind.kind === 'CustomResourceDefinition' ? establish(bare) : bare;
}

type Pending = { readonly live?: ApiObject; readonly next: Draft; readonly entries?: readonly Entry[] };

/** Stores the next state of an object, or answers the live one where nothing changes. The last finalizer of a deleted object ends it. */
export function commit(store: Store, write: Write, pending: Pending): ApiObject {
  const { kind } = write;
  const { live } = pending;
  const asked = withStringData({ ...pending.next, metadata: withoutEmpty(pending.next.metadata) });
  const next = live === undefined ? asked : withinSubresource(write, live, asked);
  if (live !== undefined) checkImmutable(kind, live, next);
  const writer = { manager: write.manager, operation: 'Update' as const, apiVersion: kind.apiVersion, subresource: write.subresource };
  const entries = pending.entries ?? ownersAfterUpdate(live, next, writer, kind.shape);
  const fields = managedFields(entries, readEntries(live), Date.now());
  const metadata = {
    // What a client says of a namespace does not matter: it is the one of the path, and none of an object of the whole cluster.
    ...without(next.metadata, 'managedFields', 'namespace'),
    ...systemMetadata(write, live, next),
    ...(fields.length > 0 ? { managedFields: [...fields] } : {}),
  };
  const object: ApiObject = { apiVersion: next.apiVersion, kind: next.kind, metadata, ...without(next, 'apiVersion', 'kind', 'metadata') };
  if (live !== undefined && sameJson(object, live)) return live;
  if (write.dryRun) return object;
  const resource = resourceOf(kind);
  return endsDeletion(object) ? store.remove(resource, object) : store.put(resource, object);
}

/** Whether nothing holds a deleted object any more. A pod that its kubelet still stops has a grace period above 0. */
function endsDeletion({ metadata }: ApiObject): boolean {
  const finalized = (metadata.finalizers ?? []).length === 0;
  return typeof metadata.deletionTimestamp === 'string' && finalized && metadata['deletionGracePeriodSeconds'] === 0;
}

function withinSubresource(write: Write, live: ApiObject, next: Draft): Draft {
  const { apiVersion, kind } = next;
  const status = write.subresource === 'status' ? next['status'] : live['status'];
  if (!write.kind.status) return next;
  const base = write.subresource === 'status' ? live : next;
  return { ...without(base, 'status'), apiVersion, kind, metadata: base.metadata, ...(status === undefined ? {} : { status }) };
}

function systemMetadata(write: Write, live: ApiObject | undefined, next: Draft): ApiObject['metadata'] {
  const namespace = write.kind.namespaced ? { namespace: write.namespace } : {};
  const name = next.metadata.name ?? write.name;
  if (live === undefined) {
    const generation = write.kind.generation ? { generation: 1 } : {};
    const creationTimestamp = kubeTime(Date.now());
    return { name, ...namespace, ...generation, uid: randomUUID(), resourceVersion: '', creationTimestamp };
  }
  const { uid, resourceVersion, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds } = live.metadata;
  const grown = generation !== undefined && specChanged(write.kind, live, next) ? { generation: generation + 1 } : {};
  return defined({
    name,
    ...namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    ...grown,
  });
}

/** Metadata as the server writes it: nothing that is empty. */
function withoutEmpty(metadata: Draft['metadata']): Draft['metadata'] {
  const empty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null && !empty(value)));
}

function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

function specChanged(kind: Kind, live: Draft, next: Draft): boolean {
  const counted = kind.status ? ['metadata', 'status'] : ['metadata'];
  return !sameJson(without(live, ...counted), without(next, ...counted));
}
