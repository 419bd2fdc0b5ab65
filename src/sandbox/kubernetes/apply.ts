import { isBody } from '../../kernel/json.ts';
import type { Body } from '../../kernel/json.ts';
import { compareFields, intersect, isEmptySet, noFields, partsOf, pathsOf, unite } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { ownable, ownedFields, readEntries, replaceEntry, sameWriter, withoutTaken } from './managers.ts';
import type { Entry, Writer } from './managers.ts';
import type { Draft } from './object.ts';
import { Refusal } from './refusal.ts';
import { shapeOfField } from './shape.ts';
import type { Shape } from './shape.ts';

export type Applied = { readonly object: Draft; readonly entries: readonly Entry[] };

/**
 * Server-side apply as structured-merge-diff v6 does it: merge, take away what this writer alone had applied before and applies no
 * longer, compare with the live object, refuse (409) what others own unless forced. Throws Refusal.
 */
export function applyConfiguration(live: Draft | undefined, config: Draft, writer: Writer, how: { shape: Shape; force: boolean }): Applied {
  const { shape, force } = how;
  const set = ownedFields(config, shape);
  const entries = readEntries(live);
  const others = entries.filter((entry) => !sameWriter(entry, writer));
  const last = entries.find((entry) => sameWriter(entry, writer))?.set ?? noFields;
  const owned = others.reduce((sum, entry) => unite(sum, entry.set), set);

  const merged = mergeValues(live ?? {}, config, shape);
  const pruned = { ...config, ...asBody(prune(merged, { last, owned }, shape)) };

  const difference = compareFields(ownable(live), ownable(pruned), shape);
  const conflicts = others
    .map((entry) => ({ entry, set: intersect(entry.set, difference.changed) }))
    .filter((found) => !isEmptySet(found.set));
  if (conflicts.length > 0 && !force) throw describeConflicts(conflicts);
  return { object: pruned, entries: replaceEntry(withoutTaken(entries, writer, difference), { ...writer, time: '', set }) };
}

function describeConflicts(conflicts: readonly { entry: Entry; set: FieldSet }[]): Refusal {
  const causes = conflicts.flatMap(({ entry, set }) =>
    pathsOf(set).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${describeWriter(entry)}`,
      field,
    })),
  );
  const what = causes.map((cause) => `${cause.message}: ${cause.field}`).join('\n');
  return new Refusal(409, 'Conflict', `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${what}`, { causes });
}

/** As the API server names a manager: of appliers the name alone. */
function describeWriter({ manager, operation, apiVersion, subresource }: Entry): string {
  const place = subresource === '' ? '' : ` with subresource "${subresource}"`;
  return `"${manager}"${place}${operation === 'Apply' ? '' : ` using ${apiVersion}`}`;
}

/** The live value with everything that the configuration says. */
function mergeValues(live: unknown, config: unknown, shape: Shape): unknown {
  const held = partsOf(live, shape);
  const wanted = partsOf(config, shape);
  if (held === undefined || wanted === undefined) return config;
  const merged = new Map(held);
  for (const [step, value] of wanted)
    merged.set(step, merged.has(step) ? mergeValues(merged.get(step), value, partShape(shape, step)) : value);
  return Array.isArray(config) ? orderItems(held, wanted).map((step) => merged.get(step)) : fromParts(merged);
}

/**
 * The order of structured-merge-diff: the configuration's, with the items that only the live list has before the shared one they
 * stood before.
 */
function orderItems(held: ReadonlyMap<string, unknown>, wanted: ReadonlyMap<string, unknown>): readonly string[] {
  const live = [...held.keys()];
  const shared = [...wanted.keys()].filter((step) => held.has(step));
  const order: string[] = [];
  const takeLive = (until: string | undefined): void => {
    for (let step = live.shift(); step !== undefined && step !== until; step = live.shift()) if (!wanted.has(step)) order.push(step);
  };
  takeLive(shared.shift());
  for (const step of wanted.keys()) {
    order.push(step);
    if (held.has(step)) takeLive(shared.shift());
  }
  return order;
}

/** Takes away what was applied before (`last`) and what nobody owns now; a container that others filled stays. */
function prune(value: unknown, sets: { last: FieldSet; owned: FieldSet }, shape: Shape): unknown {
  const parts = partsOf(value, shape);
  if (parts === undefined) return value;
  const kept = new Map(parts);
  for (const [step, last] of sets.last.children) {
    if (!parts.has(step)) continue;
    const owned = sets.owned.children.get(step);
    const inside = pruneInside(parts.get(step), { last, owned: owned ?? noFields }, partShape(shape, step));
    if (goes(step, { last, owned }, inside)) kept.delete(step);
    else kept.set(step, inside ?? parts.get(step));
  }
  return Array.isArray(value) ? [...kept.values()] : fromParts(kept);
}

/** Undefined where the whole value had been applied, not fields of it. */
function pruneInside(value: unknown, sets: { last: FieldSet; owned: FieldSet }, shape: Shape): unknown {
  return sets.last.children.size === 0 ? undefined : prune(value, sets, shape);
}

function asBody(value: unknown): Body {
  return isBody(value) ? value : {};
}

/**
 * Whether a part that was applied goes altogether. An item of a list goes when nobody else owns the item itself, with whatever
 * others set in it; a field when nobody owns it and nothing is left in it.
 */
function goes(step: string, sets: { last: FieldSet; owned: FieldSet | undefined }, inside: unknown): boolean {
  if (step.startsWith('k:')) return sets.last.member && sets.owned?.member !== true;
  return sets.owned === undefined && (inside === undefined || isBare(inside));
}

function isBare(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function partShape(shape: Shape, step: string): Shape {
  return step.startsWith('f:') ? shapeOfField(shape, step.slice(2)) : (shape.items ?? {});
}

function fromParts(parts: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...parts].map(([step, value]) => [step.slice(2), value]));
}

/** A value without the nulls in its objects: server-side apply takes them as not said. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isBody(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, held]) => held !== null)
      .map(([field, held]) => [field, withoutNulls(held)]),
  );
}
