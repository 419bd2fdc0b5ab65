import type { Millis } from '../kernel/time.ts';
import type { Choice, PlaceHistory, PlaceQuestion } from './choice.ts';
import { agree, dropAll } from './guard/agreement.ts';
import { answerAt, type PersonsAnswer } from './guard/answer.ts';
import { type Case, isBelow, said } from './guard/case.ts';
import { unknownCommit, whyUnfit } from './guard/fitness.ts';
import { activeHolds, notAboveHeld } from './guard/hold-rules.ts';
import { keep, keepBest, keepDespite, need, raise } from './guard/outcome.ts';
import { pinCarriedOut } from './guard/pin.ts';
import { type Sieve, sift } from './guard/sieve.ts';

/**
 * Decides about one place for all watches that resolve to it (LOOP 1 to 6): the peers' rule, and above it that nothing is written below
 * Git's value, nothing held, nothing that a person took down and nothing that our own commits made. Asks for a fact only where a tag
 * above Git's value depends on it. Every listed tag gets a verdict with its reason.
 */
export function guard(question: PlaceQuestion, now: Millis): Choice {
  const { listing } = question;
  if (!listing.complete) {
    const because = `the tags of ${listing.image} could not be listed completely${listing.because === undefined ? '' : ` (${listing.because})`}: nothing is decided`;
    return { kind: 'refused', because, tags: dropAll(listing.tags, because) };
  }
  const agreed = agree(question);
  if (agreed.kind === 'refused') return agreed;
  const one: Case = { question, agreed, current: question.current?.tag, now };
  const start = { left: agreed.eligible, verdicts: new Map(agreed.tags.map((verdict) => [verdict.tag, verdict])) };
  const unordered = whyUnordered(one);
  if (unordered !== undefined)
    return keep(
      one,
      sift(start, () => ({ verdict: 'dropped', because: unordered })),
      unordered,
    );
  const above = aboveCurrent(one, start);
  return above.left.length === 0 ? keepBest(one, above) : examine(one, above);
}

/** A value that has no place in the order is never replaced: nobody could say that it is older. */
function whyUnordered({ question, agreed, current }: Case): string | undefined {
  const digest = question.current?.digest;
  if (current !== undefined && agreed.ranking.ranks(current)) return undefined;
  if (current !== undefined) return `Git keeps ${current}, because it is no version: it is raised after somebody wrote a version`;
  return digest === undefined ? undefined : `Git keeps ${digest}, because it has no tag: it is raised after somebody wrote a tag`;
}

/** Leaves what is strictly above Git's value; for a pin that excludes Git's value, where nothing is, what is below it. */
function aboveCurrent(one: Case, start: Sieve): Sieve {
  const { agreed, current } = one;
  if (current === undefined) return start;
  const above = sift(start, (tag) => {
    if (tag === current) return { verdict: 'eligible', because: `${tag} is what Git has` };
    return isBelow(tag, one) ? { verdict: 'dropped', because: `${tag} is below ${current}, which Git has` } : undefined;
  });
  const lowers = above.left.length === 0 && agreed.ranking.pinned && agreed.excluded(current) !== undefined;
  return lowers ? start : above;
}

/** The rules that stop a tag, cheapest fact first. */
function examine(one: Case, above: Sieve): Choice {
  const { question, agreed } = one;
  if (question.paused === true) {
    const waiting = sift(above, (tag) => ({ verdict: 'eligible', because: `${tag} waits, because windlass.dev/paused is set` }));
    return keepDespite(one, waiting, 'paused');
  }
  const holds = activeHolds(question, one.now);
  // A hold stops raising; the way down of a pin is judged by digest alone.
  const free = sift(above, (tag) => (isBelow(tag, one) ? undefined : said('held', notAboveHeld(tag, holds, agreed.ranking))));
  const { history } = question;
  if (free.left.length === 0) return keepDespite(one, free);
  if (history === undefined) {
    return need(
      { need: 'history', place: question.place },
      `whether ${String(free.left[0])} may be written depends on who changed this place last`,
    );
  }
  const answer = answerAt(question, history, agreed.ranking);
  const unrefused = heedAnswer(free, answer);
  if (unrefused.left.length === 0) return keepDespite(one, unrefused, answer.kind === 'stands' ? 'person' : undefined);
  return inspect(
    one,
    sift(unrefused, (tag) => (isBelow(tag, one) ? said('dropped', pinCarriedOut(question, history, agreed.ranking)) : undefined)),
    history,
  );
}

/** Leaves what a person's answer does not forbid. */
function heedAnswer(free: Sieve, answer: PersonsAnswer): Sieve {
  if (answer.kind === 'none') return free;
  const { because } = answer;
  return sift(free, (tag) => (answer.kind === 'stands' && answer.allows(tag) ? undefined : { verdict: 'dropped', because }));
}

/** Looks behind the tags, best first, until one may be written. */
function inspect(one: Case, sieve: Sieve, history: PlaceHistory): Choice {
  const { question } = one;
  const background = { holds: activeHolds(question, one.now), history };
  let left = sieve;
  for (const tag of sieve.left) {
    const facts = Object.hasOwn(question.facts, tag) ? question.facts[tag] : undefined;
    if (facts === undefined)
      return need({ need: 'tag', image: question.listing.image, tag }, `whether ${tag} is written depends on its digest`);
    const commit = facts === 'absent' ? undefined : unknownCommit(facts, question);
    if (commit !== undefined)
      return need({ need: 'commit', commit }, `whether ${tag} is written depends on whose commit it was built from`);
    const unfit = whyUnfit(question, tag, facts, background);
    if (unfit === undefined && facts !== 'absent') return raise(one, left, facts);
    left = sift(left, (other) => (other === tag ? unfit : undefined));
  }
  return keepDespite(one, left);
}
