import type { Builtin } from './builtin.ts';
import { accepting, itemsOf } from './builtin.ts';
import type { GoType } from './go-type.ts';
import { isNumber, kindOf } from './go-type.ts';
import type { GoValue } from './go-value.ts';
import { GoInt, typeOf } from './go-value.ts';
import { isLess, negate, toFloat, toInt } from './operate.ts';
import { parseFloatText, parseIntText } from './parse-number.ts';
import { refuse } from './refusal.ts';

function rounding(name: string, round: (value: number) => number): Builtin {
  return {
    check: accepting(name, [1, 1], ([type = 'nil']) => (isNumber(type) || type === 'any' ? 'float64' : undefined)),
    run: ([value = null]) => round(toFloat(value)),
  };
}

/** Halves are rounded away from zero, as Go's math.Round does. */
function roundHalfAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function extreme(name: string, replaces: (kept: GoValue, next: GoValue) => boolean): Builtin {
  return {
    check: accepting(name, [1, Infinity], (args) => {
      const decisive = args.find((type) => !isNumber(type));
      return decisive === undefined ? args[0] : decisive === 'any' ? 'any' : undefined;
    }),
    run: (args) => args.reduce<GoValue>((kept, next) => (kept === null || replaces(kept, next) ? next : kept), null),
  };
}

function statistic(name: string, result: GoType, compute: (items: readonly GoValue[]) => GoValue): Builtin {
  return {
    check: accepting(name, [1, 1], ([type = 'nil']) => (type === 'any' || kindOf(type) === 'slice' ? result : undefined)),
    run: ([value]) => {
      const items = itemsOf(value);
      const strange = items.find((item) => typeof item !== 'number' && !(item instanceof GoInt && kindOf(item.type) !== 'uint8'));
      return strange === undefined ? compute(items) : refuse(`cannot take the ${name} of a ${typeOf(strange)}`);
    },
  };
}

/** The number of an item, where an integer of any named type counts. */
function plain(item: GoValue): number {
  return item instanceof GoInt ? Number(item.value) : toFloat(item);
}

function sum(items: readonly GoValue[]): GoValue {
  if (items.every((item) => item instanceof GoInt)) return new GoInt(items.reduce((total, item) => total + item.value, 0n));
  return items.reduce<number>((total, item) => total + plain(item), 0);
}

function mean(items: readonly GoValue[]): GoValue {
  return items.length === 0 ? 0 : items.reduce<number>((total, item) => total + plain(item), 0) / items.length;
}

function median(items: readonly GoValue[]): GoValue {
  // Go sorts NaN before every number.
  const sorted = items.map(plain).sort((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b));
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? 0)) / 2;
}

function converting(name: string, result: GoType, convert: (value: GoValue) => GoValue): Builtin {
  return {
    check: accepting(name, [1, 1], ([type = 'nil']) => (type === 'any' || type === 'string' || isNumber(type) ? result : undefined)),
    run: ([value = null]) => convert(value),
  };
}

export const numbers: Readonly<Record<string, Builtin>> = {
  abs: {
    check: accepting('abs', [1, 1], ([type = 'nil']) => (isNumber(type) || type === 'any' ? type : undefined)),
    run: ([value = null]) => (isLess(value, new GoInt(0n)) ? negate(value) : value),
  },
  ceil: rounding('ceil', Math.ceil),
  floor: rounding('floor', Math.floor),
  round: rounding('round', roundHalfAway),
  int: converting('int', 'int', (value) => new GoInt(typeof value === 'string' ? parseIntText(value) : toInt(value))),
  float: converting('float', 'float64', (value) => (typeof value === 'string' ? parseFloatText(value) : toFloat(value))),
  max: extreme('max', (kept, next) => isLess(kept, next)),
  min: extreme('min', (kept, next) => isLess(next, kept)),
  sum: statistic('sum', 'any', sum),
  mean: statistic('mean', 'float64', mean),
  median: statistic('median', 'float64', median),
};
