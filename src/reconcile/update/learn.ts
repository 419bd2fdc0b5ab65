import { Failure } from '../../kernel/failure.ts';
import type { Digest, ImageName } from '../../kernel/image.ts';
import { describeReference } from '../../kernel/image.ts';
import { placeKey } from '../../kernel/place.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import type { Need, TagTime } from '../../policy/choice.ts';
import type { KnownFacts } from '../../policy/known-facts.ts';
import { withLearnt } from '../../policy/known-facts.ts';
import type { TagTimes } from '../../registry/listing.ts';
import type { PlaceState } from './context.ts';
import type { Reading, Wanted } from './histories.ts';
import type { Asker } from './tag-memory.ts';
import { inParallel } from './tag-memory.ts';

/** What a decision may learn beside the listing and the holds. */
export type Asking = Reading & { readonly state: PlaceState };

const maxHeads = 8;

/** Tags whose age is not known yet and that are looked at in one turn: the others are as if they had come later. */
const maxNewAges = 200;

/** Gathers exactly what the policy lacks. Throws the `Failure` of a fact that cannot be had. */
export async function learn(asking: Asking, known: KnownFacts, needs: readonly Need[]): Promise<KnownFacts> {
  const learned = await Promise.all(needs.map((need) => learnOne(asking, need)));
  return learned.reduce<KnownFacts>(withLearnt, known);
}

async function learnOne(asking: Asking, need: Need): Promise<Partial<KnownFacts>> {
  const { context, located } = asking;
  switch (need.need) {
    case 'history':
      return { history: await asking.histories(historyOf(asking)) };
    case 'commit': {
      const trailers = await context.ports.git.trailers(located.repo, need.commit);
      return { commits: { [need.commit]: trailerValues(trailers, trailer.application).length > 0 ? 'ours' : 'other' } };
    }
    case 'tag':
      return learnTag(asking, need);
    case 'created':
      return { created: await context.tags.created(askerOf(asking, need.image), need.tags) };
    case 'digests':
      return { digests: await context.tags.digests(askerOf(asking, need.image), need.tags) };
    case 'times':
      return { times: await learnTimes(asking, need) };
    case 'served':
      return { served: await learnServed(asking, need) };
  }
}

/** Only the latest change matters, except where something is held: then what was here before it does (LOOP 8). */
function historyOf({ located: { holds }, state: { place, current } }: Asking): Wanted {
  const isHeld = !('because' in holds) && holds.some((hold) => placeKey(hold.place) === placeKey(place));
  return { place, ...(current === undefined || isHeld ? {} : { value: describeReference(current) }) };
}

function askerOf({ state, signal }: Asking, image: ImageName): Asker {
  return { image, access: state.access, signal };
}

/** What is looked at anew is seen: where it stands for another digest than before, its age begins again. */
async function learnTag({ context, state, signal }: Asking, { image, tag }: Extract<Need, { need: 'tag' }>): Promise<Partial<KnownFacts>> {
  const facts = await context.listings.facts({ image, tag }, state.access, signal);
  if (facts !== 'absent' && context.firstSeen.known(image, tag) !== undefined) context.firstSeen.see(image, tag, facts.digest);
  return { facts: { [tag]: facts } };
}

async function learnServed(
  { context, state, signal }: Asking,
  { image, digests }: Extract<Need, { need: 'served' }>,
): Promise<Readonly<Record<Digest, boolean>>> {
  const served = new Map<Digest, boolean>();
  await inParallel(digests, maxHeads, async (digest) => {
    served.set(digest, (await context.ports.registry.served(image, digest, state.access, signal)) !== 'absent');
  });
  return Object.fromEntries(served);
}

/** Since when tags are there: as the registry says, else since they were first seen. An age that cannot be had now is unknown. */
async function learnTimes(asking: Asking, { image, tags }: Extract<Need, { need: 'times' }>): Promise<Readonly<Record<string, TagTime>>> {
  const { context, state, signal } = asking;
  const listed = await context.listings.times(image, state.access, signal);
  const said = new Map(tags.flatMap((tag) => timeIn(listed, tag) ?? []));
  const unsaid = tags.filter((tag) => !said.has(tag));
  const seen = unsaid.length === 0 ? new Map<string, TagTime>() : await firstSeenOf(asking, image, unsaid);
  return Object.fromEntries(tags.map((tag) => [tag, said.get(tag) ?? seen.get(tag) ?? 'unknown']));
}

function timeIn(listed: TagTimes | undefined, tag: string): readonly (readonly [string, TagTime])[] | undefined {
  const entry = listed?.get(tag);
  if (entry?.pushedAt === undefined) return undefined;
  const { digest, pushedAt } = entry;
  return [[tag, { at: pushedAt, by: 'registry', ...(digest === undefined ? {} : { digest }) }]];
}

async function firstSeenOf({ context, state, signal }: Asking, image: ImageName, tags: readonly string[]): Promise<Map<string, TagTime>> {
  const { firstSeen, ports } = context;
  await firstSeen.load(signal);
  // Tags that are listed and not served must not keep others from their turn.
  await inParallel(firstSeen.unseen(image, tags, maxNewAges), maxHeads, async (tag) => {
    try {
      const digest = await ports.registry.served(image, tag, state.access, signal);
      if (digest === 'absent') firstSeen.miss(image, tag);
      else firstSeen.see(image, tag, digest);
    } catch (thrown) {
      // Its age begins when it can be looked at; older tags do not depend on it.
      if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
      firstSeen.miss(image, tag);
    }
  });
  return new Map(
    tags.flatMap((tag) => {
      const sight = firstSeen.known(image, tag);
      return sight === undefined ? [] : [[tag, { ...sight, by: 'first-seen' }] as const];
    }),
  );
}
