import type { Millis } from '../kernel/time.ts';
import type { Choice, PlaceHistory, PlaceQuestion } from './choice.ts';
import { type Agreed, agree, dropAll, ordersByFacts } from './guard/agreement.ts';
import { answerAt, type PersonsAnswer } from './guard/answer.ts';
import { type Case, isBelow, lowersToPin, said } from './guard/case.ts';
import { digestAnswerAt } from './guard/digest-answer.ts';
import { followAlias } from './guard/follow.ts';
import { closedGate, waits } from './guard/gates.ts';
import { activeHolds, notAboveHeld } from './guard/hold-rules.ts';
import { inspect } from './guard/inspect.ts';
import { keep, keepBest, keepDespite, need } from './guard/outcome.ts';
import { pinCarriedOut } from './guard/pin.ts';
import { withoutReferrers, withReferrersTold } from './guard/referrers.ts';
import { type Sieve, sieveOf, sift, siftMost } from './guard/sieve.ts';

/**
 * Decides about one place for all watches that resolve to it (LOOP 1 to 6): the peers' rule, and above it that nothing is written below
 * Git's value, nothing held, nothing that a person took down and nothing that our own commits made. Gates delay a raise (LOOP 6). Asks for
 * a fact only where a tag above Git's value depends on it. Every listed tag gets a verdict with its reason. `before` is what
 * `agreementOf` said of the same watches and listing.
 */
export function guard(question: PlaceQuestion, now: Millis, before?: Agreed): Choice {
  return withReferrersTold(guardImages(withoutReferrers(question), now, before), question);
}

function guardImages(question: PlaceQuestion, now: Millis, before?: Agreed): Choice {
  const { listing } = question;
  if (!listing.complete) {
    const because = `the tags of ${listing.image} could not be listed completely${listing.because === undefined ? '' : ` (${listing.because})`}: nothing is decided`;
    return { kind: 'refused', because, tags: dropAll(listing.tags, because).map((verdict) => ({ ...verdict, rule: 'listing' })) };
  }
  const agreed = before?.kind === 'agreed' ? before : agree(question);
  if (agreed.kind !== 'agreed') return agreed;
  const one: Case = { question, agreed, current: question.current?.tag, now };
  const start = sieveOf(agreed.eligible, agreed.verdicts);
  if (agreed.unordered) return guardDigest(one, start);
  return guardOrdered(one, start);
}

/**
 * What does not depend on further facts, so that a decision that asks for several orders its tags once: undefined where the order itself
 * depends on facts.
 */
export function agreementOf(question: PlaceQuestion): Agreed | undefined {
  return question.listing.complete && !ordersByFacts(question) ? agree(withoutReferrers(question)) : undefined;
}

function guardOrdered(one: Case, start: Sieve): Choice {
  const unordered = whyUnordered(one);
  if (unordered !== undefined) {
    const stopped = sift(start, () => said('dropped', 'strategy', unordered));
    return keep(one, stopped, unordered);
  }
  if (one.agreed.follow === undefined) {
    const above = aboveCurrent(one, start);
    return above.left.length === 0 ? keepBest(one, above) : examine(one, above);
  }
  const followed = followAlias(one, one.agreed.follow, start);
  if ('choice' in followed) return followed.choice;
  const [match] = followed.sieve.left;
  return match === one.current ? keepBest(one, followed.sieve) : examine(one, followed.sieve);
}

const noPlace = {
  semver: 'it is no version',
  calver: 'it is no calendar version',
  numerical: 'it is no number',
  'newest-build': 'nobody knows when it was built',
  alphabetical: 'it is no tag',
  digest: 'it is no tag',
} as const;

/** A value that has no place in the order is never replaced: nobody could say that it is older. */
function whyUnordered({ question, agreed, current }: Case): string | undefined {
  const digest = question.current?.digest;
  if (current === undefined)
    return digest === undefined ? undefined : `Git keeps ${digest}, because it has no tag: it is raised after somebody wrote a tag`;
  if (agreed.ranking.ranks(current)) return undefined;
  const what = question.watches.some(({ strategy }) => strategy === 'semver') ? 'a version' : 'a value that has a place in the order';
  return `Git keeps ${current}, because ${whyNoPlace(current, question)}: it is raised after somebody wrote ${what}`;
}

function whyNoPlace(current: string, { watches: [watch] }: PlaceQuestion): string {
  if (watch === undefined) return 'nobody orders it';
  if (watch.extract === undefined) return noPlace[watch.strategy];
  return `extract ${watch.extract.expression} makes nothing of ${current} that has a place in the order`;
}

/** Follows the digest behind one tag, both ways (LOOP 2). */
function guardDigest(one: Case, start: Sieve): Choice {
  const { question, current } = one;
  const [tag] = start.left;
  if (tag === undefined) return keepBest(one, start);
  const facts = Object.hasOwn(question.facts, tag) ? question.facts[tag] : undefined;
  if (facts === undefined)
    return need({ need: 'tag', image: question.listing.image, tag }, `whether ${tag} is written again depends on its digest`);
  if (facts !== 'absent' && current === tag && question.current?.digest === facts.digest) {
    const because = `${tag}@${facts.digest} in Git is what the registry serves as ${tag}`;
    return keep(one, start, because);
  }
  return examine(one, start);
}

/** Leaves what is strictly above Git's value; for a pin that excludes Git's value, where nothing is, what is below it. */
function aboveCurrent(one: Case, start: Sieve): Sieve {
  const { agreed, current, question } = one;
  if (current === undefined) return start;
  const counted = question.watches.some(({ order }) => order === 'descending') ? 'comes after' : 'is below';
  const above = siftMost(
    start,
    (tag) => tag === current || isBelow(tag, one),
    (tag) =>
      tag === current
        ? { verdict: 'eligible', because: `${tag} is what Git has` }
        : said('dropped', 'below', `${tag} ${counted} ${current}, which Git has`),
  );
  const lowers = above.left.length === 0 && agreed.ranking.pinned && agreed.excluded(current) !== undefined;
  return lowers ? start : above;
}

/** Of a tag that is written already it is another image that waits. */
function waiter(tag: string, { current }: Case): string {
  return tag === current ? `another digest of ${tag}` : tag;
}

/** The rules that stop a tag, cheapest fact first. */
function examine(asked: Case, above: Sieve): Choice {
  const one: Case = { ...asked, best: above.left[0] };
  const { question, agreed, now } = one;
  const holds = activeHolds(question, now);
  // A hold stops raising; the way down of a pin is judged by digest alone, and so are digests, which have no order.
  const judged = agreed.unordered ? [] : holds;
  const open = sift(above, (tag) => (lowersToPin(tag, one) ? undefined : notAboveHeld(tag, judged, agreed.ranking)));
  const gate = closedGate(question, now);
  const free =
    gate === undefined
      ? open
      : sift(open, (tag) => (lowersToPin(tag, one) && gate.rule !== 'paused' ? undefined : waits(waiter(tag, one), gate)));
  const { history } = question;
  if (free.left.length === 0) return keepDespite(one, free, gate?.rule === 'paused' ? 'paused' : undefined);
  if (history === undefined) {
    return need(
      { need: 'history', place: question.place },
      `whether ${String(free.left[0])} may be written depends on who changed this place last`,
    );
  }
  const answer = answerOf(one, free, history);
  const unrefused = heedAnswer(free, answer);
  if (unrefused.left.length === 0) return keepDespite(one, unrefused, answer.kind === 'stands' ? 'person' : undefined);
  return inspect(
    one,
    sift(unrefused, (tag) =>
      lowersToPin(tag, one) ? said('dropped', 'pin', pinCarriedOut(question, history, agreed.ranking)) : undefined,
    ),
    history,
  );
}

function answerOf({ question, agreed }: Case, { left }: Sieve, history: PlaceHistory): PersonsAnswer {
  if (!agreed.unordered) return answerAt(question, history, agreed.ranking);
  const facts = left[0] === undefined ? undefined : question.facts[left[0]];
  return facts === undefined || facts === 'absent' ? { kind: 'none' } : digestAnswerAt(question, history, facts);
}

/** Leaves what a person's answer does not forbid. */
function heedAnswer(free: Sieve, answer: PersonsAnswer): Sieve {
  if (answer.kind === 'none') return free;
  const { because } = answer;
  return sift(free, (tag) => (answer.kind === 'stands' && answer.allows(tag) ? undefined : said('dropped', 'person', because)));
}
