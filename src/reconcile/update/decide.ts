import { Failure } from '../../kernel/failure.ts';
import type { Hold } from '../../kernel/hold.ts';
import { placeKey } from '../../kernel/place.ts';
import type { Need, PlaceQuestion } from '../../policy/choice.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import { guard } from '../../policy/guard.ts';
import type { Decided, Located, PlaceState, UpdateContext } from './context.ts';
import type { Histories } from './histories.ts';

/** More rounds than tags can be asked for one by one mean that a decision never has enough. */
const maxRounds = 100;

export type Reading = {
  readonly context: UpdateContext;
  readonly located: Located;
  readonly histories: Histories;
  readonly signal: AbortSignal;
};

type Facts = Pick<PlaceQuestion, 'facts' | 'history' | 'commits'>;

type Asking = Reading & { readonly state: PlaceState };

async function learnOne(asking: Asking, need: Need): Promise<Partial<Facts>> {
  const { context, located, state, signal } = asking;
  if (need.need === 'history') {
    const value = state.current?.tag;
    return { history: await asking.histories({ place: state.place, ...(value === undefined ? {} : { value }) }) };
  }
  if (need.need === 'commit') {
    const trailers = await context.ports.git.trailers(located.repo, need.commit);
    return { commits: { [need.commit]: trailerValues(trailers, trailer.application).length > 0 ? 'ours' : 'other' } };
  }
  return { facts: { [need.tag]: await context.listings.facts({ image: need.image, tag: need.tag }, state.access, signal) } };
}

async function learn(asking: Asking, known: Facts, needs: readonly Need[]): Promise<Facts> {
  const learned = await Promise.all(needs.map((need) => learnOne(asking, need)));
  return learned.reduce<Facts>(
    (sum, one) => ({ ...sum, ...one, facts: { ...sum.facts, ...one.facts }, commits: { ...sum.commits, ...one.commits } }),
    known,
  );
}

/** Asks the policy about one place until it needs no further fact. Throws `Failure` where a fact cannot be had. */
export async function decide(asking: Asking, holds: readonly Hold[]): Promise<Decided> {
  const { context, state } = asking;
  const key = placeKey(state.place);
  const base = {
    place: state.place,
    watches: state.readers.map((reader) => reader.watch),
    listing: state.listing,
    current: state.current,
    holds: holds.filter((hold) => placeKey(hold.place) === key),
    paused: state.readers.some((reader) => reader.subscription.paused),
  };
  let known: Facts = { facts: {} };
  for (let round = 0; round < maxRounds; round += 1) {
    const question: PlaceQuestion = { ...base, ...known };
    const choice = guard(question, context.ports.clock.now());
    if (choice.kind !== 'needs') return { state, question, choice };
    known = await learn(asking, known, choice.facts);
  }
  throw new Failure('too-large', `${key}: the decision still lacks facts after ${maxRounds} rounds`);
}
