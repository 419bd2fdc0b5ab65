import type { TagVerdict } from '../choice.ts';
import type { Said } from './case.ts';

/** Candidates that are left, best first, and what has been said about every listed tag so far. */
export type Sieve = { readonly left: readonly string[]; readonly verdicts: ReadonlyMap<string, TagVerdict> };

/** Takes out every candidate that the rule has something to say about. */
export function sift(sieve: Sieve, rule: (tag: string) => Said | undefined): Sieve {
  const left: string[] = [];
  // A listing may be long: the verdicts are copied once a rule has something to say, and not before.
  let verdicts: Map<string, TagVerdict> | undefined;
  for (const tag of sieve.left) {
    const one = rule(tag);
    if (one === undefined) {
      left.push(tag);
      continue;
    }
    verdicts ??= new Map(sieve.verdicts);
    verdicts.set(tag, { tag, ...one });
  }
  return verdicts === undefined ? sieve : { left, verdicts };
}

/** The verdicts in the order of the listing. */
export function verdictsOf(sieve: Sieve, tags: readonly string[]): readonly TagVerdict[] {
  return tags.flatMap((tag) => sieve.verdicts.get(tag) ?? []);
}
