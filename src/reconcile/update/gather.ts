import { Failure, sentenceOf } from '../../kernel/failure.ts';
import type { GitPlace } from '../../kernel/place.ts';
import { placeKey } from '../../kernel/place.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import type { Watch } from '../../policy/choice.ts';
import type { Listing, RegistryAccess } from '../../registry/listing.ts';
import type { Snapshot, Spot } from '../../writeback/edit.ts';
import { readHolds } from '../../writeback/holds.ts';
import { locate } from '../../writeback/targets.ts';
import type { Condition } from '../board.ts';
import { registryAccess } from '../credentials.ts';
import type { Gathered, PlaceState, Subscription, UpdateContext } from './context.ts';

type Reader = { readonly subscription: Subscription; readonly watch: Watch };
type Spotted = Reader & { readonly place: GitPlace; readonly current: PlaceState['current'] };

/** Collects conditions by Application. */
class Refusals {
  readonly byApp = new Map<string, Condition[]>();

  add(application: ObjectRef, type: string, message: string): void {
    const key = refKey(application);
    const known = this.byApp.get(key) ?? [];
    if (!known.some((condition) => condition.message === message)) this.byApp.set(key, [...known, { type, message }]);
  }
}

type Reading = { readonly context: UpdateContext; readonly refusals: Refusals; readonly signal: AbortSignal };

/** Where each watch writes, as far as the snapshot tells; `needs` are paths to read first. */
function spotAll(
  subscriptions: readonly Subscription[],
  snapshot: Snapshot,
  refusals: Refusals,
): { spotted: readonly Spotted[]; needs: readonly string[] } {
  const spotted: Spotted[] = [];
  const needs: string[] = [];
  for (const reader of subscriptions.flatMap((subscription) => subscription.watches.map((watch) => ({ subscription, watch })))) {
    const located = locate(reader.subscription.target, reader.watch, snapshot);
    if (located.kind === 'needs') needs.push(...located.paths);
    else if (located.kind === 'located') spotted.push({ ...reader, place: located.place, current: located.current });
    else refusals.add(reader.subscription.app.ref, 'ImageUpdateError', `${describeSpot(located.at)}: ${located.because}`);
  }
  return { spotted, needs };
}

function describeSpot(at: Spot): string {
  return at.line === undefined ? at.file : `${at.file}:${at.line}`;
}

/** Reads the files that the watches write to, in as few reads as their needs permit. */
async function locateAll(
  { context, refusals, signal }: Reading,
  first: Subscription,
  base: { subscriptions: readonly Subscription[]; head: string },
): Promise<{ snapshot: Snapshot; spotted: readonly Spotted[] }> {
  const { repo, branch } = first;
  const paths = new Set<string>([context.settings.holdsPath]);
  for (;;) {
    const snapshot = await context.ports.git.read(repo, { branch, head: base.head }, [...paths].sort(), signal);
    const { spotted, needs } = spotAll(base.subscriptions, snapshot, refusals);
    const fresh = needs.filter((path) => !paths.has(path));
    if (fresh.length === 0) return { snapshot, spotted };
    fresh.forEach((path) => paths.add(path));
  }
}

type Listed = { readonly listing: Listing; readonly access: RegistryAccess };

async function listFor({ context, refusals, signal }: Reading, reader: Reader): Promise<Listed | undefined> {
  const { watch, subscription } = reader;
  const found = registryAccess(watch.image, watch.pullSecret, context.settings.registryHosts, context.credentials);
  if (found.kind === 'refused') {
    refusals.add(subscription.app.ref, 'ImageUpdateError', `${watch.image}: ${found.because}`);
    return undefined;
  }
  try {
    return { listing: await context.listings.get(watch.image, found.access, signal), access: found.access };
  } catch (thrown) {
    refusals.add(subscription.app.ref, 'ImageUpdateError', sentenceOf(thrown));
    return undefined;
  }
}

/** Groups what writes to the same place, in the order of the place's key. */
async function joinPlaces(reading: Reading, spotted: readonly Spotted[]): Promise<readonly PlaceState[]> {
  const groups = Map.groupBy(spotted, (spot) => placeKey(spot.place));
  const keys = [...groups.keys()].sort();
  const states = await Promise.all(
    keys.map(async (key) => {
      const readers = groups.get(key) ?? [];
      const listed = await Promise.all(readers.map((reader) => listFor(reading, reader)));
      const [first, listing] = [readers[0], listed.find((one) => one !== undefined)];
      // One reader without a listing decides nothing for the place: a tag must satisfy every watch.
      if (first === undefined || listing === undefined || listed.includes(undefined)) return [];
      return [{ place: first.place, current: first.current, readers, listing: listing.listing, access: listing.access }];
    }),
  );
  return states.flat();
}

/** Everything that decisions about one branch start from: one fetch, one read, one listing per distinct image. */
export async function gather(
  context: UpdateContext,
  subscriptions: readonly Subscription[],
  maxHeadAgeMs: number,
  signal: AbortSignal,
): Promise<Gathered> {
  const first = subscriptions[0];
  if (first === undefined) throw new Failure('not-found', 'no Application subscribes to this branch');
  const { repo, repoId, branch } = first;
  const head = await context.heads.head(repo, branch, maxHeadAgeMs, signal);
  const refusals = new Refusals();
  const reading: Reading = { context, refusals, signal };
  const { snapshot, spotted } = await locateAll(reading, first, { subscriptions, head });
  const read = readHolds(snapshot, context.settings.holdsPath);
  const holds = read.kind === 'holds' ? read.holds : { because: read.kind === 'refused' ? read.because : 'the holds file was not read' };
  const places = await joinPlaces(reading, spotted);
  return { repo, repoId, branch, head, snapshot, subscriptions, places, holds, refused: refusals.byApp };
}
