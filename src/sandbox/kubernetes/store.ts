import { expired } from './refusal.ts';
import type { ApiObject } from './object.ts';

/** A write that happened. `before` is absent for an added object. */
export type Change = {
  readonly version: number;
  readonly resource: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
  readonly before?: ApiObject;
};

/** All objects with one version counter and a log of changes that can be compacted, as etcd has them. */
export class Store {
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #compactAfter: number;
  #log: Change[] = [];
  #version = 1;
  #compacted = 0;

  /** `compactAfter`: changes that are kept for watches that resume. */
  constructor(compactAfter: number) {
    this.#compactAfter = compactAfter;
  }

  get version(): number {
    return this.#version;
  }

  get(resource: string, namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(resource)?.get(keyOf(namespace, name));
  }

  /** Objects of a resource in the order of their keys. */
  list(resource: string, namespace?: string): readonly ApiObject[] {
    const entries = [...(this.#objects.get(resource) ?? [])];
    const wanted = namespace === undefined ? entries : entries.filter(([key]) => key.startsWith(`${namespace}/`));
    return wanted.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, object]) => object);
  }

  /** Every object, with its resource. */
  everything(): readonly { readonly resource: string; readonly object: ApiObject }[] {
    return [...this.#objects].flatMap(([resource, objects]) => [...objects.values()].map((object) => ({ resource, object })));
  }

  /** Stores an object under the next version; answers it with that version. */
  put(resource: string, object: ApiObject): ApiObject {
    const objects = this.#objects.get(resource) ?? new Map<string, ApiObject>();
    this.#objects.set(resource, objects);
    const key = keyOf(object.metadata.namespace ?? '', object.metadata.name);
    const before = objects.get(key);
    const stored = this.#versioned(object);
    objects.set(key, stored);
    const change = { version: this.#version, resource, object: stored };
    this.#announce(before === undefined ? { ...change, type: 'ADDED' } : { ...change, type: 'MODIFIED', before });
    return stored;
  }

  remove(resource: string, object: ApiObject): ApiObject {
    const { namespace, name } = object.metadata;
    this.#objects.get(resource)?.delete(keyOf(namespace ?? '', name));
    const last = this.#versioned(object);
    this.#announce({ version: this.#version, resource, type: 'DELETED', object: last, before: object });
    return last;
  }

  /** Changes after a version. Throws 410 when they are no longer all there. */
  since(version: number): readonly Change[] {
    if (version < this.#compacted) throw expired(`too old resource version: ${version} (${this.#compacted})`);
    return this.#log.filter((change) => change.version > version);
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all changes so far. */
  compact(): void {
    this.#log = [];
    this.#compacted = this.#version;
  }

  #versioned(object: ApiObject): ApiObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #announce(change: Change): void {
    this.#log.push(change);
    // Cut in lumps, so that a long log is not copied at every write.
    if (this.#log.length > this.#compactAfter * 2) {
      const cut = this.#log.splice(0, this.#log.length - this.#compactAfter);
      this.#compacted = cut.at(-1)?.version ?? this.#compacted;
    }
    for (const listener of this.#listeners) listener(change);
  }
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
