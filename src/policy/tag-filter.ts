import type { TagFilter } from './choice.ts';
import { compileGlob } from './glob.ts';
import type { Objection } from './policies/policy.ts';
import { compileRegexp } from './regexp.ts';

type Matches = (text: string) => boolean;

/** A regular expression of RE2 (linear time, no look-around), unanchored; or why it is none. */
export function compileExpression(expression: string): { readonly matches: Matches } | { readonly because: string } {
  const compiled = compileRegexp(expression);
  return 'because' in compiled ? compiled : { matches: (text) => compiled.regexp.test(text) };
}

/** Why a tag is dropped by `allow-tags` or `ignore-tags`; undefined where it passes. Compiled once for all tags. */
export function compileFilters(allow: TagFilter, ignore: readonly string[]): (tag: string) => Objection | undefined {
  const refused = compileAllow(allow);
  const ignored = ignore.flatMap((pattern) => {
    const matches = compileGlob(pattern);
    // Image Updater v0.18 skips a pattern that is none.
    return matches === undefined ? [] : [{ pattern, matches }];
  });
  return (tag) => {
    const because = refused(tag);
    if (because !== undefined) return { rule: 'allow-tags', because };
    const pattern = ignored.find(({ matches }) => matches(tag))?.pattern;
    return pattern === undefined ? undefined : { rule: 'ignore-tags', because: `${tag} matches ${pattern} in ignore-tags` };
  };
}

function compileAllow(allow: TagFilter): (tag: string) => string | undefined {
  if (allow.kind === 'any') return () => undefined;
  if (allow.kind === 'nothing') return (tag) => `${tag} is not allowed: ${allow.because}`;
  const { expression } = allow;
  const compiled = compileExpression(expression);
  if ('because' in compiled) return (tag) => `${tag} is not allowed: allow-tags is no regular expression (${compiled.because})`;
  return (tag) => (compiled.matches(tag) ? undefined : `${tag} does not match ${expression} in allow-tags`);
}
