import type { Hold, Verdict } from '../kernel/hold.ts';
import { describeReference, splitImageName } from '../kernel/image.ts';
import { placeKey } from '../kernel/place.ts';
import type { Millis } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { PlaceHistory } from '../policy/choice.ts';
import type { Answer, Move, VerdictNeed } from './answer.ts';
import { describeImages, describeVerdict } from './describe.ts';
import { doubtsOf } from './doubts.ts';
import type { FailedValue } from './failed-value.ts';
import { failedValueAt, holdAt } from './failed-value.ts';
import type { PlaceFacts, VerdictFacts } from './facts.ts';
import { targetAt } from './proven.ts';
import { describeStorm, stormSince } from './storm.ts';

type Affected = { readonly place: PlaceFacts; readonly history: PlaceHistory; readonly failed: FailedValue };

/**
 * What Git must learn from a verdict (LOOP 7 to 14). Only a failed canary or a person's abort moves anything, and only to a proven value;
 * whatever has more than one possible cause is a proposal. `needs` names exactly what is missing; asked again with it, the answer goes on.
 */
export function answerFor(verdict: Verdict, facts: VerdictFacts, now: Millis): Answer {
  const unacted = notActedOn(verdict, facts);
  if (unacted !== undefined) return unacted;
  const concerned = facts.places
    .filter((place) => verdict.images.some(({ image }) => image === place.image))
    .toSorted((left, right) => (placeKey(left.place) < placeKey(right.place) ? -1 : 1));
  if (concerned.length === 0) {
    return {
      kind: 'ignore',
      because: `${describeVerdict(verdict)}. No place that this bot writes holds ${describeImages(verdict.images)}.`,
    };
  }
  const unread = concerned.filter(({ history }) => history === undefined);
  if (unread.length > 0) return { kind: 'needs', facts: unread.map(({ place }) => ({ need: 'history', place })) };
  return answerAt(
    verdict,
    concerned.flatMap((place) => affectedAt(place, verdict)),
    facts,
    now,
  );
}

function affectedAt(place: PlaceFacts, verdict: Verdict): readonly Affected[] {
  const failed = failedValueAt(place, verdict);
  return failed === undefined || place.history === undefined ? [] : [{ place, history: place.history, failed }];
}

/** Verdicts that are settled, too old, taken back, or of a kind that never changes Git (invariant 13). */
function notActedOn(verdict: Verdict, facts: VerdictFacts): Answer | undefined {
  const found = describeVerdict(verdict);
  const ignore = (because: string): Answer => ({ kind: 'ignore', because: `${found}. ${because}` });
  if (facts.settledVerdicts.includes(verdict.id)) return ignore('A commit on the branch settled it.');
  if (facts.adoptedAt !== undefined && millisOf(verdict.at) < millisOf(facts.adoptedAt)) {
    return ignore(`That was before this bot took the Application over (${facts.adoptedAt}), so it is only shown.`);
  }
  const acts = verdict.kind === 'failed' || verdict.kind === 'aborted-by-person' || holdsOnError(verdict, facts);
  if (!acts) return ignore('That alone says nothing against the image: traffic stays on stable and Git stays as it is.');
  // Then something else is the cause, or somebody promoted the image in another template since.
  if (facts.rolloutNow === 'aborted') return verdict.sameAsStable === true ? ignore('The stable version runs the same images.') : undefined;
  return { kind: 'withdrawn', because: `${found}. The rollout was ${facts.rolloutNow} since, so nothing is taken back.` };
}

function holdsOnError(verdict: Verdict, facts: VerdictFacts): boolean {
  return verdict.kind === 'error' && facts.onError === 'hold';
}

function answerAt(verdict: Verdict, affected: readonly Affected[], facts: VerdictFacts, now: Millis): Answer {
  const because = holdOnlyBecause(verdict, affected, facts);
  if (because !== undefined) return holdOnly(verdict, affected, because);
  const storm = stormSince(facts, now);
  if (storm !== undefined) return { ...holdOnly(verdict, affected, describeStorm(storm)), storm };
  const targets = affected.map((each) => targetAt({ ...each, facts }, now));
  const none = targets.find((target) => target.kind === 'none');
  // Several images are one cause: where one cannot go back, none does.
  if (none !== undefined) return holdOnly(verdict, affected, `There is nothing proven to go back to: ${none.because}.`);
  const missing: VerdictNeed[] = targets.flatMap((target) => (target.kind === 'needs' ? [target.fact] : []));
  if (facts.renderedDifference === undefined) missing.push({ need: 'rendered-difference' });
  if (missing.length > 0) return { kind: 'needs', facts: missing };
  return lowerOrPropose(
    verdict,
    affected,
    targets.flatMap((target) => (target.kind === 'target' ? [target.move] : [])),
    facts,
  );
}

function holdOnlyBecause(verdict: Verdict, affected: readonly Affected[], facts: VerdictFacts): string | undefined {
  if (holdsOnError(verdict, facts)) return 'windlass.dev/on-error asks for a hold.';
  const moved = affected.find(({ failed }) => !failed.stillInGit);
  if (moved !== undefined) {
    const { current, place } = moved.place;
    return `Git moved on to ${current === undefined ? 'no value' : describeReference(current)} at ${placeKey(place)}, so nothing is taken back.`;
  }
  return undefined;
}

function holdOnly(verdict: Verdict, affected: readonly Affected[], because: string): Extract<Answer, { kind: 'hold-only' }> {
  const suspected = verdict.images.length > 1 || verdict.kind === 'error';
  return {
    kind: 'hold-only',
    holds: holdsOf(verdict, affected, suspected),
    because: `${describeVerdict(verdict)}. Only a hold is written. ${because}`,
  };
}

function lowerOrPropose(verdict: Verdict, affected: readonly Affected[], moves: readonly Move[], facts: VerdictFacts): Answer {
  const doubts = doubtsOf(
    verdict,
    affected.map(({ place }) => place),
    facts,
  );
  const suspected = verdict.images.length > 1 || (facts.renderedDifference ?? []).length > 0;
  const holds = holdsOf(verdict, affected, suspected);
  const back = describeMoves(affected, moves);
  if (doubts.length === 0) return { kind: 'lower', moves, holds, because: `${describeVerdict(verdict)}. ${back}, which ran as stable.` };
  return {
    kind: 'propose',
    moves,
    holds,
    because: `${describeVerdict(verdict)}. Proposed: ${back}. Not done alone, because ${doubts.join('; ')}.`,
  };
}

function holdsOf(verdict: Verdict, affected: readonly Affected[], suspected: boolean): readonly Hold[] {
  return affected.map(({ place, failed }) => holdAt(place, failed, verdict, suspected));
}

/** `team/shop goes back from 1.4.3 to 1.4.2`. Affected places and moves stand in the same order. */
function describeMoves(affected: readonly Affected[], moves: readonly Move[]): string {
  const sentences = affected.map(({ place, failed }, index) => {
    const from = describeReference(place.current ?? (failed.tag === undefined ? {} : { tag: failed.tag }));
    return `${splitImageName(place.image).repository} goes back from ${from} to ${describeReference(moves[index]?.to ?? {})}`;
  });
  return [...new Set(sentences)].join(' and ');
}
