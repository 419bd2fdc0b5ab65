import { isBody } from '../kernel/json.ts';
import { groupOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';
import { ownWaveOf } from './annotations.ts';
import { kindOrder } from './kind-order.ts';
import { isCrd } from './targets.ts';

/** An object to apply and the wave in which that happens. */
export type Waved<Item> = { readonly item: Item; readonly wave: number };

/**
 * Items in the order of a sync: wave, kind, name. A Namespace comes no later than the first object in it, a CRD no later than the
 * first object of its kind (Argo CD v3.5): each takes over that object's wave.
 */
export function inWaves<Item extends { readonly body: KubeObject }>(items: readonly Item[]): readonly Waved<Item>[] {
  const waved = items.map((item) => ({ item, wave: waveAmong(item.body, items) }));
  return waved.sort((left, right) => left.wave - right.wave || byKindAndName(left.item.body, right.item.body));
}

function waveAmong(object: KubeObject, items: readonly { readonly body: KubeObject }[]): number {
  const serves = servedBy(object);
  const served = serves === undefined ? [] : items.filter((item) => serves(item.body));
  return Math.min(ownWaveOf(object), ...served.map((item) => ownWaveOf(item.body)));
}

/** Which objects need this one first; undefined for an object that nothing needs. */
function servedBy(object: KubeObject): ((other: KubeObject) => boolean) | undefined {
  if (object.kind === 'Namespace' && groupOf(object.apiVersion) === '') return (other) => other.metadata.namespace === object.metadata.name;
  if (!isCrd(object)) return undefined;
  const spec = isBody(object['spec']) ? object['spec'] : {};
  const names = isBody(spec['names']) ? spec['names'] : {};
  return (other) => other.kind === names['kind'] && groupOf(other.apiVersion) === spec['group'];
}

function byKindAndName(left: KubeObject, right: KubeObject): number {
  const order = kindOrder(left.kind) - kindOrder(right.kind);
  // Kinds that share the last place stay together, in the order of their names.
  const text = (object: KubeObject): string =>
    [object.kind, object.metadata.name, object.metadata.namespace ?? '', object.apiVersion].join('\0');
  return order !== 0 ? order : text(left) < text(right) ? -1 : 1;
}
