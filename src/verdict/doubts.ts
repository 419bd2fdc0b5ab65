import { oneLine } from '../kernel/escape.ts';
import type { Verdict } from '../kernel/hold.ts';
import { describeReference } from '../kernel/image.ts';
import { placeKey } from '../kernel/place.ts';
import { describeRef } from '../kernel/refs.ts';
import { describeImages } from './describe.ts';
import type { PlaceFacts, VerdictFacts } from './facts.ts';
import { ourWrite, referenceOf } from './place-values.ts';

const shownFields = 5;

/** Why a lowering may only be proposed (LOOP 9, 10, 12): what else can be the cause, and who else is concerned. */
export function doubtsOf(verdict: Verdict, places: readonly PlaceFacts[], facts: VerdictFacts): readonly string[] {
  return [...places.flatMap(writerDoubts), ...places.flatMap(readerDoubts), ...unwatched(verdict, places), ...differences(facts)];
}

function writerDoubts({ place, image, current, history }: PlaceFacts): readonly string[] {
  const latest = history?.changes[0];
  const now = current === undefined ? 'no value' : describeReference(current);
  if (latest === undefined) return [`nothing tells who wrote ${now} at ${placeKey(place)}`];
  const left = latest.after === null ? undefined : referenceOf(latest.after);
  if (left === undefined || describeReference(left) !== now) return [`${placeKey(place)} changed while it was being read`];
  if (ourWrite(latest, place, image) !== undefined) return [];
  return [`${now} was written by ${oneLine(latest.author)} (commit ${latest.commit.slice(0, 12)}), not by this bot`];
}

function readerDoubts({ readers }: PlaceFacts): readonly string[] {
  return readers
    .filter(({ state }) => state !== 'pending')
    .map(({ application, state }) => {
      const who = `${describeRef(application)} (cluster ${application.cluster})`;
      return state === 'promoted'
        ? `${who} reads the same place and runs the image as stable`
        : `${who} reads the same place and cannot be asked`;
    });
}

/** Images that changed too, but that no place of ours writes, cannot go back together with the others. */
function unwatched({ images }: Verdict, places: readonly PlaceFacts[]): readonly string[] {
  const others = images.filter(({ image }) => !places.some((place) => place.image === image));
  return others.length === 0 ? [] : [`${describeImages(others)} changed too and is not written by this bot`];
}

function differences({ renderedDifference = [] }: VerdictFacts): readonly string[] {
  if (renderedDifference.length === 0) return [];
  const shown = renderedDifference.slice(0, shownFields).map(oneLine).join(', ');
  const more = renderedDifference.length - shownFields;
  return [`more than container images changed since the last healthy revision: ${shown}${more > 0 ? ` and ${more} more` : ''}`];
}
