import { isBody } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import { describeRef, refKey } from '../kernel/refs.ts';
import { groupOf, refOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';
import { helmHookAnnotation, hookAnnotation, hookKindOf, trackingAnnotation } from './annotations.ts';
import { trackingNameOf, trackingTextFor } from './tracking.ts';

export type TargetApplication = {
  readonly name: string;
  readonly namespace: string;
  readonly destinationNamespace: string;
  /** The namespace whose Applications are tracked by name alone; absent: the Application's own. */
  readonly controlNamespace?: string;
};

export type Targets = {
  /** Ready to be applied: namespace settled, tracking id set, each object once. */
  readonly targets: readonly KubeObject[];
  /** Why the rendering cannot be synced. */
  readonly problems: readonly Problem[];
  /** What a person should know and that stops nothing. */
  readonly warnings: readonly string[];
};

type IsNamespaced = (kind: { readonly group: string; readonly kind: string }) => boolean | undefined;

/**
 * Makes targets of rendered objects: the destination namespace is put on namespaced objects that lack one and no namespace stays on
 * others, the tracking id is set (not on CRDs), of duplicates the last wins. `isNamespaced` answers undefined for a kind that the
 * server does not have: then a CRD among the objects says it.
 */
export function targetsOf(rendered: readonly KubeObject[], application: TargetApplication, isNamespaced: IsNamespaced): Targets {
  const scopes = scopesIn(rendered);
  const byKey = new Map<string, KubeObject>();
  const warnings: string[] = [];
  const problems: Problem[] = [];
  for (const object of rendered) {
    const kind = { group: groupOf(object.apiVersion), kind: object.kind };
    const namespaced = isNamespaced(kind) ?? scopes.get(`${kind.group}/${kind.kind}`) ?? true;
    const placed = placeInNamespace(object, namespaced, application.destinationNamespace);
    const ref = refOf(placed, '');
    const problem = problemWith(placed, namespaced);
    if (problem !== undefined) problems.push(problem);
    else {
      const key = refKey(ref);
      if (byKey.has(key)) warnings.push(`${describeRef(ref)} is rendered more than once: the last one counts`);
      byKey.set(key, track(placed, application));
    }
  }
  const targets = [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, target]) => target);
  return { targets, problems, warnings: warnings.sort() };
}

function scopesIn(rendered: readonly KubeObject[]): ReadonlyMap<string, boolean> {
  return new Map(
    rendered.flatMap((object): (readonly [string, boolean])[] => {
      const spec = isCrd(object) && isBody(object['spec']) ? object['spec'] : {};
      const names = isBody(spec['names']) ? spec['names'] : {};
      if (typeof spec['group'] !== 'string' || typeof names['kind'] !== 'string') return [];
      return [[`${spec['group']}/${names['kind']}`, spec['scope'] !== 'Cluster']];
    }),
  );
}

/** Whether an object defines a kind. */
export function isCrd(object: KubeObject): boolean {
  return object.kind === 'CustomResourceDefinition' && groupOf(object.apiVersion) === 'apiextensions.k8s.io';
}

function placeInNamespace(object: KubeObject, namespaced: boolean, destination: string): KubeObject {
  const { namespace, ...rest } = object.metadata;
  if (!namespaced) return { ...object, metadata: rest };
  const wanted = namespace === undefined || namespace === '' ? destination : namespace;
  return { ...object, metadata: wanted === '' ? rest : { ...rest, namespace: wanted } };
}

function problemWith(object: KubeObject, namespaced: boolean): Problem | undefined {
  const at = describeRef(refOf(object, ''));
  if (hookKindOf(object) === 'hook') {
    const name = object.metadata.annotations?.[hookAnnotation] === undefined ? helmHookAnnotation : hookAnnotation;
    const expected = 'no hook: hooks are not run yet (Skip is allowed)';
    return { at: `${at}: ${name}`, got: JSON.stringify(object.metadata.annotations?.[name]), expected };
  }
  if (!namespaced || object.metadata.namespace !== undefined) return undefined;
  return { at: `${at}: metadata.namespace`, got: 'nothing', expected: 'a namespace, because spec.destination has none' };
}

function track(object: KubeObject, application: TargetApplication): KubeObject {
  if (isCrd(object)) return object;
  const text = trackingTextFor(object, trackingNameOf(application), application.destinationNamespace);
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [trackingAnnotation]: text } } };
}
