import type { FileLog } from '../../writeback/file-log.ts';
import { Failure } from '../../kernel/failure.ts';
import type { Verdict } from '../../kernel/hold.ts';
import { isGitPlace, placeKey } from '../../kernel/place.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import type { Millis, Time } from '../../kernel/time.ts';
import { millisOf } from '../../kernel/time.ts';
import { onErrorAnnotation } from '../../rollout/own-annotations.ts';
import { answerFor } from '../../verdict/answer-for.ts';
import type { Answer, VerdictNeed } from '../../verdict/answer.ts';
import { stableImagesOf } from '../../verdict/canary-images.ts';
import type { PlaceFacts, Reader, VerdictFacts } from '../../verdict/facts.ts';
import { ourWrite } from '../../verdict/place-values.ts';
import { rolloutNowOf } from '../../verdict/rollout-now.ts';
import type { RolloutView } from '../world.ts';
import { rolloutsOf } from '../world.ts';
import { registryAccess } from '../credentials.ts';
import type { Spot, Subscription, UpdateContext } from './context.ts';
import { branchKey } from './context.ts';
import type { Reading } from './decide.ts';
import { otherCauses } from './difference.ts';

/** A verdict with what it is about, ready to be answered. */
export type Case = {
  readonly verdict: Verdict;
  readonly subscription: Subscription;
  readonly view: RolloutView;
  readonly holdsLog: FileLog;
};

/** Facts that were asked for one by one; what is known may be handed on to a second look. */
export type Known = {
  readonly served: VerdictFacts['served'];
  readonly places: ReadonlyMap<string, PlaceFacts>;
  readonly renderedDifference?: readonly string[];
};

/** Ids that a commit on the branch settled: every such commit touches the holds file. */
function settledIn(log: FileLog): readonly string[] {
  return log.changes.flatMap((change) => trailerValues(change.trailers, trailer.verdict));
}

/** When this bot lowered something by itself: commits with a verdict that also name a place, and what this process did elsewhere. */
function loweringsIn({ context, located }: Reading, log: FileLog): readonly Millis[] {
  const here = log.changes.filter(
    (change) => trailerValues(change.trailers, trailer.verdict).length > 0 && trailerValues(change.trailers, trailer.place).length > 0,
  );
  const key = branchKey(located.repoId, located.branch);
  const elsewhere = [...context.lowered].flatMap(([branch, times]) => (branch === key ? [] : times));
  return [...here.map((change) => millisOf(change.at)), ...elsewhere];
}

/** Since when lowering is stopped on this branch: our newest commit that says so, unless a person changed the holds file since. */
export function stormIn(log: FileLog): Time | undefined {
  const isOurs = (change: FileLog['changes'][number]): boolean => trailerValues(change.trailers, trailer.verdict).length > 0;
  const firstForeign = log.changes.findIndex((change) => !isOurs(change));
  const ours = firstForeign < 0 ? log.changes : log.changes.slice(0, firstForeign);
  return ours.flatMap((change) => trailerValues(change.trailers, trailer.storm)).at(0);
}

function readerState(context: UpdateContext, state: Spot, app: Subscription['app']): Reader['state'] {
  const { claims, home } = context.settings;
  const views = rolloutsOf(app, context.ports.cluster, claims, home);
  if (views.length === 0) return 'unknown';
  const image = state.readers[0]?.watch.image;
  const promoted = views.some((view) =>
    stableImagesOf(view).some((running) => running.image === image && running.tag === state.current?.tag),
  );
  return promoted ? 'promoted' : 'pending';
}

function placeFacts(context: UpdateContext, state: Spot, application: ObjectRef): PlaceFacts {
  const others = state.readers.map((reader) => reader.subscription.app).filter((app) => refKey(app.ref) !== refKey(application));
  const readers = others.map((app) => ({ application: app.ref, state: readerState(context, state, app) }));
  return { place: state.place, image: state.readers[0]?.watch.image ?? '', current: state.current, digests: [], readers };
}

async function servedNow({ context, located, signal }: Reading, image: string, tag: string): Promise<string> {
  const reader = located.spots.flatMap(({ readers }) => readers).find(({ watch }) => watch.image === image);
  const namespace = reader?.subscription.app.resource.view.spec.destination.namespace;
  const found = await registryAccess({ ...reader?.watch, image, namespace }, context.settings.registryHosts, context.credentials);
  if (found.kind === 'refused') throw new Failure('unauthorized', `${image}: ${found.because}`);
  return context.ports.registry.served(image, tag, found.access, signal);
}

async function gatherNeed(reading: Reading, one: Case, need: VerdictNeed, known: Known): Promise<Known> {
  if (need.need === 'rendered-difference') return { ...known, renderedDifference: await otherCauses(reading, one) };
  if (need.need === 'served') {
    const digest = await servedNow(reading, need.image, need.tag);
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

function factsOf(reading: Reading, one: Case, known: Known): VerdictFacts {
  const { located } = reading;
  const storm = stormIn(one.holdsLog);
  const { windlass } = one.subscription.app.resource.view.status ?? {};
  const onError = one.view.rollout.view.metadata.annotations?.[onErrorAnnotation];
  const settled = settledIn(one.holdsLog);
  return {
    places: [...known.places.values()],
    stable: stableImagesOf(one.view),
    holds: 'because' in located.holds ? [] : located.holds.filter((hold) => isGitPlace(hold.place)),
    settledVerdicts: settled,
    ...(windlass?.adoptedAt === undefined ? {} : { adoptedAt: windlass.adoptedAt }),
    served: known.served,
    ...(known.renderedDifference === undefined ? {} : { renderedDifference: known.renderedDifference }),
    rolloutNow: rolloutNowOf(one.verdict, one.view),
    lowerings: loweringsIn(reading, one.holdsLog),
    ...(storm === undefined ? {} : { stormSince: storm }),
    ...(onError === 'hold' ? { onError } : {}),
  };
}

const maxRounds = 20;

/** The places that a verdict's Application writes, before anything is asked about them. */
export function knownOf({ context, located }: Reading, { subscription }: Pick<Case, 'subscription'>): Known {
  const { ref } = subscription.app;
  const mine = located.spots.filter((spot) => spot.readers.some((reader) => refKey(reader.subscription.app.ref) === refKey(ref)));
  return { served: {}, places: new Map(mine.map((spot) => [placeKey(spot.place), placeFacts(context, spot, ref)])) };
}

export type Answered = { readonly answer: Exclude<Answer, { kind: 'needs' }>; readonly facts: VerdictFacts; readonly known: Known };

/** Asks the verdict room until it needs no further fact; the question goes with the answer, for `replay`. */
export async function answerCase(reading: Reading, one: Case, before: Known): Promise<Answered> {
  let known = before;
  for (let round = 0; round < maxRounds; round += 1) {
    const facts = factsOf(reading, one, known);
    const answer = answerFor(one.verdict, facts, reading.context.ports.clock.now());
    if (answer.kind !== 'needs') return { answer, facts, known };
    for (const need of answer.facts) known = await gatherNeed(reading, one, need, known);
  }
  throw new Failure('too-large', `verdict ${one.verdict.id}: the answer still lacks facts after ${maxRounds} rounds`);
}
