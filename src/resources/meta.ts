import * as z from 'zod';
import { oneLine } from '../kernel/escape.ts';
import type { Body } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import { describeRef } from '../kernel/refs.ts';

const Strings = z.record(z.string(), z.string());

const OwnerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

export const ObjectMeta = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  labels: Strings.nullish(),
  annotations: Strings.nullish(),
  finalizers: z.array(z.string()).nullish(),
  ownerReferences: z.array(OwnerReference).nullish(),
});
export type ObjectMeta = z.infer<typeof ObjectMeta>;

/** A Kubernetes object as the API holds it: the fields of every kind typed, all others untouched. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** A parsed view beside the object it was read from. Writes start from `raw`, reads use `view`. */
export type Resource<View> = { readonly view: View; readonly raw: KubeObject };

export type Read<View> =
  { readonly kind: 'read'; readonly resource: Resource<View> } | { readonly kind: 'malformed'; readonly problems: readonly Problem[] };

/** Parses an object with the schema of its kind; a malformed one answers all its problems and harms no other. */
export function readResource<View>(schema: z.ZodType<View>, raw: KubeObject): Read<View> {
  const known = alreadyRead.get(schema)?.get(raw);
  // A schema only ever stored readings of its own view.
  if (known !== undefined) return known as Read<View>;
  const read = readAnew(schema, raw);
  const bySchema = alreadyRead.get(schema) ?? new WeakMap<KubeObject, Read<unknown>>();
  alreadyRead.set(schema, bySchema.set(raw, read));
  return read;
}

/** Objects are never changed in place, so each is read once, however many loops look at it. */
const alreadyRead = new WeakMap<z.ZodType, WeakMap<KubeObject, Read<unknown>>>();

function readAnew<View>(schema: z.ZodType<View>, raw: KubeObject): Read<View> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { kind: 'read', resource: { view: parsed.data, raw } };
  const problems = parsed.error.issues.map((issue) => ({
    at: `${describeRef(refOf(raw, ''))}: ${issue.path.join('.')}`,
    got: describeValue(valueAt(raw, issue.path)),
    expected: expectationOf(issue),
  }));
  return { kind: 'malformed', problems };
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function expectationOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' ? (kindNames[issue.expected] ?? issue.expected) : issue.message;
}

function describeValue(value: unknown): string {
  return value === undefined ? 'nothing' : oneLine(JSON.stringify(value));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (held, key) => (typeof held === 'object' && held !== null ? (held as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

/** `apps` of `apps/v1`, '' of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The reference of an object in a cluster. */
export function refOf(object: KubeObject, cluster: string): ObjectRef {
  const { name, namespace, uid } = object.metadata;
  return {
    cluster,
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: namespace ?? '',
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

/** Whether the object names the owner (by uid) as its controller. */
export function ownedBy(object: KubeObject, ownerUid: string): boolean {
  return (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === ownerUid && owner.controller !== false);
}

/** An owner reference that makes `owner` the controller of another object. */
export function controllerReference(owner: KubeObject): Body {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}
