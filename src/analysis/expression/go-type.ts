/**
 * A Go type by its name, as a condition's static checks see it: `float64`, `[]any`, `map[string]any`. `nil` is the type of nil,
 * `any` of a value whose type is known only when it is there.
 */
export type GoType = string;

export type GoKind = 'nil' | 'any' | 'bool' | 'int' | 'int64' | 'uint8' | 'float64' | 'string' | 'slice' | 'map' | 'struct' | 'func';

const kinds: Readonly<Record<string, GoKind>> = {
  nil: 'nil',
  any: 'any',
  bool: 'bool',
  int: 'int',
  int64: 'int64',
  uint8: 'uint8',
  float64: 'float64',
  string: 'string',
  'time.Time': 'struct',
  'time.Duration': 'int64',
  'time.Month': 'int',
  'time.Weekday': 'int',
};

export function kindOf(type: GoType): GoKind {
  if (type.startsWith('[')) return 'slice';
  if (type.startsWith('map[')) return 'map';
  if (type.startsWith('func ')) return 'func';
  return kinds[type] ?? 'any';
}

/** Type of the elements of a slice or of the values of a map. */
export function elementOf(type: GoType): GoType {
  return type.slice(type.indexOf(']') + 1);
}

/** Type of the keys of a map. */
export function keyOf(type: GoType): GoType {
  return type.slice(4, type.indexOf(']'));
}

export function isInteger(type: GoType): boolean {
  const kind = kindOf(type);
  return kind === 'int' || kind === 'int64' || kind === 'uint8';
}

export function isNumber(type: GoType): boolean {
  return type === 'float64' || isInteger(type);
}

export function isAssignable(from: GoType, to: GoType): boolean {
  return from === to || to === 'any';
}

/** Whether == is allowed between two types: expr 1.15.5 compares kinds, all numbers with each other, and anything with nil and any. */
export function isComparable(left: GoType, right: GoType): boolean {
  if ([left, right].some((type) => type === 'nil' || type === 'any')) return true;
  return kindOf(left) === kindOf(right) || (isNumber(left) && isNumber(right));
}

/** Whether one side is `any` and the other one `any` or a type that the test accepts. */
export function mayFit(left: GoType, right: GoType, accepts: (type: GoType) => boolean): boolean {
  if (left === 'any') return right === 'any' || accepts(right);
  return right === 'any' && accepts(left);
}

/** Type of what an index or a field reads; undefined where the base has none. */
export function elementType(base: GoType, key: GoType): GoType | undefined {
  if (base === 'any') return 'any';
  if (kindOf(base) === 'slice') return isInteger(key) || key === 'any' ? elementOf(base) : undefined;
  if (kindOf(base) !== 'map') return undefined;
  return key === 'nil' || key === 'any' || isAssignable(key, keyOf(base)) ? elementOf(base) : undefined;
}
