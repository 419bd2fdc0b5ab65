import type { KubeObject } from '../resources/meta.ts';
import type { WatchEvent } from './answers.ts';

/**
 * The objects of one kind as last seen, in whatever order news arrive: from the watch, from lists, and as answers to our own
 * writes. An older version never replaces a newer one; every change is answered once, as an event.
 */
export class ObjectCache {
  readonly #objects = new Map<string, KubeObject>();
  // Uids of deleted objects: an answer that was on its way must not bring one back. The oldest are forgotten.
  readonly #deleted = new Set<string>();
  #listed = 0n;

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  list(namespace?: string): readonly KubeObject[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter((object) => (object.metadata.namespace ?? '') === namespace);
  }

  /** Takes an object in; undefined where it says nothing new. */
  put(object: KubeObject): WatchEvent | undefined {
    const { namespace = '', name, uid } = object.metadata;
    if (uid !== undefined && this.#deleted.has(uid)) return undefined;
    const held = this.get(namespace, name);
    if (held !== undefined && versionOf(held) >= versionOf(object)) return undefined;
    this.#objects.set(keyOf(namespace, name), object);
    return { type: held === undefined ? 'added' : 'modified', object };
  }

  /** Takes an object out; undefined where it is not there, or another one of its name is. */
  remove(object: KubeObject): WatchEvent | undefined {
    const { namespace = '', name, uid } = object.metadata;
    if (uid !== undefined) this.#bury(uid);
    const held = this.get(namespace, name);
    if (held === undefined || (uid !== undefined && held.metadata.uid !== uid)) return undefined;
    this.#objects.delete(keyOf(namespace, name));
    return { type: 'deleted', object };
  }

  /**
   * Makes the cache equal to a complete list that shows `version`. What we know to be newer than the list stays, unless the list is
   * older than the last one: then the server's history was set back, and the list is the truth.
   */
  replace(objects: readonly KubeObject[], version: string): readonly WatchEvent[] {
    const listed = toNumber(version);
    const setBack = listed < this.#listed;
    this.#listed = listed;
    const keys = new Set(objects.map((object) => keyOf(object.metadata.namespace ?? '', object.metadata.name)));
    const missing = [...this.#objects].filter(([key, held]) => !keys.has(key) && (setBack || versionOf(held) <= listed));
    const deleted = missing.flatMap(([, object]) => this.remove(object) ?? []);
    const changed = objects.flatMap((object) => (setBack ? this.#overwrite(object) : this.put(object)) ?? []);
    return [...deleted, ...changed];
  }

  #overwrite(object: KubeObject): WatchEvent | undefined {
    const { namespace = '', name, uid, resourceVersion } = object.metadata;
    if (uid !== undefined) this.#deleted.delete(uid);
    const held = this.get(namespace, name);
    if (held?.metadata.uid === uid && held?.metadata.resourceVersion === resourceVersion) return undefined;
    this.#objects.set(keyOf(namespace, name), object);
    return { type: held === undefined ? 'added' : 'modified', object };
  }

  #bury(uid: string): void {
    this.#deleted.add(uid);
    const oldest = this.#deleted.values().next().value;
    if (this.#deleted.size > 10_000 && oldest !== undefined) this.#deleted.delete(oldest);
  }
}

/** Versions are compared as numbers, which Kubernetes 1.35 guarantees and etcd always gave. */
function versionOf(object: KubeObject): bigint {
  return toNumber(object.metadata.resourceVersion ?? '');
}

function toNumber(version: string): bigint {
  return /^\d+$/.test(version) ? BigInt(version) : 0n;
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
