import type { Digest } from '../../kernel/image.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { Choice, PlaceQuestion } from '../choice.ts';
import { type Case, isBelow, said } from './case.ts';
import { keep, need } from './outcome.ts';
import { type Sieve, sift } from './sieve.ts';

/** Digests that are asked for at once: the tag that a mutable one stands for is nearly always among the newest. */
const batch = 100;

/** Leaves the highest tag with the digest of the tag that is followed, or answers why there is none to write. */
export function followAlias(one: Case, follow: string, start: Sieve): { readonly sieve: Sieve } | { readonly choice: Choice } {
  const { question } = one;
  const { image } = question.listing;
  const immutable = sift(start, (tag) => (tag === follow ? said('dropped', 'follow', `${tag} is the tag that is followed`) : undefined));
  const alias = Object.hasOwn(question.facts, follow) ? question.facts[follow] : undefined;
  if (alias === undefined)
    return { choice: need({ need: 'tag', image, tag: follow }, `which tag is written depends on the digest of ${follow}`) };
  if (alias === 'absent') return keeping(one, immutable, `the registry does not serve ${follow}, which is followed`);
  const found = firstWith(one, alias, immutable.left);
  if ('asked' in found) {
    const because = `which tag has the digest of ${follow} depends on theirs`;
    return { choice: need({ need: 'digests', image, tags: found.asked }, because) };
  }
  const { match } = found;
  if (match === undefined) return keeping(one, immutable, `no other tag of ${image} that is allowed has the digest of ${follow}`);
  const sieve = sift(immutable, (tag) =>
    tag === match ? undefined : said('dropped', 'follow', `${tag} is not the newest tag with the digest of ${follow}`),
  );
  return mayBeWritten(one, match, start) ? { sieve } : keeping(one, sieve, `${match} has the digest of ${follow} and is below Git's value`);
}

/** The best tag with the digest, or the next tags whose digests decide. */
function firstWith(
  { question }: Case,
  { digest }: TagFacts,
  tags: readonly string[],
): { readonly match: string | undefined } | { readonly asked: readonly string[] } {
  const digests = knownDigests(question);
  const at = tags.findIndex((tag) => !Object.hasOwn(digests, tag) || digests[tag] === digest);
  const match = tags[at];
  if (match === undefined || digests[match] === digest) return { match };
  return {
    asked: tags
      .slice(at)
      .filter((tag) => !Object.hasOwn(digests, tag))
      .slice(0, batch),
  };
}

/** What was asked of a tag by itself is younger than what is remembered: it may have been pushed again. */
function knownDigests({ digests = {}, facts }: PlaceQuestion): Readonly<Record<string, Digest>> {
  const asked = Object.entries(facts).map(([tag, one]) => [tag, one === 'absent' ? one : one.digest] as const);
  return { ...digests, ...Object.fromEntries(asked) };
}

/** A followed tag may go back; one that only seems to, because Git's tag is listed no more or no longer asked for, does not (LOOP 2). */
function mayBeWritten(one: Case, match: string, start: Sieve): boolean {
  return !isBelow(match, one) || one.current === undefined || start.left.includes(one.current);
}

function keeping(one: Case, sieve: Sieve, because: string): { readonly choice: Choice } {
  const dropped = sift(sieve, () => said('dropped', 'follow', because));
  const { current } = one;
  return { choice: keep(one, dropped, current === undefined ? `nothing is written: ${because}` : `${current} stays: ${because}`) };
}
