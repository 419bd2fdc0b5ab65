import { describeReference, type Reference } from '../../kernel/image.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { Choice, KeepRule, Need } from '../choice.ts';
import { type Case, isBelow } from './case.ts';
import { type Sieve, sift, verdictsOf } from './sieve.ts';

type Kept = Extract<Choice, { kind: 'keep' }>;

/** Git's value is the best there is. */
export function keepBest(one: Case, sieve: Sieve): Choice {
  return keep(one, sieve, whyNothingNewer(one));
}

/** Something better is listed and may not be written: the reason of the best of it is the reason of the choice. */
export function keepDespite(one: Case, sieve: Sieve, rule?: KeepRule): Choice {
  const best = one.agreed.eligible.find((tag) => tag !== one.current);
  const verdict = best === undefined ? undefined : sieve.verdicts.get(best);
  if (verdict === undefined) return keepBest(one, sieve);
  const because = stays(one, verdict.because);
  const stopped = verdict.verdict === 'held' ? 'held' : rule;
  return { ...keep(one, sieve, because), ...(stopped === undefined ? {} : { rule: stopped }) };
}

function stays({ question: { current } }: Case, because: string): string {
  return current === undefined ? `nothing is written: ${because}` : `${describeReference(current)} stays: ${because}`;
}

export function keep({ question, current }: Case, sieve: Sieve, because: string): Kept {
  const tags = verdictsOf(sieve, question.listing.tags).map((verdict) =>
    verdict.tag === current ? { ...verdict, verdict: 'chosen' as const, because: `${verdict.tag} is what Git has` } : verdict,
  );
  return { kind: 'keep', at: question.current ?? {}, because, tags };
}

export function raise(one: Case, sieve: Sieve, { tag, digest, children }: TagFacts): Choice {
  const { question } = one;
  const because = whyRaised(one, tag);
  const settled = sift(sieve, (other) =>
    other === tag ? { verdict: 'chosen', because } : { verdict: 'eligible', because: `${other} is eligible, but ${tag} is newer` },
  );
  const from: Reference = question.current ?? {};
  const to = { tag, digest, children: children.map((child) => child.digest) };
  return { kind: 'raise', from, to, because, tags: verdictsOf(settled, question.listing.tags) };
}

export function need(fact: Need, because: string): Choice {
  return { kind: 'needs', facts: [fact], because };
}

function whyRaised(one: Case, tag: string): string {
  const { question, agreed, current } = one;
  const best = `${tag} is the newest tag of ${question.listing.image} that ${agreed.wish}`;
  if (current === undefined) return `${best}; Git has no tag yet`;
  return isBelow(tag, one) ? `${best}; this pin lowers Git's ${current} once` : `${best}; Git has ${current}`;
}

function whyNothingNewer({ question, agreed, current }: Case): string {
  const { tags, image } = question.listing;
  if (current === undefined) return `no tag of ${image} ${agreed.wish}`;
  const excluded = agreed.excluded(current);
  if (excluded !== undefined)
    return `Git keeps ${current}, although ${excluded}: nothing above it is eligible, and only a pin such as =1.2.3 goes down`;
  if (!tags.includes(current)) return `Git keeps ${current}, although the registry lists it no more: nothing above it is eligible`;
  return `${current} in Git is the newest tag of ${image} that ${agreed.wish}`;
}
