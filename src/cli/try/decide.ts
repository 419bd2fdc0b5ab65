import { Failure } from '../../kernel/failure.ts';
import { timeOf } from '../../kernel/time.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Choice, Need, PlaceQuestion, TagVerdict } from '../../policy/choice.ts';
import type { KnownFacts } from '../../policy/known-facts.ts';
import { withLearnt } from '../../policy/known-facts.ts';
import { guard } from '../../policy/guard.ts';
import type { Wanted } from './options.ts';
import type { TagSource } from './source.ts';

export type Decided = Exclude<Choice, { kind: 'needs' }>;

/** A decision, the question that it answers, and what a person should know of how it came about. */
export type Tried = {
  readonly question: PlaceQuestion;
  readonly choice: Decided;
  readonly now: Millis;
  /** Tags that were not there yet at the moment that was asked for. */
  readonly later: readonly TagVerdict[];
  readonly notes: readonly string[];
};

const maxRounds = 10_000;
/** Questions about single tags that are under way at once; the registry's client has its own limit for each host. */
const atOnce = 16;

/** Asks the policy, with exactly the facts that it asks for, as the service does; there are no holds, no history and no commits of ours. */
export async function decideTrial({ watch, current, asOf }: Wanted, source: TagSource, clock: () => Millis): Promise<Tried> {
  const listing = await source.list();
  const now = asOf ?? clock();
  const then = asOf === undefined ? { tags: listing.tags, later: [], notes: [] } : await asTheyWere(listing.tags, asOf, source);
  let { tags, later } = then;
  const base = {
    place: { application: watch.application, path: [] },
    watches: [watch],
    current,
    holds: [],
    history: { complete: true, changes: [] },
  };
  let known: KnownFacts = { facts: {} };
  for (let round = 0; round < maxRounds; round += 1) {
    const question: PlaceQuestion = { ...base, listing: { ...listing, tags }, ...known };
    const choice = guard(question, now);
    if (choice.kind !== 'needs') return { question, choice, now, later, notes: then.notes };
    known = await learn(known, choice.facts, source);
    if (asOf !== undefined) ({ tags, later } = withoutUnbuilt({ tags, later }, known.created ?? {}, now));
  }
  throw new Failure('too-large', `the decision still lacks facts after ${maxRounds} rounds`);
}

/** The tags that were there at a moment, by the times that the source knows. */
async function asTheyWere(
  tags: readonly string[],
  asOf: Millis,
  source: TagSource,
): Promise<Split & { readonly notes: readonly string[] }> {
  const times = await source.times();
  const moment = timeOf(asOf);
  const pushed = (tag: string) => {
    const time = times.get(tag);
    return time === undefined || time === 'unknown' ? undefined : time.at;
  };
  const isLater = (tag: string) => Date.parse(pushed(tag) ?? moment) > asOf;
  const later = tags.filter(isLater).map((tag): TagVerdict => ({
    tag,
    verdict: 'dropped',
    because: `${tag} was pushed at ${pushed(tag) ?? ''}, after ${moment}`,
  }));
  const unknown = tags.filter((tag) => pushed(tag) === undefined).length;
  const note = `${unknown} of ${tags.length} tags have no push time here: they are taken as there at ${moment}`;
  return { tags: tags.filter((tag) => !isLater(tag)), later, notes: unknown === 0 ? [] : [note] };
}

type Split = { readonly tags: readonly string[]; readonly later: readonly TagVerdict[] };

/** A registry without push times still says what cannot have been there: what was not built yet. */
function withoutUnbuilt({ tags, later }: Split, created: NonNullable<KnownFacts['created']>, now: Millis): Split {
  const isLater = (tag: string) => Date.parse(created[tag] ?? '') > now;
  const unbuilt = tags.filter(isLater);
  if (unbuilt.length === 0) return { tags, later };
  const said = unbuilt.map((tag): TagVerdict => ({
    tag,
    verdict: 'dropped',
    because: `${tag} was built at ${created[tag] ?? ''}, after ${timeOf(now)}`,
  }));
  return { tags: tags.filter((tag) => !isLater(tag)), later: [...later, ...said] };
}

async function learn(known: KnownFacts, needs: readonly Need[], source: TagSource): Promise<KnownFacts> {
  let sum = known;
  for (const need of needs) sum = withLearnt(sum, await learnOne(need, source));
  return sum;
}

async function learnOne(need: Need, source: TagSource): Promise<Partial<KnownFacts>> {
  switch (need.need) {
    case 'tag':
      return { facts: { [need.tag]: await source.facts(need.tag) } };
    case 'created':
      return { created: await each(need.tags, (tag) => source.created(tag)) };
    case 'times': {
      const times = await source.times();
      return { times: Object.fromEntries(need.tags.map((tag) => [tag, times.get(tag) ?? 'unknown'])) };
    }
    case 'digests':
      return { digests: await each(need.tags, (tag) => source.digest(tag)) };
    case 'served':
      return { served: await each(need.digests, (digest) => source.served(digest)) };
    case 'history':
      return { history: { complete: true, changes: [] } };
    case 'commit':
      return { commits: { [need.commit]: 'other' } };
  }
}

async function each<Value>(keys: readonly string[], ask: (key: string) => Promise<Value>): Promise<Readonly<Record<string, Value>>> {
  const answers: [string, Value][] = [];
  const waiting = keys.values();
  const work = async () => {
    for (const key of waiting) answers.push([key, await ask(key)]);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, work));
  return Object.fromEntries(answers);
}
