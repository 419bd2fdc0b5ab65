import { isBody } from '../../kernel/json.ts';
import type { TypedValue } from '../../metrics/measured.ts';
import type { GoType } from './go-type.ts';
import { refuse } from './refusal.ts';

/** A value as a condition computes with it. A float64 is a number; every integer type is a GoInt of 64 bits. */
export type GoValue = null | boolean | number | string | GoInt | GoSlice | GoMap | GoTime | GoFunction;

export class GoInt {
  readonly value: bigint;
  readonly type: GoType;

  constructor(value: bigint, type: GoType = 'int') {
    this.value = BigInt.asIntN(64, value);
    this.type = type;
  }
}

export class GoSlice {
  readonly items: readonly GoValue[];
  readonly type: GoType;

  constructor(items: readonly GoValue[], type: GoType = '[]any') {
    this.items = items;
    this.type = type;
  }
}

/** What a map of slices answers for a key that it does not have: no elements, and nil. */
export const nilSlice = new GoSlice([]);

export function isNil(value: GoValue): boolean {
  return value === null || value === nilSlice;
}

/** A map that is looked up by its own keys alone. */
export class GoMap {
  readonly type: GoType;
  readonly #cells: ReadonlyMap<string, { readonly key: GoValue; readonly value: GoValue }>;

  constructor(entries: readonly (readonly [GoValue, GoValue])[], type: GoType = 'map[string]any') {
    this.type = type;
    this.#cells = new Map(entries.map(([key, value]) => [cellName(key), { key, value }]));
  }

  get size(): number {
    return this.#cells.size;
  }

  has(key: GoValue): boolean {
    return this.#cells.has(cellName(key));
  }

  get(key: GoValue): GoValue {
    return this.#cells.get(cellName(key))?.value ?? null;
  }

  entries(): readonly (readonly [GoValue, GoValue])[] {
    return Array.from(this.#cells.values(), ({ key, value }) => [key, value] as const);
  }
}

/** A moment: nanoseconds since 1970, and the zone in which it is shown. */
export class GoTime {
  readonly type = 'time.Time';
  readonly ns: bigint;
  readonly offsetSeconds: number;

  constructor(ns: bigint, offsetSeconds = 0) {
    this.ns = ns;
    this.offsetSeconds = offsetSeconds;
  }
}

/** A function by its name; its type names it too, so that a call through a variable is checked. */
export class GoFunction {
  readonly name: string;
  readonly type: GoType;

  constructor(name: string) {
    this.name = name;
    this.type = `func ${name}`;
  }
}

export function typeOf(value: GoValue): GoType {
  if (value === null) return 'nil';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'string') return 'string';
  return value.type;
}

function cellName(key: GoValue): string {
  if (key instanceof GoSlice || key instanceof GoMap || key instanceof GoFunction) refuse(`a ${key.type} cannot be the key of a map`);
  if (key instanceof GoInt) return `${key.type} ${key.value}`;
  return key instanceof GoTime ? `time ${key.ns}` : `${typeof key} ${String(key)}`;
}

/** The Go value of a measurement's result. A nil pointer is nil, as Argo Rollouts v1.9 hands it to the expression. */
export function goValueOf(result: TypedValue): GoValue {
  switch (result.type) {
    case 'float64':
    case '*float64':
      return result.value;
    case 'int':
    case 'int64':
      return new GoInt(BigInt(result.value), result.type);
    case '[]float64':
    case '[]string':
      return new GoSlice(result.value, result.type);
    case 'json':
      return fromJson(result.value);
  }
}

/** The Go value of parsed JSON: numbers are float64, arrays []any, objects map[string]any. */
export function fromJson(value: unknown): GoValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (Array.isArray(value)) return new GoSlice(value.map(fromJson));
  return new GoMap(isBody(value) ? Object.entries(value).map(([key, held]) => [key, fromJson(held)] as const) : []);
}
