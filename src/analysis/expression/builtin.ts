import type { Millis } from '../../kernel/time.ts';
import type { GoType } from './go-type.ts';
import { isAssignable, isInteger } from './go-type.ts';
import type { GoValue } from './go-value.ts';
import { GoSlice, typeOf } from './go-value.ts';
import { refuse } from './refusal.ts';

/** A function of the language: `check` answers the type of its result or refuses the types of its arguments, `run` computes it. */
export type Builtin = {
  readonly check: (args: readonly GoType[]) => GoType;
  readonly run: (args: readonly GoValue[], now: Millis) => GoValue;
};

export type Signature = readonly [parameters: readonly GoType[], result: GoType];

/** A check by Go signatures; the first one that fits decides. */
export function signatures(name: string, ...overloads: readonly Signature[]): Builtin['check'] {
  return (args) => {
    const found = overloads.find(
      ([parameters]) => parameters.length === args.length && parameters.every((type, at) => fits(args[at] ?? 'nil', type)),
    );
    return found?.[1] ?? refuse(`cannot call ${name} with (${args.join(', ')})`);
  };
}

function fits(argument: GoType, parameter: GoType): boolean {
  if (argument === 'nil' || argument === 'any') return true;
  if (isInteger(argument) && (parameter === 'float64' || isInteger(parameter))) return true;
  return isAssignable(argument, parameter);
}

/** A check of the number of arguments and of the type of the first one. */
export function accepting(
  name: string,
  count: readonly [least: number, most: number],
  result: (args: readonly GoType[]) => GoType | undefined,
): Builtin['check'] {
  return (args) => {
    if (args.length < count[0] || args.length > count[1]) refuse(`${name} is called with ${args.length} arguments`);
    return result(args) ?? refuse(`invalid argument for ${name} (${args.join(', ')})`);
  };
}

export function textOf(value: GoValue | undefined): string {
  return typeof value === 'string' ? value : refuse(`a ${typeOf(value ?? null)} is no string`);
}

export function itemsOf(value: GoValue | undefined): readonly GoValue[] {
  return value instanceof GoSlice ? value.items : refuse(`a ${typeOf(value ?? null)} is no array`);
}
