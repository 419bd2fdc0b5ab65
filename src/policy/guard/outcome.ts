import { describeReference, type Reference } from '../../kernel/image.ts';
import type { TagFacts } from '../../registry/listing.ts';
import { millisOf, type Time } from '../../kernel/time.ts';
import type { Choice, KeepRule, Need, TagVerdict } from '../choice.ts';
import { type Case, isBelow, lowersToPin } from './case.ts';
import { type Sieve, sift, verdictIn, verdictsOf } from './sieve.ts';

type Kept = Extract<Choice, { kind: 'keep' }>;

/** Git's value is the best there is. */
export function keepBest(one: Case, sieve: Sieve): Choice {
  return keep(one, sieve, whyNothingNewer(one));
}

/** Something better is listed and may not be written: the reason of the best of it is the reason of the choice. */
export function keepDespite(one: Case, sieve: Sieve, rule?: KeepRule): Choice {
  const verdict = one.best === undefined ? undefined : verdictIn(sieve, one.best);
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
  return { kind: 'keep', at: question.current ?? {}, because, tags, ...nextChance(tags) };
}

/** When the first of the rules that wait for a moment lets its tag pass. */
function nextChance(tags: readonly TagVerdict[]): { readonly againAt?: Time } {
  const moments = tags.flatMap(({ until }) => until ?? []);
  const [againAt] = moments.sort((left, right) => millisOf(left) - millisOf(right));
  return againAt === undefined ? {} : { againAt };
}

/** `withDigest`: the tag alone would not say enough. */
export function raise(one: Case, sieve: Sieve, { tag, digest, children }: TagFacts, withDigest: boolean): Choice {
  const { question } = one;
  const because = whyRaised(one, tag);
  const settled = sift(sieve, (other) =>
    other === tag ? { verdict: 'chosen', because } : { verdict: 'eligible', because: `${other} is eligible, but ${tag} is ${better(one)}` },
  );
  const from: Reference = question.current ?? {};
  const to = { tag, digest, children: children.map((child) => child.digest) };
  const tags = verdictsOf(settled, question.listing.tags);
  return { kind: 'raise', from, to, because, tags, ...(withDigest ? { withDigest } : {}), ...nextChance(tags) };
}

export function need(fact: Need, because: string): Extract<Choice, { kind: 'needs' }> {
  return { kind: 'needs', facts: [fact], because };
}

/** Above in an order that counts down is not newer. */
function better({ question: { watches } }: Case): 'newer' | 'first' {
  return watches.some(({ order }) => order === 'descending') ? 'first' : 'newer';
}

/** Letters say nothing about age: the end of their order is only the last. */
function newest(one: Case): 'newest' | 'first' | 'last' {
  if (better(one) === 'first') return 'first';
  return one.question.watches.some(({ strategy }) => strategy === 'alphabetical') ? 'last' : 'newest';
}

function whyRaised(one: Case, tag: string): string {
  const { question, agreed, current } = one;
  const { image } = question.listing;
  if (agreed.unordered && question.current === undefined) return `${tag} of ${image} is written with its digest; Git has no tag yet`;
  if (agreed.unordered) return `${tag} of ${image} has another digest now; Git has ${describeReference(question.current ?? {})}`;
  const best =
    agreed.follow === undefined
      ? `${tag} is the ${newest(one)} tag of ${image} that ${agreed.wish}`
      : `${tag} is the ${newest(one)} tag of ${image} with the digest of ${agreed.follow}`;
  if (current === undefined) return `${best}; Git has no tag yet`;
  if (lowersToPin(tag, one)) return `${best}; this pin lowers Git's ${current} once`;
  return isBelow(tag, one) ? `${best}, which went back; Git has ${current}` : `${best}; Git has ${current}`;
}

function whyNothingNewer(one: Case): string {
  const { question, agreed, current } = one;
  const { tags, image } = question.listing;
  if (current === undefined) return tags.length === 0 ? `no tag of ${image} is listed` : `no tag of ${image} ${agreed.wish}`;
  const excluded = agreed.excluded(current);
  if (excluded !== undefined)
    return `Git keeps ${current}, although ${excluded.because}: nothing above it is eligible, and only a pin such as =1.2.3 goes down`;
  if (!tags.includes(current)) return `Git keeps ${current}, although the registry lists it no more: nothing above it is eligible`;
  return `${current} in Git is the ${newest(one)} tag of ${image} that ${agreed.wish}`;
}
