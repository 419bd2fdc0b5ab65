import type { GoType } from './go-type.ts';
import { elementOf } from './go-type.ts';

/** What a function with a closure answers: `asks` where the closure must be a boolean, `pointers` are the names after # in it. */
type Predicate = {
  readonly asks: boolean;
  readonly pointers: Readonly<Record<string, GoType>>;
  readonly result: (collection: GoType, closure: GoType) => GoType;
};

function element(collection: GoType): GoType {
  return collection === 'any' ? 'any' : elementOf(collection);
}

function asking(result: Predicate['result']): Predicate {
  return { asks: true, pointers: {}, result };
}

/** The functions of expr 1.15.5 that take a closure, by name. */
export const predicates: Readonly<Record<string, Predicate>> = {
  all: asking(() => 'bool'),
  none: asking(() => 'bool'),
  any: asking(() => 'bool'),
  one: asking(() => 'bool'),
  count: asking(() => 'int'),
  filter: asking((collection) => `[]${element(collection)}`),
  find: asking(element),
  findLast: asking(element),
  findIndex: asking(() => 'int'),
  findLastIndex: asking(() => 'int'),
  map: { asks: false, pointers: { index: 'int' }, result: (_, closure) => `[]${closure}` },
  groupBy: { asks: false, pointers: {}, result: () => 'map[any][]any' },
  reduce: { asks: false, pointers: { index: 'int', acc: 'any' }, result: (_, closure) => closure },
};

/** The entry of a function with a closure, if the name is one. */
export function predicateNamed(name: string): Predicate | undefined {
  return Object.hasOwn(predicates, name) ? predicates[name] : undefined;
}
