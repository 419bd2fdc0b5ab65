import type { Hold, Verdict } from '../kernel/hold.ts';
import { oneLine } from '../kernel/escape.ts';
import type { Digest, Reference } from '../kernel/image.ts';
import { describeVerdict } from './describe.ts';
import type { PlaceFacts } from './facts.ts';
import { digestsFixedFor } from './place-values.ts';

/** What failed at one place: its tag, and every digest that it is known by. */
export type FailedValue = { readonly tag?: string; readonly digests: readonly Digest[]; readonly stillInGit: boolean };

/** The judged image at a place; undefined where the place writes another one. */
export function failedValueAt(place: PlaceFacts, verdict: Verdict): FailedValue | undefined {
  const judged = verdict.images.filter((each) => each.image === place.image);
  const inGit = judged.find((each) => place.current !== undefined && means(place.current, each));
  const failed = inGit ?? judged[0];
  if (failed === undefined) return undefined;
  const { history, current } = place;
  const digests = [
    ...failed.digests,
    ...(inGit === undefined ? [] : place.digests),
    ...(inGit === undefined || current?.digest === undefined ? [] : [current.digest]),
    ...(history === undefined ? [] : (digestsFixedFor(failed.tag, history, place)[0] ?? [])),
  ];
  return {
    ...(failed.tag === undefined ? {} : { tag: failed.tag }),
    digests: [...new Set(digests)].sort(),
    stillInGit: inGit !== undefined,
  };
}

function means(current: Reference, failed: { readonly tag?: string; readonly digests: readonly Digest[] }): boolean {
  if (current.digest !== undefined && failed.digests.length > 0) return failed.digests.includes(current.digest);
  return current.tag !== undefined && current.tag === failed.tag;
}

/** The fact that goes into the holds file. It is the same at every attempt, whenever it is made. */
export function holdAt(place: PlaceFacts, failed: FailedValue, verdict: Verdict, suspected: boolean): Hold {
  return {
    place: place.place,
    image: place.image,
    ...(failed.tag === undefined ? {} : { tag: failed.tag }),
    digests: failed.digests,
    verdict: verdict.id,
    because: oneLine(describeVerdict(verdict)),
    since: verdict.at,
    ...(suspected ? { suspected: true } : {}),
    ...(verdict.kind === 'aborted-by-person' ? { by: 'person' } : {}),
  };
}
