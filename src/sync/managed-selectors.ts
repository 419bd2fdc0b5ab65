import { isBody } from '../kernel/json.ts';
import { groupOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';
import { annotationOf } from './annotations.ts';

/** The key of a Service's selector that a Rollout writes (Argo Rollouts v1.9); a selector is atomic, so an apply would take it away. */
const hashKey = 'rollouts-pod-template-hash';

/** JSON pointer of what a Rollout owns in a Service that it manages. */
export const managedSelectorPointer = `/spec/selector/${hashKey}`;

function selectorOf(object: KubeObject): Readonly<Record<string, unknown>> {
  const spec = isBody(object['spec']) ? object['spec'] : {};
  return isBody(spec['selector']) ? spec['selector'] : {};
}

/** Whether a Rollout points this live Service at one of its ReplicaSets. */
export function isSelectorManaged(live: KubeObject): boolean {
  if (live.kind !== 'Service' || groupOf(live.apiVersion) !== '') return false;
  return annotationOf(live, 'argo-rollouts.argoproj.io/managed-by-rollouts') !== undefined && hashKey in selectorOf(live);
}

/** What to apply to such a Service: its target with the live hash, so that a sync never turns traffic away. */
export function keepSelector(target: KubeObject, live: KubeObject): KubeObject {
  const spec = isBody(target['spec']) ? target['spec'] : {};
  const selector = { ...selectorOf(target), [hashKey]: selectorOf(live)[hashKey] };
  return { ...target, spec: { ...spec, selector } };
}
