import type { Reference } from '../kernel/image.ts';
import { describeReference } from '../kernel/image.ts';
import { trailer, trailerValues } from '../kernel/trailers.ts';
import type { Millis } from '../kernel/time.ts';
import type { TagFacts } from '../registry/listing.ts';
import type { Choice, Need, PlaceHistory, PlaceQuestion, TagVerdict } from './choice.ts';
import { agree, type Agreement, dropAll } from './guard/agreement.ts';
import { answerAt } from './guard/answer.ts';
import { activeHolds, heldDigest, notAboveHeld, onceHeld } from './guard/hold-rules.ts';
import { pinCarriedOut } from './guard/pin.ts';
import { type Sieve, sift, verdictsOf } from './guard/sieve.ts';

type Agreed = Extract<Agreement, { kind: 'agreed' }>;

/** A question whose watches agree. `current` is the tag in Git, where there is one. */
type Case = { readonly question: PlaceQuestion; readonly agreed: Agreed; readonly current: string | undefined; readonly now: Millis };

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
  const current = question.current?.tag;
  const one: Case = { question, agreed, current, now };
  const unordered = whyUnordered(one);
  const start = { left: agreed.eligible, verdicts: new Map(agreed.tags.map((verdict) => [verdict.tag, verdict])) };
  if (unordered !== undefined)
    return keep(
      one,
      sift(start, () => ({ verdict: 'dropped', because: unordered })),
      unordered,
    );
  const above = aboveCurrent(one, start);
  return above.left.length === 0 ? keep(one, above, whyNothingNewer(one)) : examine(one, above);
}

/** A value that has no place in the order is never replaced: nobody could say that it is older. */
function whyUnordered({ question, agreed, current }: Case): string | undefined {
  if (current === undefined) {
    return question.current?.digest === undefined
      ? undefined
      : `Git has ${question.current.digest} without a tag: it is kept until somebody writes a tag`;
  }
  return agreed.ranking.ranks(current) ? undefined : `Git has ${current}, which is no version: it is kept until somebody writes a version`;
}

/** Leaves what is strictly above Git's value; for a pin that excludes Git's value also what is below it. */
function aboveCurrent({ agreed, current }: Case, start: Sieve): Sieve {
  if (current === undefined) return start;
  const { ranking } = agreed;
  const above = sift(start, (tag) => {
    if (tag === current) return { verdict: 'chosen', because: `${tag} is what Git has` };
    return ranking.compare(tag, current) > 0 ? undefined : { verdict: 'dropped', because: `${tag} is not above ${current}, which Git has` };
  });
  const lowers = above.left.length === 0 && ranking.pinned && agreed.excluded(current) !== undefined;
  return lowers ? start : above;
}

function whyNothingNewer({ question, agreed, current }: Case): string {
  const { tags, image } = question.listing;
  if (current === undefined) return `no tag of ${image} ${agreed.wish}`;
  const excluded = agreed.excluded(current);
  if (excluded !== undefined) return `Git has ${current}, and ${excluded}: it is kept, because only a pin such as =1.2.3 goes down`;
  if (!tags.includes(current))
    return `Git has ${current}, which the registry lists no more: it is kept, because nothing above it is listed`;
  return `${current} in Git is the newest tag of ${image} that ${agreed.wish}`;
}

/** The rules that need facts, cheapest fact first. */
function examine(one: Case, above: Sieve): Choice {
  const { question, agreed } = one;
  if (question.paused === true) {
    return settle(one, above, (tag) => ({ verdict: 'eligible', because: `${tag} waits: windlass.dev/paused is set` }));
  }
  const holds = activeHolds(question, one.now);
  const free = sift(above, (tag) => saying('held', notAboveHeld(tag, holds, agreed.ranking)));
  if (free.left.length === 0) return settle(one, free);
  const { history } = question;
  if (history === undefined)
    return need({ need: 'history', place: question.place }, `whether somebody took this place down decides about ${free.left[0] ?? ''}`);
  const answer = answerAt(question, history, agreed.ranking);
  if (answer.kind === 'undecided') return settle(one, free, () => ({ verdict: 'dropped', because: answer.because }));
  const unrefused = sift(free, (tag) =>
    answer.kind === 'none' || isNewer(one, tag, answer.from) ? undefined : { verdict: 'dropped', because: answer.because },
  );
  return inspect(
    one,
    sift(unrefused, (tag) => saying('dropped', whyNotLowered(one, tag, history))),
    history,
  );
}

function isNewer({ agreed: { ranking } }: Case, tag: string, from: string): boolean {
  return ranking.ranks(from) && ranking.isNewer(tag, from);
}

function whyNotLowered({ question, agreed: { ranking }, current }: Case, tag: string, history: PlaceHistory): string | undefined {
  if (current === undefined || ranking.compare(tag, current) > 0) return undefined;
  return pinCarriedOut(question, history, ranking);
}

/** Looks behind the tags, best first, until one may be written. */
function inspect(one: Case, sieve: Sieve, history: PlaceHistory): Choice {
  const { question } = one;
  let left = sieve;
  for (const tag of sieve.left) {
    const facts = Object.hasOwn(question.facts, tag) ? question.facts[tag] : undefined;
    if (facts === undefined)
      return need({ need: 'tag', image: question.listing.image, tag }, `what stands behind ${tag} decides whether it is written`);
    const said =
      facts === 'absent' ? saying('dropped', `${tag} is listed, but the registry does not serve it`) : whyUnfit(one, facts, history);
    if (said === undefined && facts !== 'absent') return raise(one, left, facts);
    left = sift(left, (other) => (other === tag ? said : undefined));
  }
  return settle(one, left);
}

function whyUnfit({ question, now }: Case, facts: TagFacts, history: PlaceHistory): Pick<TagVerdict, 'verdict' | 'because'> | undefined {
  const holds = activeHolds(question, now);
  const held = heldDigest(facts, holds);
  if (held !== undefined) return saying('held', held);
  const echo = history.changes.find(
    ({ commit, trailers }) => commit === facts.revision && trailerValues(trailers, trailer.place).length > 0,
  );
  if (echo !== undefined) {
    return saying(
      'dropped',
      `${facts.tag} was built from ${echo.commit.slice(0, 12)}, a commit of this bot (LoopSuspected): CI builds on its commits`,
    );
  }
  // Where Git has a digest beside the tag, the new tag is written with its digest too.
  return question.current?.digest === undefined ? saying('dropped', onceHeld(facts.tag, holds, history)) : undefined;
}

function raise(one: Case, sieve: Sieve, facts: TagFacts): Choice {
  const { question, agreed, current } = one;
  const { tag, digest, children } = facts;
  const because = whyRaised(one, tag);
  const verdicts = sift(sieve, (other) =>
    other === tag ? { verdict: 'chosen', because } : { verdict: 'eligible', because: `${other} is eligible, but ${tag} is newer` },
  );
  const from: Reference = question.current ?? {};
  const to = { tag, digest, children: children.map((child) => child.digest) };
  const lowered = current !== undefined && agreed.ranking.compare(tag, current) < 0;
  const tags = verdictsOf(verdicts, question.listing.tags);
  return { kind: 'raise', from, to, because: lowered ? `${because}, so this place is lowered once` : because, tags };
}

function whyRaised({ question, agreed, current }: Case, tag: string): string {
  const git = current === undefined ? 'Git has no tag yet' : `Git has ${current}`;
  return `${tag} is the newest tag of ${question.listing.image} that ${agreed.wish}; ${git}`;
}

/** Keeps Git's value although tags are above it: the best of them says why. */
function settle(
  one: Case,
  sieve: Sieve,
  rest: (tag: string) => Pick<TagVerdict, 'verdict' | 'because'> | undefined = () => undefined,
): Choice {
  const settled = sift(sieve, rest);
  const best = one.agreed.eligible[0];
  return keep(one, settled, (best === undefined ? undefined : settled.verdicts.get(best)?.because) ?? whyNothingNewer(one));
}

function keep({ question }: Case, sieve: Sieve, because: string): Choice {
  const at: Reference = question.current ?? {};
  return { kind: 'keep', at, because: sentence(at, because), tags: verdictsOf(sieve, question.listing.tags) };
}

function sentence(at: Reference, because: string): string {
  return because.startsWith('Git ') || because.includes(' in Git ') ? because : `${describeReference(at)} stays: ${because}`;
}

function need(fact: Need, because: string): Choice {
  return { kind: 'needs', facts: [fact], because };
}

function saying(verdict: TagVerdict['verdict'], because: string | undefined): Pick<TagVerdict, 'verdict' | 'because'> | undefined {
  return because === undefined ? undefined : { verdict, because };
}
