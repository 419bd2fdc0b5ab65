import type { FileLog } from '../../writeback/file-log.ts';
import { Failure } from '../../kernel/failure.ts';
import type { Verdict } from '../../kernel/hold.ts';
import { isGitPlace, placeKey } from '../../kernel/place.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import { millisOf } from '../../kernel/time.ts';
import { answerFor } from '../../verdict/answer-for.ts';
import type { Answer, VerdictNeed } from '../../verdict/answer.ts';
import { stableImagesOf } from '../../verdict/canary-images.ts';
import type { PlaceFacts, Reader, VerdictFacts } from '../../verdict/facts.ts';
import { ourWrite } from '../../verdict/place-values.ts';
import { rolloutNowOf } from '../../verdict/rollout-now.ts';
import type { RolloutView } from '../world.ts';
import { rolloutsOf } from '../world.ts';
import type { Gathered, PlaceState, Subscription, UpdateContext } from './context.ts';
import type { Reading } from './decide.ts';
import { otherCauses } from './difference.ts';

/** A verdict with what it is about, ready to be answered. */
export type Case = {
  readonly verdict: Verdict;
  readonly subscription: Subscription;
  readonly view: RolloutView;
  readonly holdsLog: FileLog;
};

type Known = {
  readonly served: VerdictFacts['served'];
  readonly places: ReadonlyMap<string, PlaceFacts>;
  readonly renderedDifference?: readonly string[];
};

/** Ids that a commit on the branch settled: every such commit touches the holds file. */
function settledIn(log: FileLog): readonly string[] {
  return log.changes.flatMap((change) => trailerValues(change.trailers, trailer.verdict));
}

/** When this bot lowered something by itself: commits with a verdict that also name a place. */
function loweringsIn(log: FileLog): readonly number[] {
  const lowered = log.changes.filter(
    (change) => trailerValues(change.trailers, trailer.verdict).length > 0 && trailerValues(change.trailers, trailer.place).length > 0,
  );
  return lowered.map((change) => millisOf(change.at));
}

function readerState(context: UpdateContext, state: PlaceState, app: Subscription['app']): Reader['state'] {
  const { claims, home } = context.settings;
  const views = rolloutsOf(app, context.ports.cluster, claims, home);
  if (views.length === 0) return 'unknown';
  const image = state.readers[0]?.watch.image;
  const promoted = views.some((view) =>
    stableImagesOf(view).some((running) => running.image === image && running.tag === state.current?.tag),
  );
  return promoted ? 'promoted' : 'pending';
}

function placeFacts(context: UpdateContext, state: PlaceState, application: ObjectRef): PlaceFacts {
  const others = state.readers.map((reader) => reader.subscription.app).filter((app) => refKey(app.ref) !== refKey(application));
  const readers = others.map((app) => ({ application: app.ref, state: readerState(context, state, app) }));
  return { place: state.place, image: state.readers[0]?.watch.image ?? '', current: state.current, digests: [], readers };
}

async function gatherNeed(reading: Reading, one: Case, need: VerdictNeed, known: Known): Promise<Known> {
  const { context, gathered } = reading;
  if (need.need === 'rendered-difference') return { ...known, renderedDifference: await otherCauses(reading, one) };
  if (need.need === 'served') {
    const state = gathered.places.find((place) => place.readers[0]?.watch.image === need.image);
    if (state === undefined) throw new Failure('not-found', `${need.image} is watched at no place of this branch`);
    const digest = await context.ports.registry.served(need.image, need.tag, state.access, reading.signal);
    return { ...known, served: { ...known.served, [`${need.image}:${need.tag}`]: digest } };
  }
  const key = placeKey(need.place);
  const place = known.places.get(key);
  if (place === undefined) return known;
  const history = await reading.histories({ place: need.place });
  const latest = history.changes[0];
  const digests = latest === undefined ? [] : (ourWrite(latest, need.place, place.image) ?? []);
  return { ...known, places: new Map([...known.places, [key, { ...place, history, digests }]]) };
}

function factsOf(context: UpdateContext, gathered: Gathered, one: Case, known: Known): VerdictFacts {
  const { windlass } = one.subscription.app.resource.view.status ?? {};
  const onError = one.view.rollout.view.metadata.annotations?.['windlass.dev/on-error'];
  const settled = settledIn(one.holdsLog);
  return {
    places: [...known.places.values()],
    stable: stableImagesOf(one.view),
    holds: 'because' in gathered.holds ? [] : gathered.holds.filter((hold) => isGitPlace(hold.place)),
    settledVerdicts: settled,
    // Every hold came with a commit that settled its verdict, so a removed one is settled too.
    liftedVerdicts: [],
    ...(windlass?.adoptedAt === undefined ? {} : { adoptedAt: windlass.adoptedAt }),
    served: known.served,
    ...(known.renderedDifference === undefined ? {} : { renderedDifference: known.renderedDifference }),
    rolloutNow: rolloutNowOf(one.verdict, one.view),
    lowerings: loweringsIn(one.holdsLog),
    ...(onError === 'hold' ? { onError } : {}),
  };
}

const maxRounds = 20;

/** Asks the verdict room until it needs no further fact; the question goes with the answer, for `replay`. */
export async function answerCase(
  reading: Reading,
  one: Case,
): Promise<{ readonly answer: Exclude<Answer, { kind: 'needs' }>; readonly facts: VerdictFacts }> {
  const { context, gathered } = reading;
  const mine = gathered.places.filter((state) =>
    state.readers.some((reader) => refKey(reader.subscription.app.ref) === refKey(one.subscription.app.ref)),
  );
  let known: Known = {
    served: {},
    places: new Map(mine.map((state) => [placeKey(state.place), placeFacts(context, state, one.subscription.app.ref)])),
  };
  for (let round = 0; round < maxRounds; round += 1) {
    const facts = factsOf(context, gathered, one, known);
    const answer = answerFor(one.verdict, facts, context.ports.clock.now());
    if (answer.kind !== 'needs') return { answer, facts };
    for (const need of answer.facts) known = await gatherNeed(reading, one, need, known);
  }
  throw new Failure('too-large', `verdict ${one.verdict.id}: the answer still lacks facts after ${maxRounds} rounds`);
}
