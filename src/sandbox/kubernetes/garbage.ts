import { deleteObject } from './deletion.ts';
import type { DeleteOptions } from './deletion.ts';
import { resourceOf } from './kinds.ts';
import type { Kind, KindTable } from './kinds.ts';
import type { ApiObject } from './object.ts';
import type { Change, Store } from './store.ts';

type Held = { readonly resource: string; readonly object: ApiObject };

/**
 * What the garbage collector and the namespace controller do: dependents follow their last owner, foreground and orphan deletions
 * end, namespaces are emptied. Runs right after the write that causes it, never inside it. The answer stops it.
 */
export function collectGarbage(store: Store, kinds: KindTable): () => void {
  const pending: Change[] = [];
  const collector = new Collector(store, kinds);
  const work = (): void => {
    for (let change = pending.shift(); change !== undefined; change = pending.shift()) collector.follow(change);
  };
  return store.subscribe((change) => {
    if (!mayMatter(change)) return;
    if (pending.push(change) === 1) setImmediate(work);
  });
}

function mayMatter({ type, object }: Change): boolean {
  const { deletionTimestamp, ownerReferences } = object.metadata;
  return type === 'DELETED' || typeof deletionTimestamp === 'string' || (type === 'ADDED' && (ownerReferences ?? []).length > 0);
}

class Collector {
  readonly #store: Store;
  readonly #kinds: KindTable;

  constructor(store: Store, kinds: KindTable) {
    this.#store = store;
    this.#kinds = kinds;
  }

  follow(change: Change): void {
    const { object } = change;
    if (change.type === 'ADDED') this.#settleOwners({ resource: change.resource, object });
    else if (change.type === 'DELETED') this.#ownerIsGone(object);
    else this.#ownerIsMarked(change);
    this.#emptyNamespaces(object);
  }

  #ownerIsGone(owner: ApiObject): void {
    for (const dependent of this.#dependentsOf(owner.metadata.uid)) this.#settleOwners(dependent);
    for (const { ownerReferences } of [owner.metadata]) {
      for (const reference of ownerReferences ?? []) this.#endForeground(reference.uid);
    }
  }

  #ownerIsMarked({ resource, object }: Change): void {
    const finalizers = object.metadata.finalizers ?? [];
    const dependents = this.#dependentsOf(object.metadata.uid);
    if (finalizers.includes('orphan')) {
      for (const dependent of dependents) this.#rewriteOwners(dependent, (uid) => uid !== object.metadata.uid);
      this.#dropFinalizer({ resource, object }, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) {
      for (const dependent of dependents) this.#delete(dependent, 'Foreground');
      this.#endForeground(object.metadata.uid);
    }
  }

  /** Deletes a dependent whose owners are all gone; of several owners the gone ones are taken out. */
  #settleOwners(dependent: Held): void {
    const owners = dependent.object.metadata.ownerReferences ?? [];
    const living = owners.filter((owner) => this.#byUid(owner.uid) !== undefined);
    if (owners.length === living.length) return;
    if (living.length === 0) this.#delete(dependent, 'Background');
    else this.#rewriteOwners(dependent, (uid) => living.some((owner) => owner.uid === uid));
  }

  #endForeground(uid: string): void {
    const owner = this.#byUid(uid);
    if (owner === undefined || typeof owner.object.metadata.deletionTimestamp !== 'string') return;
    const blocking = this.#dependentsOf(uid).filter(({ object }) =>
      (object.metadata.ownerReferences ?? []).some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true),
    );
    if (blocking.length === 0) this.#dropFinalizer(owner, 'foregroundDeletion');
  }

  #emptyNamespaces(changed: ApiObject): void {
    const name = changed.kind === 'Namespace' ? changed.metadata.name : (changed.metadata.namespace ?? '');
    const namespace = this.#store.get('namespaces', '', name);
    if (typeof namespace?.metadata.deletionTimestamp !== 'string') return;
    const contents = this.#store.everything().filter(({ object }) => object.metadata.namespace === name);
    for (const held of contents) this.#delete(held, 'Background');
    if (contents.length > 0) return;
    this.#store.remove('namespaces', namespace);
  }

  #delete(held: Held, propagation: DeleteOptions['propagation']): void {
    const kind = this.#kindOf(held.resource);
    const live = this.#live(held);
    if (kind === undefined || live === undefined) return;
    deleteObject(this.#store, kind, live, { propagation, dryRun: false });
  }

  #rewriteOwners(held: Held, stays: (uid: string) => boolean): void {
    const live = this.#live(held);
    if (live === undefined) return;
    const ownerReferences = (live.metadata.ownerReferences ?? []).filter((owner) => stays(owner.uid));
    this.#store.put(held.resource, { ...live, metadata: { ...live.metadata, ownerReferences } });
  }

  #dropFinalizer(held: Held, finalizer: string): void {
    const live = this.#live(held);
    if (live?.metadata.finalizers?.includes(finalizer) !== true) return;
    const finalizers = live.metadata.finalizers.filter((other) => other !== finalizer);
    const next = { ...live, metadata: { ...live.metadata, finalizers } };
    if (finalizers.length === 0 && live.metadata['deletionGracePeriodSeconds'] === 0) this.#store.remove(held.resource, next);
    else this.#store.put(held.resource, next);
  }

  #dependentsOf(uid: string): readonly Held[] {
    return this.#store.everything().filter(({ object }) => (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid));
  }

  #byUid(uid: string): Held | undefined {
    return this.#store.everything().find(({ object }) => object.metadata.uid === uid);
  }

  #live({ resource, object }: Held): ApiObject | undefined {
    const live = this.#store.get(resource, object.metadata.namespace ?? '', object.metadata.name);
    return live?.metadata.uid === object.metadata.uid ? live : undefined;
  }

  #kindOf(resource: string): Kind | undefined {
    return this.#kinds.all().find((kind) => resourceOf(kind) === resource);
  }
}
