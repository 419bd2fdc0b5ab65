import type { GoValue } from './go-value.ts';
import { GoInt, GoMap, GoSlice, GoTime, isNil, typeOf } from './go-value.ts';
import { refuse } from './refusal.ts';

/** A number that takes part in arithmetic; the named integer types of Go's time package are none. */
type Numeric = number | GoInt;

function numeric(value: GoValue): Numeric | undefined {
  if (typeof value === 'number') return value;
  return value instanceof GoInt && !value.type.startsWith('time.') ? value : undefined;
}

function isDuration(value: GoValue): value is GoInt {
  return value instanceof GoInt && value.type === 'time.Duration';
}

export function toFloat(value: GoValue): number {
  const read = numeric(value);
  if (read === undefined) return refuse(`a ${typeOf(value)} is no number`);
  return typeof read === 'number' ? read : Number(read.value);
}

/** Go's conversion to int: fractions are cut; what does not fit becomes the smallest integer, as on amd64. */
export function toInt(value: GoValue): bigint {
  const read = numeric(value);
  if (read === undefined) return refuse(`a ${typeOf(value)} is no integer`);
  return typeof read === 'number' ? truncate(read) : read.value;
}

function truncate(value: number): bigint {
  return Number.isFinite(value) && Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

function mismatch(operator: string, left: GoValue, right: GoValue): never {
  return refuse(`invalid operation: ${typeOf(left)} ${operator} ${typeOf(right)}`);
}

type Arithmetic = { readonly ints: (left: bigint, right: bigint) => bigint; readonly floats: (left: number, right: number) => number };

function calculate(operator: string, rule: Arithmetic): (left: GoValue, right: GoValue) => GoValue {
  return (left, right) => {
    const [a, b] = [numeric(left), numeric(right)];
    if (a === undefined || b === undefined) return mismatch(operator, left, right);
    if (typeof a !== 'number' && typeof b !== 'number') return new GoInt(rule.ints(a.value, b.value));
    return rule.floats(toFloat(a), toFloat(b));
  };
}

const addNumbers = calculate('+', { ints: (a, b) => a + b, floats: (a, b) => a + b });
const subtractNumbers = calculate('-', { ints: (a, b) => a - b, floats: (a, b) => a - b });
const multiplyNumbers = calculate('*', { ints: (a, b) => a * b, floats: (a, b) => a * b });

function add(left: GoValue, right: GoValue): GoValue {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (left instanceof GoTime && isDuration(right)) return new GoTime(left.ns + right.value, left.offsetSeconds);
  if (isDuration(left) && right instanceof GoTime) return new GoTime(right.ns + left.value, right.offsetSeconds);
  if (isDuration(left) && isDuration(right)) return new GoInt(left.value + right.value, 'time.Duration');
  return addNumbers(left, right);
}

function subtract(left: GoValue, right: GoValue): GoValue {
  if (left instanceof GoTime && right instanceof GoTime) return new GoInt(left.ns - right.ns, 'time.Duration');
  if (left instanceof GoTime && isDuration(right)) return new GoTime(left.ns - right.value, left.offsetSeconds);
  if (isDuration(left) && isDuration(right)) return new GoInt(left.value - right.value, 'time.Duration');
  return subtractNumbers(left, right);
}

function multiply(left: GoValue, right: GoValue): GoValue {
  if (!isDuration(left) && !isDuration(right)) return multiplyNumbers(left, right);
  if (!(left instanceof GoInt) || !(right instanceof GoInt)) {
    return durationNumber(left, right) * durationNumber(right, left);
  }
  return new GoInt(left.value * right.value, 'time.Duration');
}

function durationNumber(value: GoValue, other: GoValue): number {
  return isDuration(value) ? Number(value.value) : typeof value === 'number' ? value : mismatch('*', value, other);
}

function divide(left: GoValue, right: GoValue): GoValue {
  return numeric(left) === undefined || numeric(right) === undefined ? mismatch('/', left, right) : toFloat(left) / toFloat(right);
}

function remainder(left: GoValue, right: GoValue): GoValue {
  const [a, b] = [numeric(left), numeric(right)];
  if (!(a instanceof GoInt) || !(b instanceof GoInt)) return mismatch('%', left, right);
  return b.value === 0n ? refuse('integer divide by zero') : new GoInt(a.value % b.value);
}

/** Go's math.Pow, which differs from ECMAScript at a base of one. */
function power(left: GoValue, right: GoValue): GoValue {
  const [base, exponent] = [toFloat(left), toFloat(right)];
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return 1;
  return base ** exponent;
}

type Order = (comparison: number) => boolean;

/** What a value is ordered by, beside the family of values that it can be ordered with. */
function ordinal(value: GoValue): { readonly family: string; readonly at: string | bigint | number } | undefined {
  if (typeof value === 'string') return { family: 'text', at: value };
  if (typeof value === 'number') return { family: 'number', at: value };
  if (value instanceof GoTime) return { family: 'time', at: value.ns };
  if (isDuration(value)) return { family: 'duration', at: value.value };
  return value instanceof GoInt && numeric(value) !== undefined ? { family: 'number', at: value.value } : undefined;
}

/** -1, 0 or 1; NaN where the two are unordered. */
function compare(operator: string, left: GoValue, right: GoValue): number {
  const [a, b] = [ordinal(left), ordinal(right)];
  if (a === undefined || b === undefined || a.family !== b.family) return mismatch(operator, left, right);
  return typeof a.at === typeof b.at ? order(a.at, b.at) : order(Number(a.at), Number(b.at));
}

function order(left: string | bigint | number, right: string | bigint | number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : NaN;
}

function ordered(operator: string, holds: Order): (left: GoValue, right: GoValue) => GoValue {
  return (left, right) => holds(compare(operator, left, right));
}

export function isLess(left: GoValue, right: GoValue): boolean {
  return compare('<', left, right) < 0;
}

/** Go's ==: numbers of every type by value, everything else only with its own type, slices and maps deeply. */
export function isEqual(left: GoValue, right: GoValue): boolean {
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) return compare('==', a, b) === 0;
  return isSame(left, right);
}

function isSame(left: GoValue, right: GoValue): boolean {
  // The same slice or map equals itself even where it holds NaN.
  if (left === right) return true;
  if (isNil(left) || isNil(right)) return isNil(left) && isNil(right);
  return typeOf(left) === typeOf(right) && sameContent(left, right);
}

function sameContent(left: GoValue, right: GoValue): boolean {
  if (left instanceof GoSlice && right instanceof GoSlice) return sameItems(left.items, right.items);
  if (left instanceof GoMap && right instanceof GoMap) return sameEntries(left, right);
  return (left instanceof GoInt || left instanceof GoTime) && bitsOf(left) === bitsOf(right);
}

function bitsOf(value: GoValue): bigint | undefined {
  if (value instanceof GoInt) return value.value;
  return value instanceof GoTime ? value.ns : undefined;
}

function sameEntries(left: GoMap, right: GoMap): boolean {
  return left.size === right.size && left.entries().every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}

function sameItems(left: readonly GoValue[], right: readonly GoValue[]): boolean {
  return left.length === right.length && left.every((item, index) => isSame(item, right[index] ?? null));
}

function textual(operator: string, holds: (left: string, right: string) => boolean): (left: GoValue, right: GoValue) => GoValue {
  return (left, right) => (typeof left === 'string' && typeof right === 'string' ? holds(left, right) : mismatch(operator, left, right));
}

/** Every binary operator that needs both of its operands, by its sign. */
export const operations: Readonly<Record<string, (left: GoValue, right: GoValue) => GoValue>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
  '**': power,
  '^': power,
  '==': isEqual,
  '!=': (left, right) => !isEqual(left, right),
  '<': ordered('<', (sign) => sign < 0),
  '>': ordered('>', (sign) => sign > 0),
  '<=': ordered('<=', (sign) => sign <= 0),
  '>=': ordered('>=', (sign) => sign >= 0),
  contains: textual('contains', (left, right) => left.includes(right)),
  startsWith: textual('startsWith', (left, right) => left.startsWith(right)),
  endsWith: textual('endsWith', (left, right) => left.endsWith(right)),
};

export function negate(value: GoValue): GoValue {
  const read = numeric(value);
  if (read === undefined) return refuse(`invalid operation: - ${typeOf(value)}`);
  return typeof read === 'number' ? -read : new GoInt(-read.value, read.type);
}
