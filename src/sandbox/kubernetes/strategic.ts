import { isBody } from '../../kernel/json.ts';
import type { Body } from '../../kernel/json.ts';
import { itemsByKey, shapeOfField } from './shape.ts';
import type { Shape } from './shape.ts';

/**
 * Strategic merge patch: a merge patch in which lists with keys are merged item by item. Of its directives `$patch: delete` and
 * `replace` on items and objects and `$setElementOrder` (ignored) are known.
 */
export function strategicPatch(target: unknown, patch: unknown, shape: Shape): unknown {
  if (Array.isArray(patch)) return patchList(target, patch, shape);
  if (!isBody(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const merged: Record<string, unknown> = isBody(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(withoutDirectives(patch))) {
    if (value === null) Reflect.deleteProperty(merged, field);
    else merged[field] = strategicPatch(merged[field], value, shapeOfField(shape, field));
  }
  return merged;
}

function patchList(target: unknown, patch: readonly unknown[], shape: Shape): unknown {
  if (shape.list === 'set') return [...new Set([...(Array.isArray(target) ? (target as readonly unknown[]) : []), ...patch])];
  const wanted = itemsByKey(patch, shape);
  const held = itemsByKey(target ?? [], shape);
  if (wanted === undefined || held === undefined) return patch;
  const merged = new Map<string, unknown>(held);
  for (const [key, item] of wanted) {
    if (item['$patch'] === 'delete') merged.delete(key);
    else merged.set(key, strategicPatch(held.get(key), item, shape.items ?? {}));
  }
  return [...merged.values()];
}

function withoutDirectives(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !field.startsWith('$')));
}
