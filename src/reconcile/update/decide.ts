import { Failure } from '../../kernel/failure.ts';
import type { Hold } from '../../kernel/hold.ts';
import { placeKey } from '../../kernel/place.ts';
import type { PlaceQuestion } from '../../policy/choice.ts';
import type { KnownFacts } from '../../policy/known-facts.ts';
import { agreementOf, guard } from '../../policy/guard.ts';
import type { Decided } from './context.ts';
import type { Asking } from './learn.ts';
import { learn } from './learn.ts';

export type { Reading } from './histories.ts';

/** Two for each tag that is looked behind one by one, downwards from the newest; who has more that are unfit is told so. */
const maxRounds = 1000;

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
    // The image's own key counts before the Application's, also where it says false.
    paused: state.readers.some(({ subscription, watch }) => subscription.paused && watch.paused === true),
  };
  let known: KnownFacts = { facts: {} };
  const agreed = agreementOf({ ...base, ...known });
  for (let round = 0; round < maxRounds; round += 1) {
    const question: PlaceQuestion = { ...base, ...known };
    const choice = guard(question, context.ports.clock.now(), agreed);
    if (choice.kind !== 'needs') return { state, question, choice };
    known = await learn(asking, known, choice.facts);
  }
  throw new Failure('too-large', `${key}: the decision still lacks facts after ${maxRounds} rounds`);
}
