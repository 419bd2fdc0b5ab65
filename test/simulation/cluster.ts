import type { Acted, GroupKind, WatchEvent } from '../../src/cluster/answers.ts';
import { ObjectCache } from '../../src/cluster/cache.ts';
import { Failure } from '../../src/kernel/failure.ts';
import type { Action } from '../../src/kernel/action.ts';
import type { ObjectRef } from '../../src/kernel/refs.ts';
import type { ClusterPort } from '../../src/reconcile/ports.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { groupOf } from '../../src/resources/meta.ts';
import type { Prediction } from '../../src/sync/step.ts';
import type { ModelApiServer } from './api-server.ts';
import type { Life, Machine } from './machine.ts';

/** `lagging`: watches say nothing new until it is over. `failing`: a request may fail before or after it was carried out. */
export type ClusterFaults = { lagging: boolean; failing: () => boolean };

type Watched = { readonly cache: ObjectCache; readonly news: WatchEvent[] };

/** The cluster as one process sees it: caches that follow the server late, each kind in its own order. */
export class ModelCluster implements ClusterPort {
  readonly name = 'in-cluster';
  readonly #server: ModelApiServer;
  readonly #machine: Machine;
  readonly #life: Life;
  readonly #faults: ClusterFaults;
  readonly #watched = new Map<string, Watched>();
  readonly #listeners = new Set<(event: WatchEvent) => void>();

  constructor(server: ModelApiServer, machine: Machine, life: Life, faults: ClusterFaults) {
    this.#server = server;
    this.#machine = machine;
    this.#life = life;
    this.#faults = faults;
    server.listeners.add((event) => this.#hear(event));
  }

  async watch(kind: GroupKind): Promise<'watched' | 'absent'> {
    const key = keyOf(kind);
    if (this.#watched.has(key)) return 'watched';
    await this.#machine.turn(this.#life);
    if (this.#watched.has(key)) return 'watched';
    const watched: Watched = { cache: new ObjectCache(), news: [] };
    this.#watched.set(key, watched);
    for (const object of this.#server.list(kind.kind)) watched.cache.put(object);
    return 'watched';
  }

  list(kind: GroupKind, namespace?: string): readonly KubeObject[] {
    return this.#watched.get(keyOf(kind))?.cache.list(namespace) ?? [];
  }

  get(ref: ObjectRef): KubeObject | undefined {
    const object = this.#watched.get(keyOf(ref))?.cache.get(ref.namespace, ref.name);
    return ref.uid === undefined || object?.metadata.uid === ref.uid ? object : undefined;
  }

  onChange(listener: (event: WatchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async read(ref: ObjectRef): Promise<KubeObject | undefined> {
    await this.#request();
    const object = this.#server.get(ref);
    await this.#machine.turn(this.#life);
    if (object !== undefined) this.#take(object);
    return object;
  }

  isNamespaced(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async dryRun(object: KubeObject): Promise<Prediction> {
    await this.#request();
    return { kind: 'predicted', object: this.#server.predict(object) };
  }

  async act(action: Action): Promise<Acted> {
    await this.#request();
    const [held, known] = [this.#server.get(action.on), this.get(action.on)];
    const acted = this.#server.act(action);
    await this.#request();
    const deleted = action.do === 'delete' && acted.kind === 'done' && acted.object === undefined;
    const without = deleted ? held : acted.kind === 'gone' ? known : undefined;
    if (without !== undefined) this.#emit(this.#watched.get(keyOf(action.on))?.cache.remove(without));
    this.#show(acted, action.on);
    return acted;
  }

  /** What a server's answer shows is in the cache at once; after a conflict the object is read again. */
  #show(acted: Acted, on: ObjectRef): void {
    const shown = acted.kind === 'done' ? acted.object : acted.kind === 'conflict' ? this.#server.get(on) : undefined;
    if (shown !== undefined) this.#take(shown);
  }

  /** What was held back comes in. */
  release(): void {
    for (const watched of this.#watched.values()) watched.news.forEach(() => this.#deliverLater(watched));
  }

  async #request(): Promise<void> {
    await this.#machine.turn(this.#life);
    if (this.#faults.failing()) throw new Failure('server-error', 'the API server answered 500');
  }

  #hear(event: WatchEvent): void {
    const { object } = event;
    const watched = this.#watched.get(keyOf({ group: groupOf(object.apiVersion), kind: object.kind }));
    if (!this.#life.alive || watched === undefined) return;
    watched.news.push(event);
    if (!this.#faults.lagging) this.#deliverLater(watched);
  }

  #deliverLater(watched: Watched): void {
    this.#machine.later(() => {
      if (this.#faults.lagging) return;
      const event = watched.news.shift();
      if (event === undefined) return;
      const told = event.type === 'deleted' ? watched.cache.remove(event.object) : watched.cache.put(event.object);
      this.#emit(told);
    }, this.#life);
  }

  #take(object: KubeObject): void {
    this.#emit(this.#watched.get(keyOf({ group: groupOf(object.apiVersion), kind: object.kind }))?.cache.put(object));
  }

  #emit(event: WatchEvent | undefined): void {
    if (event !== undefined) for (const listener of [...this.#listeners]) listener(event);
  }
}

function keyOf(kind: GroupKind): string {
  return `${kind.group}/${kind.kind}`;
}
