import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import { groupOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';

/** `namespace|group/kind|name` of every workload that an autoscaler among these objects scales. */
export function autoscaledWorkloads(objects: readonly KubeObject[]): ReadonlySet<string> {
  const scalers = objects.filter((object) => object.kind === 'HorizontalPodAutoscaler' && groupOf(object.apiVersion) === 'autoscaling');
  return new Set(scalers.flatMap((scaler) => targetKey(scaler) ?? []));
}

export function isAutoscaled(object: KubeObject, scaled: ReadonlySet<string>): boolean {
  return scaled.has(keyOf(object.metadata.namespace, groupOf(object.apiVersion), object.kind, object.metadata.name));
}

function targetKey(scaler: KubeObject): string | undefined {
  const spec = isBody(scaler['spec']) ? scaler['spec'] : {};
  const target = isBody(spec['scaleTargetRef']) ? spec['scaleTargetRef'] : {};
  const { apiVersion, kind, name } = target;
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined;
  return keyOf(scaler.metadata.namespace, typeof apiVersion === 'string' ? groupOf(apiVersion) : 'apps', kind, name);
}

function keyOf(namespace: string | undefined, group: string, kind: string, name: string): string {
  return `${namespace ?? ''}|${group}/${kind}|${name}`;
}

/** The object without `spec.replicas`. */
export function withoutReplicas(object: Body): Body {
  const spec = object['spec'];
  if (!isBody(spec)) return object;
  const { replicas: _replicas, ...rest } = spec;
  return { ...object, spec: rest };
}

/**
 * What to apply to a workload that an autoscaler scales (LOOP 24): its target without replicas once another manager owns that
 * field. Until then the live number is repeated, because server-side apply would reset a field that its only owner gives up to 1.
 */
export function keepReplicas(target: KubeObject, live: KubeObject): KubeObject {
  const bare: KubeObject = { ...target, ...withoutReplicas(target) };
  if (ownedByAnother(live)) return bare;
  const spec = isBody(live['spec']) ? live['spec'] : {};
  const own = isBody(bare['spec']) ? bare['spec'] : {};
  return spec['replicas'] === undefined ? bare : { ...bare, spec: { ...own, replicas: spec['replicas'] } };
}

function ownedByAnother(live: KubeObject): boolean {
  const entries: unknown = 'managedFields' in live.metadata ? live.metadata.managedFields : [];
  if (!Array.isArray(entries)) return false;
  return entries
    .filter(isBody)
    .some((entry) => entry['subresource'] === 'scale' || (entry['operation'] === 'Update' && ownsReplicas(entry)));
}

function ownsReplicas(entry: Body): boolean {
  const fields = isBody(entry['fieldsV1']) ? entry['fieldsV1'] : {};
  const spec = isBody(fields['f:spec']) ? fields['f:spec'] : {};
  return 'f:replicas' in spec;
}
