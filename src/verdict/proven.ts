import type { Hold } from '../kernel/hold.ts';
import type { Digest, Reference } from '../kernel/image.ts';
import { describeReference } from '../kernel/image.ts';
import { placeKey } from '../kernel/place.ts';
import type { Millis } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { PlaceHistory } from '../policy/choice.ts';
import type { Move, VerdictNeed } from './answer.ts';
import type { RunningImage } from './canary-images.ts';
import type { FailedValue } from './failed-value.ts';
import type { PlaceFacts, VerdictFacts } from './facts.ts';
import type { FormerValue } from './place-values.ts';
import { digestsFixedFor, formerValues } from './place-values.ts';

export type Target =
  | { readonly kind: 'target'; readonly move: Move }
  | { readonly kind: 'none'; readonly because: string }
  | { readonly kind: 'needs'; readonly fact: VerdictNeed };

type Question = { readonly place: PlaceFacts; readonly history: PlaceHistory; readonly failed: FailedValue; readonly facts: VerdictFacts };

/**
 * The newest value that the place held before, that is proven by the stable ReplicaSet, not held, and still served with the digest that
 * was proven (LOOP 8, invariant 2).
 */
export function targetAt(question: Question, now: Millis): Target {
  const { place, history } = question;
  const refusals: string[] = [];
  for (const former of formerValues(history, place.place, place.image)) {
    const judged = judgeFormer(former, question, now);
    if (judged.kind !== 'none') return judged;
    refusals.push(judged.because);
  }
  const read = history.complete ? 'its history' : `the ${history.changes.length} changes that were read`;
  const because = refusals[0] === undefined ? `no earlier value stands in ${read} of ${placeKey(place.place)}` : refusals.join('; ');
  return { kind: 'none', because };
}

function judgeFormer(former: FormerValue, question: Question, now: Millis): Target {
  const { reference } = former;
  const name = describeReference(reference);
  const { place, failed, facts } = question;
  if (reference.digest === undefined && reference.tag === failed.tag) return { kind: 'none', because: `${name} is what failed` };
  const proven = provenDigests(
    former,
    facts.stable.filter((each) => each.image === place.image),
  );
  const refusal = typeof proven === 'string' ? proven : heldBecause(former, proven, question, now);
  if (refusal !== undefined || typeof proven === 'string') return { kind: 'none', because: `${name} ${refusal ?? ''}` };
  return judgeServed(reference, proven, question);
}

function judgeServed(reference: Reference, proven: readonly Digest[], { place, facts }: Question): Target {
  const wanted = reference.digest ?? reference.tag ?? '';
  const key = `${place.image}:${wanted}`;
  const served = Object.hasOwn(facts.served, key) ? facts.served[key] : undefined;
  if (served === undefined) return { kind: 'needs', fact: { need: 'served', image: place.image, tag: wanted } };
  const name = describeReference(reference);
  if (served === 'absent') return { kind: 'none', because: `${name} is not served any more` };
  if (!proven.includes(served)) return { kind: 'none', because: `${name} now stands for ${served}, which is not what ran as stable` };
  return { kind: 'target', move: { place: place.place, to: reference, digest: served } };
}

/** The digests that may stand behind a former value, or why it is not proven. */
function provenDigests({ reference, digests }: FormerValue, stable: readonly RunningImage[]): readonly Digest[] | string {
  if (reference.digest !== undefined) {
    const pinned = reference.digest;
    return stable.some((each) => each.digests.includes(pinned)) ? [pinned] : 'is not what runs as stable';
  }
  const running = stable.find((each) => each.tag === reference.tag);
  if (running === undefined) return 'is not what runs as stable';
  const known = digests.length > 0 ? digests : running.digests;
  return known.length > 0 ? known : 'runs as stable, but nothing says which digest that was';
}

function heldBecause({ reference }: FormerValue, proven: readonly Digest[], question: Question, now: Millis): string | undefined {
  const { place, history, failed, facts } = question;
  if (proven.some((digest) => failed.digests.includes(digest))) return 'is the image that failed, under another tag';
  const holds = facts.holds.filter(
    (hold) => isActive(hold, now) && hold.image === place.image && placeKey(hold.place) === placeKey(place.place),
  );
  const hold = holds.find(
    (each) => (each.tag !== undefined && each.tag === reference.tag) || proven.some((one) => each.digests.includes(one)),
  );
  if (hold !== undefined) return `is held since ${hold.since}`;
  // A node may still have the held image under this tag (LOOP 3).
  const once = digestsFixedFor(reference.tag, history, place).flat();
  const held = [...failed.digests, ...holds.flatMap((each) => each.digests)];
  return reference.digest === undefined && once.some((digest) => held.includes(digest)) ? 'once carried a held digest' : undefined;
}

function isActive(hold: Hold, now: Millis): boolean {
  // An `until` that cannot be read never ends.
  return hold.until === undefined || !(millisOf(hold.until) <= now);
}
