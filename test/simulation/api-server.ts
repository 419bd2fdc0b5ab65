import type { Acted, WatchEvent } from '../../src/cluster/answers.ts';
import { isKubeObject } from '../../src/cluster/objects.ts';
import type { Action } from '../../src/kernel/action.ts';
import type { Body } from '../../src/kernel/json.ts';
import { isBody, sameJson } from '../../src/kernel/json.ts';
import type { ObjectRef } from '../../src/kernel/refs.ts';
import { kubeTime } from '../../src/kernel/time.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import { groupOf } from '../../src/resources/meta.ts';

type Where = Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>;

export type Act = { readonly at: number; readonly action: Action; readonly outcome: Acted['kind'] };

/** Kinds whose status is written apart. */
const withStatus = new Set(['Rollout', 'AnalysisRun', 'ReplicaSet', 'Pod']);

/** A Kubernetes API in memory, as far as these objects need one: versions, preconditions, merge patches, finalizers, apply as a merge. */
export class ModelApiServer {
  readonly #objects = new Map<string, KubeObject>();
  readonly #now: () => number;
  readonly listeners = new Set<(event: WatchEvent) => void>();
  readonly acts: Act[] = [];
  #version = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get(where: Where): KubeObject | undefined {
    return this.#objects.get(keyOf(where));
  }

  list(kind: string, namespace?: string): readonly KubeObject[] {
    return [...this.#objects.values()].filter(
      (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
    );
  }

  act(action: Action): Acted {
    const acted = this.#carryOut(action);
    this.acts.push({ at: this.#now(), action, outcome: acted.kind });
    return acted;
  }

  create(object: KubeObject): Acted {
    const where = whereOf(object);
    if (this.get(where) !== undefined) return { kind: 'conflict', because: `${where.kind} ${where.name} already exists` };
    const created = { ...object.metadata, uid: `uid-${this.#version + 1}`, generation: 1, creationTimestamp: kubeTime(this.#now()) };
    return { kind: 'done', object: this.#store({ ...object, metadata: created }, 'added') };
  }

  /** A merge patch of one part: the status, everything else, or both where the kind keeps them together. */
  patch(where: Where, body: Body, part: 'status' | 'rest'): Acted {
    const live = this.get(where);
    if (live === undefined) return { kind: 'gone' };
    return this.#replace(live, merged(live, partOf(body, where.kind, part)));
  }

  /** What an apply would leave; nothing is stored. */
  predict(object: KubeObject): KubeObject {
    const live = this.get(whereOf(object));
    const next = live === undefined ? object : merged(live, withoutNull(object));
    return isKubeObject(next) ? next : object;
  }

  remove(where: Where): Acted {
    const live = this.get(where);
    if (live === undefined) return { kind: 'gone' };
    if ((live.metadata.finalizers ?? []).length === 0) {
      this.#drop(live);
      return { kind: 'done' };
    }
    if (typeof live.metadata.deletionTimestamp === 'string') return { kind: 'done', object: live };
    return this.#replace(live, { ...live, metadata: { ...live.metadata, deletionTimestamp: kubeTime(this.#now()) } });
  }

  #carryOut(action: Action): Acted {
    const { on, body = {} } = action;
    if (action.do === 'event') return { kind: 'done' };
    const live = this.get(on);
    const unmet = action.do === 'create' ? undefined : unmetBy(live, action);
    if (unmet !== undefined) return { kind: 'conflict', because: unmet };
    const acts: Readonly<Record<Action['do'], () => Acted>> = {
      create: () => this.create(named(body, on)),
      apply: () => (live === undefined ? this.create(named(body, on)) : this.#replace(live, this.predict(named(body, on)))),
      scale: () => this.patch(on, { spec: { replicas: body['replicas'] } }, 'rest'),
      patch: () => this.patch(on, body, 'rest'),
      status: () => this.patch(on, body, 'status'),
      delete: () => this.remove(on),
      evict: () => this.remove(on),
      event: () => ({ kind: 'done' }),
    };
    return acts[action.do]();
  }

  #replace(live: KubeObject, next: unknown): Acted {
    if (!isKubeObject(next)) return { kind: 'refused', because: 'the patch takes the object apart' };
    if (sameJson(live, next)) return { kind: 'done', object: live };
    const generation = (live.metadata.generation ?? 1) + (sameJson(live['spec'], next['spec']) ? 0 : 1);
    const { uid, creationTimestamp } = live.metadata;
    const metadata = { ...next.metadata, uid, creationTimestamp, generation };
    const stored = this.#store({ ...next, metadata }, 'modified');
    const doomed = typeof stored.metadata.deletionTimestamp === 'string' && (stored.metadata.finalizers ?? []).length === 0;
    if (doomed) this.#drop(stored);
    return { kind: 'done', object: stored };
  }

  #store(object: KubeObject, type: 'added' | 'modified'): KubeObject {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.#objects.set(keyOf(whereOf(stored)), stored);
    this.#tell({ type, object: stored });
    return stored;
  }

  #drop(object: KubeObject): void {
    this.#version += 1;
    this.#objects.delete(keyOf(whereOf(object)));
    this.#tell({ type: 'deleted', object: { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } } });
    // What it owned goes with it.
    const { uid } = object.metadata;
    for (const owned of [...this.#objects.values()]) {
      if ((owned.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid)) this.remove(whereOf(owned));
    }
  }

  #tell(event: WatchEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}

export function whereOf(object: KubeObject): Where {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

function keyOf({ group, kind, namespace, name }: Where): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

function unmetBy(live: KubeObject | undefined, { if: wanted }: Action): string | undefined {
  if (wanted === undefined || live === undefined) return undefined;
  if (wanted.uid !== undefined && wanted.uid !== live.metadata.uid) return 'another uid';
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== live.metadata.resourceVersion) return 'another resourceVersion';
  return undefined;
}

/** A sent object under its own name; what only the server says is left out. */
function named(body: Body, on: ObjectRef): KubeObject {
  const written = isBody(body['metadata']) ? body['metadata'] : {};
  const metadata = { ...written, name: on.name, ...(on.namespace === '' ? {} : { namespace: on.namespace }) };
  const version = on.group === '' ? 'v1' : `${on.group}/${on.group === 'argoproj.io' ? 'v1alpha1' : 'v1'}`;
  return { apiVersion: version, kind: on.kind, ...body, metadata };
}

function partOf(body: Body, kind: string, part: 'status' | 'rest'): Body {
  if (!withStatus.has(kind)) return body;
  const { status, ...rest } = body;
  return part === 'status' ? { status } : rest;
}

/** RFC 7386. */
function merged(held: unknown, patch: unknown): unknown {
  if (!isBody(patch)) return patch;
  const base = isBody(held) ? held : {};
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const next = { ...base, ...Object.fromEntries(given.map(([key, value]) => [key, merged(base[key], value)])) };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null));
}

/** An applied null says nothing. */
function withoutNull(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
