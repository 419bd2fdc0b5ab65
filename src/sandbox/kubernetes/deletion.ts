import type { Body } from '../../kernel/json.ts';
import { kubeTime } from '../../kernel/time.ts';
import { resourceOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { at, bodyAt, textAt } from './object.ts';
import type { ApiObject } from './object.ts';
import { conflict } from './refusal.ts';
import type { Store } from './store.ts';

/** metav1.DeleteOptions, as far as they are known here. */
export type DeleteOptions = {
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly graceSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun: boolean;
};

/** Options from the body and the query of a DELETE. */
export function readDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const policy = textAt(body, 'propagationPolicy') ?? query.get('propagationPolicy');
  const grace = Number(at(body, 'gracePeriodSeconds') ?? query.get('gracePeriodSeconds') ?? NaN);
  const uid = textAt(body, 'preconditions', 'uid');
  const resourceVersion = textAt(body, 'preconditions', 'resourceVersion');
  return {
    propagation: policy === 'Foreground' || policy === 'Orphan' ? policy : 'Background',
    ...(Number.isNaN(grace) ? {} : { graceSeconds: grace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    dryRun: query.get('dryRun') === 'All' || Array.isArray(at(body, 'dryRun')),
  };
}

/**
 * Deletes an object, or marks it where a finalizer, a propagation policy or a running pod holds it. Answers the marked object, or a
 * Status when it is gone. Throws 409 where a precondition does not hold.
 */
export function deleteObject(store: Store, kind: Kind, live: ApiObject, options: DeleteOptions): Body {
  checkPreconditions(kind, live, options);
  const finalizers = finalizersFor(live, options);
  const graceSeconds = graceOf(store, kind, live, options);
  if (finalizers.length === 0 && graceSeconds === 0) {
    if (!options.dryRun) store.remove(resourceOf(kind), live);
    return gone(kind, live);
  }
  const marked = mark(kind, live, { finalizers, graceSeconds });
  return options.dryRun || marked === live ? live : store.put(resourceOf(kind), marked);
}

function checkPreconditions(kind: Kind, live: ApiObject, options: DeleteOptions): void {
  const { uid, resourceVersion, name } = live.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const versions = `${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw conflict(kind, name, `Precondition failed: ResourceVersion in precondition: ${versions}`);
  }
}

function finalizersFor(live: ApiObject, options: DeleteOptions): readonly string[] {
  const held = live.metadata.finalizers ?? [];
  if (options.propagation === 'Background') return held;
  return [...new Set([...held, options.propagation === 'Orphan' ? 'orphan' : 'foregroundDeletion'])];
}

/** Seconds until the object may go: a pod on a node is stopped by its kubelet, a namespace waits for what is in it. */
function graceOf(store: Store, kind: Kind, live: ApiObject, options: DeleteOptions): number {
  if (kind.kind === 'Namespace') return store.everything().some(({ object }) => object.metadata.namespace === live.metadata.name) ? 1 : 0;
  if (kind.kind !== 'Pod' || textAt(live, 'spec', 'nodeName') === undefined) return 0;
  const wanted = options.graceSeconds ?? at(live, 'spec', 'terminationGracePeriodSeconds');
  const marked = live.metadata['deletionGracePeriodSeconds'];
  const seconds = typeof wanted === 'number' ? wanted : 30;
  return typeof marked === 'number' ? Math.min(marked, options.graceSeconds ?? marked) : seconds;
}

function mark(kind: Kind, live: ApiObject, hold: { finalizers: readonly string[]; graceSeconds: number }): ApiObject {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds } = live.metadata;
  const sameHold = deletionGracePeriodSeconds === hold.graceSeconds && hold.finalizers.length === (finalizers ?? []).length;
  if (typeof deletionTimestamp === 'string' && sameHold) return live;
  return {
    ...live,
    metadata: {
      ...live.metadata,
      ...(hold.finalizers.length === 0 ? {} : { finalizers: [...hold.finalizers] }),
      ...(live.metadata.generation === undefined ? {} : { generation: live.metadata.generation + 1 }),
      deletionTimestamp: deletionTimestamp ?? kubeTime(Date.now()),
      deletionGracePeriodSeconds: hold.graceSeconds,
    },
    ...(kind.kind === 'Namespace' ? { status: { ...bodyAt(live, 'status'), phase: 'Terminating' } } : {}),
  };
}

function gone(kind: Kind, { metadata }: ApiObject): Body {
  const group = kind.group === '' ? {} : { group: kind.group };
  const details = { name: metadata.name, ...group, kind: kind.plural, uid: metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
