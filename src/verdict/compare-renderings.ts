import { isBody, sameJson } from '../kernel/json.ts';
import type { KubeObject } from '../resources/meta.ts';
import { groupOf } from '../resources/meta.ts';

const tracking = ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/installation-id'];

/**
 * Fields that differ between two renderings beyond container images, each as one text (`Deployment shop/web: spec.replicas`), sorted;
 * empty where only images changed. Objects are told apart by group, kind, namespace and name; tracking annotations do not count.
 */
export function compareRenderings(before: readonly KubeObject[], after: readonly KubeObject[]): readonly string[] {
  const [old, young] = [byIdentity(before), byIdentity(after)];
  const found: string[] = [];
  for (const key of new Set([...old.keys(), ...young.keys()])) {
    const [left, right] = [old.get(key), young.get(key)];
    const object = left ?? right;
    if (object === undefined) continue;
    const name = describeObject(object);
    if (left === undefined) found.push(`${name}: added`);
    else if (right === undefined) found.push(`${name}: removed`);
    else found.push(...differingFields(left, right, []).map((path) => `${name}: ${path}`));
  }
  return [...new Set(found)].sort();
}

function byIdentity(objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  return new Map(objects.map((object) => [`${groupOf(object.apiVersion)}/${describeObject(object)}`, object]));
}

function describeObject({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

type Path = readonly (string | number)[];

function differingFields(left: unknown, right: unknown, path: Path): readonly string[] {
  if (isExpected(path) || sameJson(left, right)) return [];
  if (isBody(left) && isBody(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].flatMap((key) => differingFields(left[key], right[key], [...path, key]));
  }
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    return left.flatMap((item: unknown, index) => differingFields(item, right[index], [...path, index]));
  }
  return [describeFieldPath(path)];
}

/** What a new tag changes by itself: an image of a container, and the annotations that tracking writes. */
function isExpected(path: Path): boolean {
  const [last, index, list] = [path.at(-1), path.at(-2), path.at(-3)];
  if (last === 'image' && typeof index === 'number') return list === 'containers' || list === 'initContainers';
  return path.length === 3 && path[0] === 'metadata' && path[1] === 'annotations' && tracking.includes(String(last));
}

function describeFieldPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `[${step}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
