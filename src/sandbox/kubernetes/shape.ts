import { isBody } from '../../kernel/json.ts';
import type { Body } from '../../kernel/json.ts';

/**
 * How server-side apply and strategic merge treat the parts of a value (x-kubernetes-list-type, -list-map-keys, -map-type). What
 * is not said: maps are granular, lists are atomic.
 */
export type Shape = {
  readonly fields?: Readonly<Record<string, Shape>>;
  /** The shape of every value of a map with free keys. */
  readonly each?: Shape;
  readonly items?: Shape;
  readonly list?: 'map' | 'set';
  readonly keys?: readonly string[];
  /** What an item without one of the keys counts as. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly atomic?: true;
};

const free: Shape = {};
const atomic: Shape = { atomic: true };

export function shapeOfField(shape: Shape, field: string): Shape {
  const fields = shape.fields;
  if (fields !== undefined && Object.hasOwn(fields, field)) return fields[field] ?? free;
  return shape.each ?? free;
}

/** The items of a list by their identity (`k:{...}` as in FieldsV1); undefined where the list is atomic or an item has no key. */
export function itemsByKey(value: unknown, shape: Shape): ReadonlyMap<string, Body> | undefined {
  if (!Array.isArray(value) || shape.list !== 'map') return undefined;
  const items = new Map<string, Body>();
  for (const item of value as readonly unknown[]) {
    const key = isBody(item) ? keyOf(item, shape) : undefined;
    if (key === undefined || !isBody(item) || items.has(key)) return undefined;
    items.set(key, item);
  }
  return items;
}

function keyOf(item: Body, shape: Shape): string | undefined {
  const parts = [...(shape.keys ?? [])].sort().map((key) => [key, item[key] ?? shape.defaults?.[key]] as const);
  if (parts.some(([, value]) => value === undefined)) return undefined;
  return `k:${JSON.stringify(Object.fromEntries(parts))}`;
}

function listMap(keys: readonly string[], items: Shape = free, defaults: Readonly<Record<string, unknown>> = {}): Shape {
  return { list: 'map', keys, items, defaults };
}

const tcp = { protocol: 'TCP' };
const conditions = listMap(['type']);

const container: Shape = {
  fields: {
    ports: listMap(['containerPort', 'protocol'], free, tcp),
    env: listMap(['name']),
    volumeMounts: listMap(['mountPath']),
    volumeDevices: listMap(['devicePath']),
  },
};

const podSpec: Shape = {
  fields: {
    containers: listMap(['name'], container),
    initContainers: listMap(['name'], container),
    ephemeralContainers: listMap(['name'], container),
    volumes: listMap(['name']),
    imagePullSecrets: listMap(['name']),
    hostAliases: listMap(['ip']),
    topologySpreadConstraints: listMap(['topologyKey', 'whenUnsatisfiable']),
    nodeSelector: atomic,
  },
};

const metadata: Shape = { fields: { finalizers: { list: 'set' }, ownerReferences: listMap(['uid']) } };

function objectWith(spec: Shape, more: Readonly<Record<string, Shape>> = {}): Shape {
  return { fields: { metadata, spec, status: { fields: { conditions } }, ...more } };
}

const template: Shape = { fields: { metadata, spec: podSpec } };
const workload = objectWith({ fields: { selector: atomic, template } });

/** Shapes of the built-in kinds as their OpenAPI documents of Kubernetes 1.34 say, by kind; the rest is `plainShape`. */
export const builtInShapes: Readonly<Record<string, Shape>> = {
  Pod: objectWith(podSpec),
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Job: workload,
  Service: objectWith({ fields: { selector: atomic, ports: listMap(['port', 'protocol'], free, tcp) } }),
  ServiceAccount: { fields: { metadata, secrets: listMap(['name']) } },
  Event: { fields: { metadata, involvedObject: atomic } },
};

export const plainShape: Shape = objectWith(free);

/** The shape that an OpenAPI v3 schema of a CustomResourceDefinition declares. */
export function shapeOfSchema(schema: unknown): Shape {
  return { ...readSchema(schema), fields: { ...readSchema(schema).fields, metadata } };
}

function readSchema(schema: unknown): Shape {
  if (!isBody(schema)) return free;
  const keys = schema['x-kubernetes-list-map-keys'];
  const list = schema['x-kubernetes-list-type'];
  return {
    ...(isBody(schema['properties'])
      ? { fields: Object.fromEntries(Object.entries(schema['properties']).map(([field, held]) => [field, readSchema(held)])) }
      : {}),
    ...(isBody(schema['additionalProperties']) ? { each: readSchema(schema['additionalProperties']) } : {}),
    ...(isBody(schema['items']) ? { items: readSchema(schema['items']) } : {}),
    ...(list === 'map' || list === 'set' ? { list } : {}),
    ...(Array.isArray(keys) ? { keys: keys.filter((key) => typeof key === 'string') } : {}),
    ...(schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true as const } : {}),
  };
}
