import { isBody, sameJson } from '../../kernel/json.ts';
import { itemsByKey, shapeOfField } from './shape.ts';
import type { Shape } from './shape.ts';

/** A set of fields, as managedFields hold it: a node is in the set where `member`, and so are the fields below it. */
export type FieldSet = { readonly member: boolean; readonly children: ReadonlyMap<string, FieldSet> };

export const noFields: FieldSet = { member: false, children: new Map() };
const leaf: FieldSet = { member: true, children: new Map() };

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

export function unite(left: FieldSet, right: FieldSet): FieldSet {
  const children = new Map(left.children);
  for (const [step, child] of right.children) children.set(step, unite(children.get(step) ?? noFields, child));
  return { member: left.member || right.member, children };
}

export function subtract(left: FieldSet, right: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of left.children) {
    const rest = subtract(child, right.children.get(step) ?? noFields);
    if (!isEmptySet(rest)) children.set(step, rest);
  }
  return { member: left.member && !right.member, children };
}

export function intersect(left: FieldSet, right: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of left.children) {
    const both = intersect(child, right.children.get(step) ?? noFields);
    if (!isEmptySet(both)) children.set(step, both);
  }
  return { member: left.member && right.member, children };
}

/** The set as FieldsV1. */
export function fieldsV1(set: FieldSet): object {
  const entries = [...set.children].sort(([left], [right]) => (left < right ? -1 : 1)).map(([step, child]) => [step, fieldsV1(child)]);
  return Object.fromEntries(set.member && entries.length > 0 ? [['.', {}], ...entries] : entries) as object;
}

export function readFieldsV1(json: unknown): FieldSet {
  if (!isBody(json)) return noFields;
  const entries = Object.entries(json);
  const children = entries.filter(([step]) => step !== '.').map(([step, child]) => [step, readMember(child)] as const);
  return { member: Object.hasOwn(json, '.'), children: new Map(children) };
}

function readMember(json: unknown): FieldSet {
  return isBody(json) && Object.keys(json).length > 0 ? readFieldsV1(json) : leaf;
}

/** Every field that a value sets. */
export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  if (isBody(value) && shape.atomic === undefined) {
    const entries = Object.entries(value).filter(([, held]) => held !== undefined);
    if (entries.length === 0) return leaf;
    const fields = entries.map(([field, held]) => [`f:${field}`, fieldsOf(held, shapeOfField(shape, field))] as const);
    return { member: false, children: new Map(fields.filter(([, set]) => !isEmptySet(set))) };
  }
  // A list with keys or of a set is owned by its items: an empty one by nobody.
  const children = childrenOfList(value, shape);
  return children === undefined ? leaf : { member: false, children };
}

function childrenOfList(value: unknown, shape: Shape): ReadonlyMap<string, FieldSet> | undefined {
  if (Array.isArray(value) && shape.list === 'set') return new Map(value.map((item) => [`v:${JSON.stringify(item)}`, leaf]));
  const items = itemsByKey(value, shape);
  if (items === undefined) return undefined;
  return new Map([...items].map(([key, item]) => [key, { ...fieldsOf(item, shape.items ?? {}), member: true }]));
}

export type Difference = { readonly changed: FieldSet; readonly removed: FieldSet };

/** The fields that `after` added or changed, and those that it no longer has. */
export function compareFields(before: unknown, after: unknown, shape: Shape): Difference {
  if (sameJson(before, after)) return { changed: noFields, removed: noFields };
  if (before === undefined) return { changed: fieldsOf(after, shape), removed: noFields };
  if (after === undefined) return { changed: noFields, removed: { ...fieldsOf(before, shape), member: true } };
  const left = partsOf(before, shape);
  const right = partsOf(after, shape);
  if (left === undefined || right === undefined) return { changed: leaf, removed: subtract(fieldsOf(before, shape), leaf) };
  const parts = [...new Set([...left.keys(), ...right.keys()])].map((step) => {
    const shapeOfPart = step.startsWith('f:') ? shapeOfField(shape, step.slice(2)) : (shape.items ?? {});
    return [step, compareItems(step, [left.get(step), right.get(step)], shapeOfPart)] as const;
  });
  return { changed: collect(parts, 'changed'), removed: collect(parts, 'removed') };
}

function compareItems(step: string, [before, after]: readonly [unknown, unknown], shape: Shape): Difference {
  const difference = compareFields(before, after, shape);
  // An item that is new is owned itself, not only the fields in it.
  if (before === undefined && step.startsWith('k:')) return { ...difference, changed: { ...difference.changed, member: true } };
  return difference;
}

function collect(parts: readonly (readonly [string, Difference])[], which: keyof Difference): FieldSet {
  const children = parts.map(([step, difference]) => [step, difference[which]] as const).filter(([, set]) => !isEmptySet(set));
  return { member: false, children: new Map(children) };
}

/** The parts of a value that are owned apart, by their FieldsV1 step; undefined where it is owned as a whole. */
export function partsOf(value: unknown, shape: Shape): ReadonlyMap<string, unknown> | undefined {
  if (isBody(value) && shape.atomic === undefined) return new Map(Object.entries(value).map(([field, held]) => [`f:${field}`, held]));
  if (Array.isArray(value) && shape.list === 'set') return new Map(value.map((item) => [`v:${JSON.stringify(item)}`, item as unknown]));
  return itemsByKey(value, shape);
}

/** The members of a set as paths for sentences: `.spec.template.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): readonly string[] {
  const below = [...set.children].flatMap(([step, child]) => pathsOf(child, `${prefix}${describeStep(step)}`));
  return set.member ? [prefix, ...below] : below;
}

function describeStep(step: string): string {
  if (step.startsWith('f:')) return `.${step.slice(2)}`;
  if (!step.startsWith('k:')) return `[=${step.slice(2)}]`;
  const key: unknown = JSON.parse(step.slice(2));
  const parts = Object.entries(isBody(key) ? key : {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${parts.join(',')}]`;
}
