import type { GoValue } from './go-value.ts';
import { GoInt, GoMap, GoSlice, typeOf } from './go-value.ts';
import { refuse } from './refusal.ts';

type Visit = (pointer: { readonly item: GoValue; readonly index: number; readonly acc: GoValue }) => GoValue;

/** The elements that a closure visits: of a slice, or the bytes of a text. */
export function itemsToVisit(value: GoValue): readonly GoValue[] {
  if (value instanceof GoSlice) return value.items;
  if (typeof value === 'string') return Array.from(new TextEncoder().encode(value), (byte) => new GoInt(BigInt(byte), 'uint8'));
  return value instanceof GoMap && value.size === 0 ? [] : refuse(`a ${typeOf(value)} is no array`);
}

/** Index of the first element that the closure accepts, or of the last one. */
export function search(items: readonly GoValue[], visit: Visit, backwards: boolean): number | undefined {
  const accepts = accepting(visit);
  const found = backwards ? items.findLastIndex(accepts) : items.findIndex(accepts);
  return found < 0 ? undefined : found;
}

function accepting(visit: Visit): (item: GoValue, index: number) => boolean {
  return (item, index) => {
    const answer = visit({ item, index, acc: null });
    return typeof answer === 'boolean' ? answer : refuse(`a predicate answered a ${typeOf(answer)}`);
  };
}

type Run = (items: readonly GoValue[], visit: Visit, initial: GoValue | undefined) => GoValue;

function finding(backwards: boolean, read: (items: readonly GoValue[], index: number) => GoValue): Run {
  return (items, visit) => {
    const index = search(items, visit, backwards);
    return index === undefined ? null : read(items, index);
  };
}

function counting(read: (count: number) => GoValue): Run {
  return (items, visit) => read(items.filter(accepting(visit)).length);
}

const itemAt = (items: readonly GoValue[], index: number): GoValue => items[index] ?? null;
const positionOf = (_: readonly GoValue[], index: number): GoValue => new GoInt(BigInt(index));

const runs: Readonly<Record<string, Run>> = {
  all: (items, visit) => items.every(accepting(visit)),
  none: (items, visit) => !items.some(accepting(visit)),
  any: (items, visit) => items.some(accepting(visit)),
  one: counting((count) => count === 1),
  count: counting((count) => new GoInt(BigInt(count))),
  filter: (items, visit) => new GoSlice(items.filter(accepting(visit))),
  find: finding(false, itemAt),
  findLast: finding(true, itemAt),
  findIndex: finding(false, positionOf),
  findLastIndex: finding(true, positionOf),
  map: (items, visit) => new GoSlice(items.map((item, index) => visit({ item, index, acc: null }))),
  groupBy,
  reduce,
};

function groupBy(items: readonly GoValue[], visit: Visit): GoValue {
  let groups = new GoMap([], 'map[any][]any');
  for (const [index, item] of items.entries()) {
    const key = visit({ item, index, acc: null });
    const held = groups.get(key);
    const members = held instanceof GoSlice ? held.items : [];
    groups = new GoMap([...groups.entries(), [key, new GoSlice([...members, item])]], groups.type);
  }
  return groups;
}

function reduce(items: readonly GoValue[], visit: Visit, initial: GoValue | undefined): GoValue {
  const [first] = items;
  if (initial === undefined && first === undefined) return refuse('reduce of an empty array needs an initial value');
  const start = initial === undefined ? 1 : 0;
  return items
    .slice(start)
    .reduce<GoValue>((acc, item, at) => visit({ item, index: at + start, acc }), initial === undefined ? (first ?? null) : initial);
}

/** Runs a function with a closure over the elements. */
export function runPredicate(name: string, items: readonly GoValue[], visit: Visit, initial: GoValue | undefined): GoValue {
  const run = runs[name] ?? refuse(`unknown function ${name}`);
  return run(items, visit, initial);
}
