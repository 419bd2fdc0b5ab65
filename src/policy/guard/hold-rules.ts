import { oneLine } from '../../kernel/escape.ts';
import type { Hold } from '../../kernel/hold.ts';
import type { Digest } from '../../kernel/image.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import { type Millis, millisOf } from '../../kernel/time.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { PlaceHistory, PlaceQuestion } from '../choice.ts';
import type { Ranking } from '../policies/policy.ts';
import { tagOf } from './answer.ts';

/** The holds of the question that count now. An `until` that cannot be read never ends. */
export function activeHolds({ holds, listing }: PlaceQuestion, now: Millis): readonly Hold[] {
  return holds.filter(({ image, until }) => image === listing.image && (until === undefined || !(millisOf(until) <= now)));
}

/** Why a tag is not above everything that is held here (LOOP 8): only what is newer than a held tag may follow it. */
export function notAboveHeld(tag: string, holds: readonly Hold[], ranking: Ranking): string | undefined {
  const hold = holds.find((held) => held.tag !== undefined && ranking.ranks(held.tag) && !ranking.isNewer(tag, held.tag));
  if (hold?.tag === undefined) return undefined;
  return hold.tag === tag ? `${tag} is ${describeHold(hold)}` : `${tag} is not above ${hold.tag}, which is ${describeHold(hold)}`;
}

/** Why what stands behind a tag is held, under whatever tag it was held. */
export function heldDigest({ tag, digest, children }: TagFacts, holds: readonly Hold[]): string | undefined {
  const digests = [digest, ...children.map((child) => child.digest)];
  for (const hold of holds) {
    const held = digests.find((one) => hold.digests.includes(one));
    if (held !== undefined) return `${tag} has the digest ${held} that is ${describeHold(hold)}`;
  }
  return undefined;
}

/**
 * Why a tag may not be written without its digest: a commit of ours wrote it here when it stood for a digest that is held now, and nodes
 * may still have that image under it.
 */
export function onceHeld(tag: string, holds: readonly Hold[], history: PlaceHistory): string | undefined {
  const held = new Set<Digest>(holds.flatMap((hold) => hold.digests));
  const change = history.changes.find(
    ({ after, trailers }) => tagOf(after) === tag && trailerValues(trailers, trailer.digest).some((digest) => held.has(digest)),
  );
  if (change === undefined) return undefined;
  return `${tag} once carried a held digest (commit ${change.commit.slice(0, 12)}): it may only be written with its digest, which is not supported here yet`;
}

function describeHold({ since, because, suspected }: Hold): string {
  return `held at this place since ${since}${suspected === true ? ' (suspected)' : ''}: ${oneLine(because)}`;
}
