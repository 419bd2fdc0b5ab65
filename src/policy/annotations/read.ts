import type { Problem } from '../../kernel/problem.ts';
import type { Setting } from './settings.ts';

/**
 * A value, and what a person should know about how it was read. `warnings` are tolerated; `problems` keep the whole Application from
 * being watched; `blocked` keeps one image from being raised, which its decision says again.
 */
export type Read<Value> = {
  readonly value: Value;
  readonly warnings: readonly Problem[];
  readonly problems?: readonly Problem[];
  readonly blocked?: readonly Problem[];
};

/** What was read otherwise than it says, and why. */
export function withWarning<Value>(value: Value, setting: Setting, expected: string): Read<Value> {
  return { value, warnings: [problemWith(setting, expected)] };
}

/** What cannot be read; `value` is only for the types, because nothing is watched then. */
export function withProblem<Value>(value: Value, setting: Setting, expected: string): Read<Value> {
  return { value, warnings: [], problems: [problemWith(setting, expected)] };
}

export function plainly<Value>(value: Value): Read<Value> {
  return { value, warnings: [] };
}

/** Longest text that is shown, in characters: an annotation may have 256 KiB. */
const shown = 300;

export function problemWith({ at, value }: Setting, expected: string): Problem {
  const got = value.length <= shown ? value : `${value.slice(0, shown)}...`;
  return { at, got: JSON.stringify(got), expected };
}

/** Parts of a list that is separated by commas, without blanks around them and without empty ones. */
export function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
