import * as z from 'zod';
import { isBody } from '../../kernel/json.ts';
import type { Body } from '../../kernel/json.ts';
import { badRequest } from './refusal.ts';

const Owner = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

const Strings = z.record(z.string(), z.string());

const Meta = z.looseObject({
  name: z.string().optional(),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  labels: Strings.nullish(),
  annotations: Strings.nullish(),
  finalizers: z.array(z.string()).nullish(),
  ownerReferences: z.array(Owner).nullish(),
  managedFields: z.array(z.unknown()).nullish(),
});
type Meta = z.infer<typeof Meta>;

/** An object as a client sends it: what is known of its metadata is typed, everything else untouched. */
export interface Draft {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Meta;
  readonly [field: string]: unknown;
}

/** An object as the store holds it. Never changed in place: a write makes another one. */
export interface ApiObject extends Draft {
  readonly metadata: Meta & { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}

/** Reads a body of a kind; apiVersion and kind may be left out, but not differ. Throws 400 with every problem in its sentence. */
export function readDraft(body: unknown, kind: { readonly apiVersion: string; readonly kind: string }): Draft {
  if (!isBody(body)) throw badRequest(`the body is not an object: expected a ${kind.kind} in version ${kind.apiVersion}`);
  const { apiVersion = kind.apiVersion, kind: named = kind.kind } = body;
  if (named !== kind.kind) throw badRequest(`${text(named)} in version "${text(apiVersion)}" cannot be handled as a ${kind.kind}`);
  if (apiVersion !== kind.apiVersion) {
    throw badRequest(`the API version in the data (${text(apiVersion)}) does not match the expected API version (${kind.apiVersion})`);
  }
  const metadata = Meta.safeParse(body['metadata'] ?? {});
  if (metadata.success) return { ...body, apiVersion: kind.apiVersion, kind: kind.kind, metadata: metadata.data };
  const problems = metadata.error.issues.map((issue) => `metadata.${issue.path.join('.')}: ${issue.message}`);
  throw badRequest(`${kind.kind} in version "${kind.apiVersion}" cannot be handled: ${problems.join('; ')}`);
}

/** A value inside an object, by field names; undefined where any of them is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((held, step) => (isBody(held) ? held[step] : undefined), value);
}

/** The object at a path, or an empty one. */
export function bodyAt(value: unknown, ...path: readonly string[]): Body {
  const held = at(value, ...path);
  return isBody(held) ? held : {};
}

/** The list at a path, or an empty one. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const held = at(value, ...path);
  return Array.isArray(held) ? held : [];
}

/** The text at a path; undefined where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const held = at(value, ...path);
  return typeof held === 'string' ? held : undefined;
}

/** A copy without some fields. */
export function without(body: Body, ...fields: readonly string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !fields.includes(field)));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
