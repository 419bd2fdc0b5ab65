import { oneLine } from '../../kernel/escape.ts';
import type { Hold } from '../../kernel/hold.ts';
import type { Digest } from '../../kernel/image.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import { type Millis, millisOf } from '../../kernel/time.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { PlaceHistory, PlaceQuestion } from '../choice.ts';
import type { Ranking } from '../policies/policy.ts';
import { tagOf } from './answer.ts';
import type { Said } from './case.ts';
import { digestsSeen } from './digest-answer.ts';

/** The holds of the question that count now. An `until` that cannot be read never ends. */
export function activeHolds({ holds, listing }: PlaceQuestion, now: Millis): readonly Hold[] {
  return holds.filter(({ image, until }) => image === listing.image && (until === undefined || !(millisOf(until) <= now)));
}

/** Why a tag is not above everything that is held here (LOOP 8): only what is newer than a held tag may follow it. */
export function notAboveHeld(tag: string, holds: readonly Hold[], ranking: Ranking): Said | undefined {
  const hold = holds.find((held) => held.tag !== undefined && ranking.ranks(held.tag) && !ranking.isNewer(tag, held.tag));
  if (hold?.tag === undefined) return undefined;
  return heldBy(
    hold,
    hold.tag === tag ? `${tag} is ${describeHold(hold)}` : `${tag} is not above ${hold.tag}, which is ${describeHold(hold)}`,
  );
}

/** Why what stands behind a tag is held, under whatever tag it was held. */
export function heldDigest({ tag, digest, children, others = [] }: TagFacts, holds: readonly Hold[]): Said | undefined {
  const digests = [digest, ...children.map((child) => child.digest), ...others];
  for (const hold of holds) {
    const held = digests.find((one) => hold.digests.includes(one));
    if (held !== undefined) return heldBy(hold, `${tag} has the digest ${held} that is ${describeHold(hold)}`);
  }
  return undefined;
}

/** Digests have no order: while one is held here, only such as were never here before may follow it (LOOP 8). */
export function seenBeforeHeld({ tag, digest }: TagFacts, holds: readonly Hold[], history: PlaceHistory): Said | undefined {
  const [hold] = holds;
  if (hold === undefined || !digestsSeen(history).has(digest)) return undefined;
  const because = `${tag} has the digest ${digest} that was here before ${hold.digests[0] ?? 'another'}, which is ${describeHold(hold)}: only a digest that is new here may follow it`;
  return heldBy(hold, because);
}

/**
 * Whether a tag may be written only with its digest (LOOP 3): a commit of ours wrote it here when it stood for a digest that is held now,
 * and nodes may still have that image under it.
 */
export function onceHeld(tag: string, holds: readonly Hold[], history: PlaceHistory): boolean {
  const held = new Set<Digest>(holds.flatMap((hold) => hold.digests));
  return history.changes.some(
    ({ after, trailers }) => tagOf(after) === tag && trailerValues(trailers, trailer.digest).some((digest) => held.has(digest)),
  );
}

function heldBy({ until }: Hold, because: string): Said {
  return { verdict: 'held', rule: 'hold', because, ...(until === undefined || Number.isNaN(millisOf(until)) ? {} : { until }) };
}

function describeHold({ since, because, suspected }: Hold): string {
  return `held at this place since ${since}${suspected === true ? ' (suspected)' : ''}: ${oneLine(because)}`;
}
