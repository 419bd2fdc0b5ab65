import { Failure } from '../../kernel/failure.ts';
import type { Hold } from '../../kernel/hold.ts';
import { placeKey } from '../../kernel/place.ts';
import type { Need, PlaceQuestion } from '../../policy/choice.ts';
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

type Facts = Pick<PlaceQuestion, 'facts' | 'history'>;

type Asking = Reading & { readonly state: PlaceState };

async function learn(asking: Asking, known: Facts, needs: readonly Need[]): Promise<Facts> {
  const { context, state, signal } = asking;
  const learned = await Promise.all(
    needs.map(async (need): Promise<Facts> => {
      if (need.need === 'history') {
        const value = state.current?.tag;
        return { facts: {}, history: await asking.histories({ place: state.place, ...(value === undefined ? {} : { value }) }) };
      }
      return { facts: { [need.tag]: await context.listings.facts({ image: need.image, tag: need.tag }, state.access, signal) } };
    }),
  );
  return learned.reduce<Facts>((sum, one) => ({ ...sum, ...one, facts: { ...sum.facts, ...one.facts } }), known);
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
