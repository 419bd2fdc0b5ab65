import type { Builtin } from './builtin.ts';
import { accepting, itemsOf, textOf } from './builtin.ts';
import { fetchMember } from './fetch.ts';
import type { GoType } from './go-type.ts';
import { elementOf, elementType, isInteger, kindOf } from './go-type.ts';
import type { GoValue } from './go-value.ts';
import { GoInt, GoMap, GoSlice, typeOf } from './go-value.ts';
import { isLess } from './operate.ts';
import { ConditionRefusal, refuse } from './refusal.ts';

function isArrayLike(type: GoType): boolean {
  return type === 'any' || kindOf(type) === 'slice';
}

function isMapLike(type: GoType): boolean {
  return type === 'any' || kindOf(type) === 'map';
}

function isTextLike(type: GoType | undefined): boolean {
  return type === undefined || type === 'any' || type === 'string';
}

function mapOf(value: GoValue | undefined): GoMap {
  return value instanceof GoMap ? value : refuse(`a ${typeOf(value ?? null)} is no map`);
}

function length(value: GoValue): GoValue {
  if (value instanceof GoSlice) return new GoInt(BigInt(value.items.length));
  if (value instanceof GoMap) return new GoInt(BigInt(value.size));
  // Go counts the bytes of a text.
  return new GoInt(BigInt(new TextEncoder().encode(textOf(value)).length));
}

/** What is at the key, or nil where reading it is refused: `first`, `last` and `get` never fail. */
function fetchOrNil(of: GoValue, key: GoValue): GoValue {
  try {
    return fetchMember(of, key);
  } catch (thrown) {
    if (thrown instanceof ConditionRefusal) return null;
    throw thrown;
  }
}

function atEnd(name: string, index: bigint): Builtin {
  return {
    check: accepting(name, [1, 1], ([type = 'nil']) => (type === 'any' ? 'any' : kindOf(type) === 'slice' ? elementOf(type) : undefined)),
    run: ([value = null]) => fetchOrNil(value, new GoInt(index)),
  };
}

function checkGet(args: readonly GoType[]): GoType | undefined {
  const [of = 'nil', key = 'nil'] = args;
  if (of === 'any') return 'any';
  return key !== 'nil' ? elementType(of, key) : undefined;
}

function take(value: GoValue, count: GoValue): GoValue {
  const items = itemsOf(value);
  const size = count instanceof GoInt && count.type !== 'uint8' ? count.value : refuse(`cannot take ${typeOf(count)} elements`);
  if (size < 0n) refuse('cannot take a negative number of elements');
  return size > BigInt(items.length) ? value : new GoSlice(items.slice(0, Number(size)), typeOf(value));
}

function ofMap(name: string, read: (entry: readonly [GoValue, GoValue]) => GoValue): Builtin {
  return {
    check: accepting(name, [1, 1], ([type = 'nil']) => (isMapLike(type) ? '[]any' : undefined)),
    run: ([value]) => new GoSlice(mapOf(value).entries().map(read)),
  };
}

function fromPairs(value: GoValue): GoValue {
  const entries = itemsOf(value).map((pair) => {
    const held = itemsOf(pair);
    return held.length === 2 ? ([held[0] ?? null, held[1] ?? null] as const) : refuse('a pair has two elements');
  });
  return new GoMap(entries, 'map[any]any');
}

function descends(direction: GoValue | undefined): boolean {
  if (direction === undefined || direction === 'asc') return false;
  return direction === 'desc' || refuse('a sort direction is "asc" or "desc"');
}

/** Sorts by the items themselves, or by a field of theirs; all keys must be of one type that has an order. */
function sort(value: GoValue, field: string, descending: boolean): GoValue {
  const keyed = itemsOf(value).map((item) => ({ item, key: item instanceof GoMap ? sortKey(item, field) : item }));
  const type = keyed[0] === undefined ? 'nil' : typeOf(keyed[0].key);
  if (keyed.some(({ key }) => typeOf(key) !== type)) refuse('cannot sort elements of different types');
  const sign = descending ? -1 : 1;
  const ordered = keyed.toSorted((left, right) => {
    if (!['float64', 'string'].includes(type) && !isInteger(type)) refuse(`cannot sort elements of type ${type}`);
    return sign * (Number(isLess(right.key, left.key)) - Number(isLess(left.key, right.key)));
  });
  return new GoSlice(ordered.map(({ item }) => item));
}

function sortKey(item: GoMap, field: string): GoValue {
  return item.has(field) ? item.get(field) : refuse(`an element has no field ${JSON.stringify(field)}`);
}

export const collections: Readonly<Record<string, Builtin>> = {
  len: {
    check: accepting('len', [1, 1], ([type = 'nil']) => (isArrayLike(type) || isMapLike(type) || type === 'string' ? 'int' : undefined)),
    run: ([value = null]) => length(value),
  },
  first: atEnd('first', 0n),
  last: atEnd('last', -1n),
  get: { check: accepting('get', [2, 2], checkGet), run: ([of = null, key = null]) => fetchOrNil(of, key) },
  take: {
    check: accepting('take', [2, 2], ([of = 'nil', count = 'nil']) =>
      isArrayLike(of) && (count === 'any' || isInteger(count)) ? of : undefined,
    ),
    run: ([value = null, count = null]) => take(value, count),
  },
  keys: ofMap('keys', ([key]) => key),
  values: ofMap('values', ([, held]) => held),
  toPairs: ofMap('toPairs', ([key, held]) => new GoSlice([key, held], '[2]any')),
  fromPairs: {
    check: accepting('fromPairs', [1, 1], ([type = 'nil']) => (isArrayLike(type) ? 'map[any]any' : undefined)),
    run: ([value = null]) => fromPairs(value),
  },
  sort: {
    check: accepting('sort', [1, 2], ([type = 'nil', direction]) => (isArrayLike(type) && isTextLike(direction) ? '[]any' : undefined)),
    run: ([value = null, direction]) => sort(value, '', descends(direction)),
  },
  sortBy: {
    check: accepting('sortBy', [2, 3], ([type = 'nil', field, direction]) =>
      isArrayLike(type) && isTextLike(field) && isTextLike(direction) ? '[]any' : undefined,
    ),
    run: ([value = null, field, direction]) => sort(value, textOf(field), descends(direction)),
  },
};
