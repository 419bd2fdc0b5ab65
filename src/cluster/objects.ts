import { Failure } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import type { KubeObject } from '../resources/meta.ts';

/** A JSON value as a Kubernetes object: the few fields that every cache needs are checked, the rest stays untouched. Throws Failure. */
export function readObject(value: unknown, what: string): KubeObject {
  if (isKubeObject(value)) return value;
  throw new Failure('broken-answer', `cannot ${what}: expected an object with apiVersion, kind and metadata.name, got ${excerpt(value)}`);
}

export function isKubeObject(value: unknown): value is KubeObject {
  if (!isBody(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') return false;
  return isBody(value['metadata']) && typeof value['metadata']['name'] === 'string';
}

export function excerpt(value: unknown): string {
  return (JSON.stringify(value) as string | undefined)?.slice(0, 120) ?? 'nothing';
}
