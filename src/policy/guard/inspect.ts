import type { TagFacts } from '../../registry/listing.ts';
import type { Choice, PlaceHistory } from '../choice.ts';
import { type Case, lowersToPin, type Said } from './case.ts';
import { unknownCommit, whyUnfit } from './fitness.ts';
import { minAgeOf, whyAgeless, whyTooYoung } from './gates.ts';
import { activeHolds, onceHeld, seenBeforeHeld } from './hold-rules.ts';
import { keepDespite, need, raise } from './outcome.ts';
import { whyIncomplete } from './platforms.ts';
import { type Sieve, sift } from './sieve.ts';

type Needs = Extract<Choice, { kind: 'needs' }>;

/** A tag that may be written, a fact that is lacking, or what a rule says against it. */
type Look = { readonly kind: 'fit'; readonly facts: TagFacts } | Needs | { readonly kind: 'unfit'; readonly said: Said };

/** Looks behind the tags, best first, until one may be written: first how old they are, which a registry may say of all at once. */
export function inspect(one: Case, sieve: Sieve, history: PlaceHistory): Choice {
  const aged = outgrown(one, sieve);
  if ('kind' in aged) return aged;
  const said = new Map<string, Said>();
  for (const tag of aged.left) {
    const look = lookBehind(one, tag, history);
    if (look.kind === 'needs') return look;
    if (look.kind === 'fit') {
      const { current } = one.question;
      const holds = activeHolds(one.question, one.now);
      // Where Git has a digest beside the tag, the new tag is written with its digest too.
      const withDigest = one.agreed.unordered || current?.digest !== undefined || onceHeld(tag, holds, history);
      return raise(
        one,
        sift(aged, (other) => said.get(other)),
        look.facts,
        withDigest,
      );
    }
    said.set(tag, look.said);
  }
  return keepDespite(
    one,
    sift(aged, (tag) => said.get(tag)),
  );
}

/** Takes out what is too young for `min-age`; the way down of a pin is not delayed. */
function outgrown(one: Case, sieve: Sieve): Sieve | Needs {
  const { question, now } = one;
  const minAge = minAgeOf(question);
  const { times = {} } = question;
  const judged = minAge === 0 ? [] : sieve.left.filter((tag) => !lowersToPin(tag, one));
  const unasked = judged.filter((tag) => !Object.hasOwn(times, tag));
  if (unasked.length > 0)
    return need({ need: 'times', image: question.listing.image, tags: unasked }, 'which tag is written depends on how old they are');
  const young = new Map(judged.map((tag) => [tag, whyTooYoung(tag, times[tag], minAge, now)]));
  return sift(sieve, (tag) => young.get(tag));
}

function lookBehind(one: Case, tag: string, history: PlaceHistory): Look {
  const { question, agreed, now } = one;
  const facts = Object.hasOwn(question.facts, tag) ? question.facts[tag] : undefined;
  if (facts === undefined)
    return need({ need: 'tag', image: question.listing.image, tag }, `whether ${tag} is written depends on its digest`);
  if (facts === 'absent')
    return unfit({ verdict: 'dropped', rule: 'not-served', because: `${tag} is listed, but the registry does not serve it` });
  const commit = unknownCommit(facts, question);
  if (commit !== undefined) return need({ need: 'commit', commit }, `whether ${tag} is written depends on whose commit it was built from`);
  const holds = activeHolds(question, now);
  const objection =
    whyUnfit(question, facts, holds) ?? (agreed.unordered ? seenBeforeHeld(facts, holds, history) : undefined) ?? whyGated(one, facts);
  if (objection === undefined) return { kind: 'fit', facts };
  return 'kind' in objection ? objection : unfit(objection);
}

/** The gates that read what stands behind a tag. */
function whyGated(one: Case, facts: TagFacts): Said | Needs | undefined {
  const { question } = one;
  if (lowersToPin(facts.tag, one)) return undefined;
  return whyAgeless(facts.tag, facts.digest, question.times?.[facts.tag], minAgeOf(question)) ?? whyIncomplete(question, facts);
}

function unfit(objection: Said): Look {
  return { kind: 'unfit', said: objection };
}
