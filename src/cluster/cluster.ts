import { Failure } from '../kernel/failure.ts';
import type { Action } from '../kernel/action.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import { describeRef } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { groupOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';
import type { Prediction } from '../sync/step.ts';
import type { ClusterAccess } from './access.ts';
import { actedOf, requestOf } from './act.ts';
import type { Acted, GroupKind, WatchEvent } from './answers.ts';
import { ObjectCache } from './cache.ts';
import { createDiscovery } from './discovery.ts';
import type { Discovery } from './discovery.ts';
import { detailsOf, failureOfAnswer, messageOf } from './failures.ts';
import { readObject } from './objects.ts';
import { apiVersionOf, objectPath } from './paths.ts';
import type { ServedKind } from './paths.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { follow, listInto } from './reflector.ts';
import { createTransport } from './transport.ts';
import type { Transport } from './transport.ts';

export type ClusterOptions = {
  readonly name: string;
  readonly access: ClusterAccess;
  /** Who we are in managedFields and Events. */
  readonly fieldManager?: string;
  /** Limit of every request but watches. */
  readonly timeoutMs?: number;
  /** Ends all watches when it aborts, as `stop` does. */
  readonly signal?: AbortSignal;
  readonly log?: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  readonly now?: () => Millis;
  readonly random?: () => number;
};

/** Watched reads, and writes as actions, of one cluster. */
export interface Cluster {
  readonly name: string;
  watch(kind: GroupKind, signal: AbortSignal): Promise<'watched' | 'absent'>;
  list(kind: GroupKind, namespace?: string): readonly KubeObject[];
  get(ref: ObjectRef): KubeObject | undefined;
  onChange(listener: (event: WatchEvent) => void): () => void;
  read(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined>;
  isNamespaced(kind: GroupKind): Promise<boolean | undefined>;
  dryRun(object: KubeObject, signal: AbortSignal): Promise<Prediction>;
  act(action: Action, signal: AbortSignal): Promise<Acted>;
  /** Requests so far, by what was tried: `list pods`. */
  requests(): Readonly<Record<string, number>>;
  /** Ends all watches and closes the connections. */
  stop(): Promise<void>;
}

/** Opens a cluster; nothing is asked of it yet. */
export function createCluster(options: ClusterOptions): Promise<Cluster> {
  return Promise.resolve(new WatchedCluster(options));
}

class WatchedCluster implements Cluster {
  readonly name: string;
  readonly #options: ClusterOptions;
  readonly #manager: string;
  readonly #transport: Transport;
  readonly #discovery: Discovery;
  readonly #record: Recorder;
  readonly #caches = new Map<string, ObjectCache>();
  readonly #watches = new Map<string, Promise<'watched' | 'absent'>>();
  readonly #followers = new Set<Promise<void>>();
  readonly #listeners = new Set<(event: WatchEvent) => void>();
  readonly #stopped = new AbortController();
  readonly #signal: AbortSignal;

  constructor(options: ClusterOptions) {
    this.name = options.name;
    this.#options = options;
    this.#manager = options.fieldManager ?? 'windlass';
    this.#signal = options.signal === undefined ? this.#stopped.signal : AbortSignal.any([options.signal, this.#stopped.signal]);
    this.#transport = createTransport(options.access, { timeoutMs: options.timeoutMs ?? 30_000, userAgent: this.#manager });
    this.#discovery = createDiscovery(this.#transport, this.#signal);
    this.#record = createRecorder(this.#transport, { reporter: this.#manager, now: options.now ?? Date.now });
  }

  async watch(kind: GroupKind, signal: AbortSignal): Promise<'watched' | 'absent'> {
    const key = keyOf(kind);
    const watching = this.#watches.get(key) ?? this.#startWatch(kind);
    this.#watches.set(key, watching);
    const forget = (): void => void this.#watches.delete(key);
    watching.then((outcome) => outcome === 'absent' && forget(), forget);
    return untilAborted(watching, signal, `watch ${kind.kind}`);
  }

  list(kind: GroupKind, namespace?: string): readonly KubeObject[] {
    return this.#caches.get(keyOf(kind))?.list(namespace) ?? [];
  }

  get(ref: ObjectRef): KubeObject | undefined {
    const object = this.#caches.get(keyOf(ref))?.get(ref.namespace, ref.name);
    return ref.uid === undefined || object?.metadata.uid === ref.uid ? object : undefined;
  }

  onChange(listener: (event: WatchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async read(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
    const kind = await this.#discovery.find(ref.group, ref.kind);
    return kind === undefined ? undefined : this.#readServed(kind, ref, signal);
  }

  async isNamespaced(kind: GroupKind): Promise<boolean | undefined> {
    return (await this.#discovery.find(kind.group, kind.kind))?.namespaced;
  }

  async dryRun(object: KubeObject, signal: AbortSignal): Promise<Prediction> {
    const [group, version] = [groupOf(object.apiVersion), object.apiVersion.split('/').at(-1) ?? ''];
    const kind = await this.#discovery.find(group, object.kind, version);
    if (kind === undefined) return { kind: 'refused', because: `the cluster has no ${object.kind} in ${object.apiVersion}` };
    const { name, namespace = '' } = object.metadata;
    const on = { cluster: this.name, group, kind: object.kind, namespace, name };
    const asked = requestOf({ do: 'apply', on, body: object }, kind, this.#manager);
    const what = `predict ${describeRef(on)}`;
    const answer = await this.#transport.send({ ...asked, what, query: { ...asked.query, dryRun: 'All' } }, signal);
    if (answer.code < 300) return { kind: 'predicted', object: readObject(answer.body, what) };
    // Here the namespace may be missing still: a refusal as any other.
    const acted = answer.code === 404 ? undefined : actedOf({ do: 'apply', on }, answer);
    if (acted === undefined || acted.kind === 'conflict' || acted.kind === 'refused')
      return { kind: 'refused', because: messageOf(answer.body) };
    throw failureOfAnswer(answer, what);
  }

  async act(action: Action, signal: AbortSignal): Promise<Acted> {
    const kind = await this.#servedKind(action);
    if (kind === undefined)
      return { kind: 'refused', because: `the cluster has no ${action.on.kind} in group ${JSON.stringify(action.on.group)}` };
    if (action.do === 'event') return this.#recordAbout(action, kind, signal);
    const asked = this.#guard(action);
    const held = this.#caches.get(keyOf(action.on))?.get(action.on.namespace, action.on.name);
    const answer = await this.#transport.send(requestOf(asked, kind, this.#manager), signal);
    const acted = actedOf(asked, answer);
    if (acted.kind === 'done') this.#takeIn(action, acted, detailsOf(answer.body)['uid']);
    // So that the next pass sees what this one did not, also where the watch is late.
    else if (acted.kind === 'gone' && held !== undefined) this.#emit(this.#caches.get(keyOf(action.on))?.remove(held));
    else if (acted.kind === 'conflict' && this.#caches.has(keyOf(action.on)))
      await this.#readServed(kind, action.on, signal).catch(() => undefined);
    return acted;
  }

  requests(): Readonly<Record<string, number>> {
    return this.#transport.requests();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#followers);
    await this.#options.access.close();
  }

  async #startWatch(wanted: GroupKind): Promise<'watched' | 'absent'> {
    const kind = await this.#discovery.find(wanted.group, wanted.kind);
    if (kind === undefined) return 'absent';
    const cache = this.#caches.get(keyOf(wanted)) ?? new ObjectCache();
    this.#caches.set(keyOf(wanted), cache);
    const around = {
      transport: this.#transport,
      cache,
      emit: (event: WatchEvent) => this.#emit(event),
      warn: (fields: Readonly<Record<string, unknown>>, message: string) => this.#warn(fields, message),
      random: this.#options.random ?? Math.random,
      signal: this.#signal,
    };
    const version = await listInto(kind, around);
    const following = follow(kind, version, around);
    this.#followers.add(following);
    return 'watched';
  }

  /**
   * An apply with a resourceVersion creates the object anew where it was deleted meanwhile (seen on 1.34); with its uid it is a
   * conflict. So the uid is put beside the version where we know it.
   */
  #guard(action: Action): Action {
    if (action.do !== 'apply' || action.if?.resourceVersion === undefined || action.if.uid !== undefined) return action;
    const uid = action.on.uid ?? this.get(action.on)?.metadata.uid;
    return uid === undefined ? action : { ...action, if: { ...action.if, uid } };
  }

  /** A body that names its version is sent to that version, everything else to the preferred one. */
  async #servedKind({ on, body }: Action): Promise<ServedKind | undefined> {
    const written = body?.['apiVersion'];
    const version = typeof written === 'string' && groupOf(written) === on.group ? written.split('/').at(-1) : undefined;
    return this.#discovery.find(on.group, on.kind, version);
  }

  async #readServed(kind: ServedKind, ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
    const what = `get ${describeRef(ref)}`;
    const answer = await this.#transport.send({ method: 'GET', path: objectPath(kind, ref), what }, signal);
    if (answer.code === 404) return undefined;
    if (answer.code >= 300) throw failureOfAnswer(answer, what);
    const object = readObject(answer.body, what);
    this.#emit(this.#caches.get(keyOf(ref))?.put(object));
    return object;
  }

  async #recordAbout(action: Action, kind: ServedKind, signal: AbortSignal): Promise<Acted> {
    const uid = action.on.uid ?? this.get(action.on)?.metadata.uid;
    return this.#record(action, { apiVersion: apiVersionOf(kind), ...(uid === undefined ? {} : { uid }) }, signal);
  }

  /** Shows the server's answer in the cache; an answer without an object to a delete says that it is gone. */
  #takeIn(action: Action, acted: Extract<Acted, { kind: 'done' }>, deletedUid: unknown): void {
    const cache = this.#caches.get(keyOf(action.on));
    if (acted.object !== undefined) this.#emit(cache?.put(acted.object));
    else if (action.do === 'delete' && typeof deletedUid === 'string') {
      const held = cache?.get(action.on.namespace, action.on.name);
      if (held?.metadata.uid === deletedUid) this.#emit(cache?.remove(held));
    }
  }

  #emit(event: WatchEvent | undefined): void {
    if (event === undefined) return;
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (cause) {
        this.#warn({ because: String(cause) }, 'a listener failed');
      }
    }
  }

  #warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#options.log?.warn({ cluster: this.name, ...fields }, message);
  }
}

function keyOf(kind: GroupKind): string {
  return `${kind.group}/${kind.kind}`;
}

/** Waits for a promise that others share; an abort ends the waiting, not what is waited for. */
function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal, what: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new Failure('cancelled', `${what} was cancelled`));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}
