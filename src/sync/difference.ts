import { isBody, sameJson } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import type { KubeObject } from '../resources/meta.ts';

const serverFields = ['managedFields', 'resourceVersion', 'generation', 'creationTimestamp', 'uid', 'selfLink', 'deletionTimestamp'];
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object without what the server or other writers keep for themselves: status, server-filled metadata, the annotation of
 * client-side apply, empty maps of labels and annotations. Both sides of a comparison come from the server, so defaults are equal.
 */
export function comparable(object: KubeObject): Body {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.entries(metadata).filter(([name]) => !serverFields.includes(name));
  const named: Body = Object.fromEntries(kept);
  return { ...rest, metadata: withoutEmptyMaps({ ...named, annotations: withoutLastApplied(named['annotations']) }) };
}

function withoutLastApplied(annotations: unknown): unknown {
  if (!isBody(annotations)) return undefined;
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== lastApplied));
}

function withoutEmptyMaps(metadata: Body): Body {
  const empty = (value: unknown): boolean => value === undefined || value === null || (isBody(value) && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(metadata).filter(([name, value]) => !['annotations', 'labels'].includes(name) || !empty(value)));
}

/** Path of the first value that differs (`spec.template.spec.containers[0].image`), in the order of sorted keys; undefined where none does. */
export function firstDifference(left: unknown, right: unknown, path = ''): string | undefined {
  if (sameJson(left, right)) return undefined;
  if (isBody(left) && isBody(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    const key = keys.find((name) => !sameJson(left[name], right[name]));
    return key === undefined ? undefined : firstDifference(left[key], right[key], path === '' ? key : `${path}.${key}`);
  }
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    const index = left.findIndex((item, at) => !sameJson(item, right[at]));
    return firstDifference(left[index], right[index], `${path}[${index}]`);
  }
  return path;
}
