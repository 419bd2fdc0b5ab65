import type { TagVerdict } from '../choice.ts';
import type { Said } from './case.ts';

/** Candidates that are left, best first, and what has been said about every listed tag so far. */
export type Sieve = { readonly left: readonly string[]; readonly verdicts: ReadonlyMap<string, TagVerdict> };

/** Takes out every candidate that the rule has something to say about. */
export function sift(sieve: Sieve, rule: (tag: string) => Said | undefined): Sieve {
  const said = new Map(
    sieve.left.flatMap((tag) => {
      const one = rule(tag);
      return one === undefined ? [] : [[tag, { tag, ...one }] as const];
    }),
  );
  if (said.size === 0) return sieve;
  return { left: sieve.left.filter((tag) => !said.has(tag)), verdicts: new Map([...sieve.verdicts, ...said]) };
}

/** The verdicts in the order of the listing. */
export function verdictsOf(sieve: Sieve, tags: readonly string[]): readonly TagVerdict[] {
  return tags.flatMap((tag) => sieve.verdicts.get(tag) ?? []);
}
