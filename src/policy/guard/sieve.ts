import type { TagVerdict } from '../choice.ts';
import type { Said } from './case.ts';

/** Candidates that are left, best first, and what has been said about every listed tag so far. */
export type Sieve = { readonly left: readonly string[]; readonly verdicts: ReadonlyMap<string, TagVerdict> };

/** Takes out every candidate that the rule has something to say about. */
export function sift(sieve: Sieve, rule: (tag: string) => Said | undefined): Sieve {
  const verdicts = new Map(sieve.verdicts);
  const left = sieve.left.filter((tag) => {
    const said = rule(tag);
    if (said !== undefined) verdicts.set(tag, { tag, ...said });
    return said === undefined;
  });
  return { left, verdicts };
}

/** The verdicts in the order of the listing. */
export function verdictsOf(sieve: Sieve, tags: readonly string[]): readonly TagVerdict[] {
  return tags.flatMap((tag) => sieve.verdicts.get(tag) ?? []);
}
