import { Failure } from '../../kernel/failure.ts';
import { placeKey } from '../../kernel/place.ts';
import type { Sha } from '../../kernel/refs.ts';
import type { RepoAccess } from '../../git/commit.ts';
import type { Snapshot, Spot as At } from '../../writeback/edit.ts';
import { readHolds } from '../../writeback/holds.ts';
import { locate } from '../../writeback/targets.ts';
import type { Located, Spot, Subscription, UpdateContext } from './context.ts';
import { Refusals } from './refusals.ts';

type Spotted = Spot['readers'][number] & Pick<Spot, 'place' | 'current'>;
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

function describeSpot(at: At): string {
  return at.line === undefined ? at.file : `${at.file}:${at.line}`;
}

type Reached = { readonly repo: RepoAccess; readonly branch: string; readonly head: Sha; readonly subscriptions: readonly Subscription[] };

/** Reads the files that the watches write to, in as few reads as their needs permit. */
async function locateAll({ context, refusals, signal }: Reading, reached: Reached) {
  const paths = new Set<string>([context.settings.holdsPath]);
  for (;;) {
    const snapshot = await context.ports.git.read(reached.repo, reached, [...paths].sort(), signal);
    const { spotted, needs } = spotAll(reached.subscriptions, snapshot, refusals);
    const fresh = needs.filter((path) => !paths.has(path));
    if (fresh.length === 0) return { snapshot, spots: joinSpots(spotted) };
    fresh.forEach((path) => paths.add(path));
  }
}

/** Groups what writes to the same place, in the order of the place's key. */
function joinSpots(spotted: readonly Spotted[]): readonly Spot[] {
  const groups = Map.groupBy(spotted, (spot) => placeKey(spot.place));
  return [...groups.keys()].sort().flatMap((key) => {
    const readers = groups.get(key) ?? [];
    const [first] = readers;
    return first === undefined ? [] : [{ place: first.place, current: first.current, readers }];
  });
}

/** One way of reaching the repository: an address, which may hold a login, and a credential. */
function wayOf({ url, credential, sshKey }: RepoAccess): string {
  return `${url}\n${credential?.username ?? ''}\n${credential?.password.reveal() ?? ''}\n${sshKey?.reveal() ?? ''}`;
}

function hasLogin({ url, credential, sshKey }: RepoAccess): boolean {
  return credential !== undefined || sshKey !== undefined || /^\w+:\/\/[^/]*@/.test(url);
}

/** What one wrongly written address brings: its Applications are told, and the others go on. */
const ownFaults: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'not-found', 'unsupported']);

/** Fetches the branch in the way of the Applications that have a login; one whose address is wrong stops only itself. */
async function reach({ context, refusals, signal }: Reading, all: readonly Subscription[], maxHeadAgeMs: number): Promise<Reached> {
  const ways = [...Map.groupBy(all, ({ repo }) => wayOf(repo)).values()].sort(
    ([left], [right]) => Number(right !== undefined && hasLogin(right.repo)) - Number(left !== undefined && hasLogin(left.repo)),
  );
  let subscriptions = all;
  for (const way of ways) {
    const [first] = way;
    if (first === undefined) continue;
    const { repo, branch } = first;
    try {
      return { repo, branch, head: await context.heads.head(repo, branch, maxHeadAgeMs, signal), subscriptions };
    } catch (thrown) {
      if (!(thrown instanceof Failure) || !ownFaults.has(thrown.code) || subscriptions.length === way.length) throw thrown;
      way.forEach(({ app }) => refusals.add(app.ref, 'ImageUpdateError', thrown.message));
      subscriptions = subscriptions.filter((one) => !way.includes(one));
    }
  }
  throw new Failure('not-found', 'no Application subscribes to this branch');
}

/** What a branch says: one fetch, one read. Throws `Failure` where nobody reaches it. */
export async function locateBranch(
  context: UpdateContext,
  subscriptions: readonly Subscription[],
  maxHeadAgeMs: number,
  signal: AbortSignal,
): Promise<Located> {
  const refusals = new Refusals();
  const reading: Reading = { context, refusals, signal };
  const reached = await reach(reading, subscriptions, maxHeadAgeMs);
  const { snapshot, spots } = await locateAll(reading, reached);
  const read = readHolds(snapshot, context.settings.holdsPath);
  const holds = read.kind === 'holds' ? read.holds : { because: read.kind === 'refused' ? read.because : 'the holds file was not read' };
  const { repo, branch, head } = reached;
  return { repo, repoId: snapshot.repo, branch, head, snapshot, subscriptions, spots, holds, refused: refusals };
}
