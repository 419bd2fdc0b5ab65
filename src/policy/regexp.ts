import { RE2JS } from 're2js';
import type { Watch } from './choice.ts';
import { globSource } from './glob.ts';

/**
 * `characters`: longest expression and template that is read. `work`: how many steps of a compiled expression one decision may take at
 * worst. RE2 takes linear time in the text, but its programs grow with counted repetitions.
 */
export const limits = { characters: 1000, work: 1e8 };

/** A regular expression of RE2 (linear time, no look-around); or why it is none. */
export function compileRegexp(expression: string): { readonly regexp: RE2JS } | { readonly because: string } {
  if (expression.length > limits.characters)
    return { because: `an expression of ${expression.length} characters (at most ${limits.characters})` };
  try {
    return { regexp: RE2JS.compile(expression) };
  } catch (error) {
    return { because: error instanceof Error ? error.message : String(error) };
  }
}

/** Why the expressions of a watch are too much work for so many tags; undefined where they are not. */
export function tooMuchWork({ allow, extract, ignore }: Watch, tags: readonly string[]): string | undefined {
  const expressions = [
    ...(allow.kind === 'regexp' ? [allow.expression] : []),
    ...(extract === undefined ? [] : [extract.expression]),
    ...ignore.flatMap((pattern) => globSource(pattern) ?? []),
  ];
  const steps = expressions.reduce((sum, expression) => sum + sizeOf(expression), 0);
  const characters = tags.reduce((sum, tag) => sum + tag.length, 0);
  if (steps * characters <= limits.work) return undefined;
  return `allow-tags, ignore-tags and extract are too much work for ${tags.length} tags: use fewer expressions, or fewer counted repetitions such as {1,100}`;
}

function sizeOf(expression: string): number {
  const compiled = compileRegexp(expression);
  return 'because' in compiled ? 0 : compiled.regexp.programSize();
}
