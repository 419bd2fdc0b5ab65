import { RE2JS } from 're2js';
import type { TagFilter } from './choice.ts';
import { compileGlob } from './glob.ts';

type Matches = (text: string) => boolean;

/** A regular expression of RE2 (linear time, no look-around), unanchored; or why it is none. */
export function compileExpression(expression: string): { readonly matches: Matches } | { readonly because: string } {
  try {
    const compiled = RE2JS.compile(expression);
    return { matches: (text) => compiled.matcher(text).find() };
  } catch (error) {
    return { because: error instanceof Error ? error.message : String(error) };
  }
}

/** Why a tag is dropped by `allow-tags` or `ignore-tags`; undefined where it passes. Compiled once for all tags. */
export function compileFilters(allow: TagFilter, ignore: readonly string[]): (tag: string) => string | undefined {
  const dropped = compileAllow(allow);
  const ignored = ignore.flatMap((pattern) => {
    const matches = compileGlob(pattern);
    // Image Updater v0.18 skips a pattern that is none.
    return matches === undefined ? [] : [{ pattern, matches }];
  });
  return (tag) => dropped(tag) ?? because(tag, ignored.find(({ matches }) => matches(tag))?.pattern);
}

function because(tag: string, pattern: string | undefined): string | undefined {
  return pattern === undefined ? undefined : `${tag} matches ${pattern} in ignore-tags`;
}

function compileAllow(allow: TagFilter): (tag: string) => string | undefined {
  if (allow.kind === 'any') return () => undefined;
  if (allow.kind === 'nothing') return (tag) => `${tag} is not allowed: ${allow.because}`;
  const { expression } = allow;
  const compiled = compileExpression(expression);
  if ('because' in compiled) return (tag) => `${tag} is not allowed: allow-tags is no regular expression (${compiled.because})`;
  return (tag) => (compiled.matches(tag) ? undefined : `${tag} does not match ${expression} in allow-tags`);
}
