import type { TagVerdict } from '../choice.ts';
import type { Said } from './case.ts';

/** What one rule said about a tag; undefined where it said nothing. */
type Layer = (tag: string) => Said | undefined;

/** Candidates that are left, best first, and what has been said about every listed tag so far: the last rule first. */
export type Sieve = { readonly left: readonly string[]; readonly said: readonly Layer[] };

/** A sieve through which nothing has gone yet. */
export function sieveOf(left: readonly string[], verdicts: ReadonlyMap<string, TagVerdict>): Sieve {
  return { left, said: [(tag) => verdicts.get(tag)] };
}

/** Takes out every candidate that the rule has something to say about. */
export function sift(sieve: Sieve, rule: Layer): Sieve {
  const said = new Map<string, Said>();
  const left = sieve.left.filter((tag) => {
    const one = rule(tag);
    if (one !== undefined) said.set(tag, one);
    return one === undefined;
  });
  return said.size === 0 ? sieve : { left, said: [(tag) => said.get(tag), ...sieve.said] };
}

/** The same where the rule takes out most of many tags, and what it says is only wanted at the end. */
export function siftMost(sieve: Sieve, isOut: (tag: string) => boolean, say: (tag: string) => Said): Sieve {
  const left = sieve.left.filter((tag) => !isOut(tag));
  const before = new Set(sieve.left);
  return { left, said: [(tag) => (before.has(tag) && isOut(tag) ? say(tag) : undefined), ...sieve.said] };
}

export function verdictIn({ said }: Sieve, tag: string): TagVerdict | undefined {
  for (const layer of said) {
    const one = layer(tag);
    if (one !== undefined) return { ...one, tag };
  }
  return undefined;
}

/** The verdicts in the order of the listing. */
export function verdictsOf(sieve: Sieve, tags: readonly string[]): readonly TagVerdict[] {
  return tags.flatMap((tag) => verdictIn(sieve, tag) ?? []);
}
