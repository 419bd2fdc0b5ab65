import type { GoType } from './go-type.ts';
import type { Signature } from './builtin.ts';
import type { GoValue } from './go-value.ts';
import { GoInt, typeOf } from './go-value.ts';
import { toFloat, toInt } from './operate.ts';
import { parseFloatText, parseIntText } from './parse-number.ts';
import { goText } from './print.ts';
import { refuse } from './refusal.ts';

/** A function that Argo Rollouts v1.9 adds to the language (utils/evaluate). `result` is the whole measurement. */
export type ConditionFunction = {
  readonly signature: Signature;
  readonly run: (args: readonly GoValue[], result: GoValue) => GoValue;
};

function floatOf(value: GoValue | undefined): number {
  return typeof value === 'number' ? value : refuse(`a ${typeOf(value ?? null)} is no float64`);
}

function isConvertible(value: GoValue): boolean {
  return typeof value === 'number' || (value instanceof GoInt && !value.type.startsWith('time.'));
}

function convert(name: string, value: GoValue, fromText: (text: string) => GoValue, fromNumber: (value: GoValue) => GoValue): GoValue {
  if (typeof value === 'string') return fromText(value);
  return isConvertible(value) ? fromNumber(value) : refuse(`${name}() not supported on ${typeOf(value)} ${goText(value)}`);
}

const oneAny: readonly GoType[] = ['any'];

export const functions: Readonly<Record<string, ConditionFunction>> = {
  asInt: {
    signature: [oneAny, 'int64'],
    run: ([value = null]) =>
      convert(
        'asInt',
        value,
        (text) => new GoInt(parseIntText(text), 'int64'),
        (number) => new GoInt(toInt(number), 'int64'),
      ),
  },
  asFloat: { signature: [oneAny, 'float64'], run: ([value = null]) => convert('asFloat', value, parseFloatText, toFloat) },
  isNaN: { signature: [['float64'], 'bool'], run: ([value]) => Number.isNaN(floatOf(value)) },
  isInf: { signature: [['float64'], 'bool'], run: ([value]) => Math.abs(floatOf(value)) === Infinity },
  // Both look at the measurement and not at their argument: users rely on `default(result, 0)` and meet the rest as an Error.
  isNil: { signature: [oneAny, 'bool'], run: (_, result) => result === null },
  default: { signature: [['any', 'any'], 'any'], run: ([, otherwise = null], result) => result ?? otherwise },
};
