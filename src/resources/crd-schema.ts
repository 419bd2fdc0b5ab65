import * as z from 'zod';
import type { Body } from '../kernel/json.ts';
import { isBody } from '../kernel/json.ts';

const keep = { 'x-kubernetes-preserve-unknown-fields': true } as const;
const kept = ['type', 'nullable', 'enum', 'pattern', 'format', 'required'] as const;

/**
 * The structural OpenAPI v3 schema that a CustomResourceDefinition takes for a kind (apiextensions/v1, Kubernetes 1.34). Unknown fields
 * are kept at every object: kept at `spec` alone, a server drops those of declared children and stores steps as `{}`, silently.
 */
export function crdSchemaOf(schema: z.ZodType): Body {
  const { properties, required } = toBody(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' }));
  const fields = isBody(properties) ? properties : {};
  const text = { type: 'string' };
  return {
    type: 'object',
    ...(Array.isArray(required) ? { required: required.filter((field) => field !== 'metadata') } : {}),
    properties: { apiVersion: text, kind: text, ...structuralFields(fields), metadata: { type: 'object' } },
    ...keep,
  };
}

function structuralFields(fields: Body): Body {
  return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, structural(toBody(schema))]));
}

function structural(schema: Body): Body {
  const nullable = schema.nullable === true ? { nullable: true } : {};
  if (Array.isArray(schema.anyOf)) return { ...union(schema.anyOf.map(toBody)), ...nullable };
  // A value of any shape.
  if (schema.type === undefined) return { ...keep, ...nullable };
  const copied = Object.fromEntries(kept.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]));
  if (schema.type === 'array') return { ...copied, items: structural(toBody(schema.items)) };
  return schema.type === 'object' ? { ...copied, ...members(schema) } : copied;
}

// A server refuses a schema with both `properties` and `additionalProperties`; a map of texts has only the latter.
function members({ properties, additionalProperties }: Body): Body {
  const fields = isBody(properties) ? properties : {};
  if (Object.keys(fields).length > 0) return { properties: structuralFields(fields), ...keep };
  const values = toBody(additionalProperties);
  return Object.keys(values).length > 0 ? { additionalProperties: structural(values) } : keep;
}

/** Structural schemas know one union, whole number or text; any other takes every value. */
function union(variants: readonly Body[]): Body {
  const found = variants.map(({ type }) => type);
  const intOrString = found.length === 2 && found.includes('integer') && found.includes('string');
  return intOrString ? { 'x-kubernetes-int-or-string': true } : keep;
}

function toBody(value: unknown): Body {
  return isBody(value) ? value : {};
}
