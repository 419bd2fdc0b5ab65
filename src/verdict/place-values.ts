import type { Digest, ImageName, Reference } from '../kernel/image.ts';
import { isDigest, isTag, parseImageReference } from '../kernel/image.ts';
import type { GitPlace } from '../kernel/place.ts';
import { placeKey } from '../kernel/place.ts';
import type { Trailers } from '../kernel/trailers.ts';
import { trailer, trailerValues } from '../kernel/trailers.ts';
import type { PlaceChange, PlaceHistory } from '../policy/choice.ts';

/** The reference that a place's text means: `1.2.3`, `1.2.3@sha256:...`, `sha256:...`, or a whole image. */
export function referenceOf(value: string): Reference | undefined {
  if (isTag(value)) return { tag: value };
  if (isDigest(value)) return { digest: value };
  const pinned = /^([^@:/]*)@(.+)$/.exec(value);
  if (pinned !== null) return pinnedReference(pinned[1] ?? '', pinned[2] ?? '');
  const parsed = parseImageReference(value);
  if (parsed === undefined) return undefined;
  const { image: _, ...reference } = parsed;
  return reference;
}

function pinnedReference(tag: string, digest: string): Reference | undefined {
  if (!isDigest(digest) || (tag !== '' && !isTag(tag))) return undefined;
  return tag === '' ? { digest } : { tag, digest };
}

/** Digests that our trailers fixed for this place in a commit; undefined where the commit is not ours or left another value there. */
export function ourWrite(change: PlaceChange, place: GitPlace, image: ImageName): readonly Digest[] | undefined {
  const left = change.after === null ? undefined : referenceOf(change.after);
  const said = trailersOf(change.trailers, placeKey(place));
  const prefix = `${image}:`;
  const ours = trailerValues(said, trailer.image).some(
    (value) => value.startsWith(prefix) && sameValue(referenceOf(value.slice(prefix.length)), left),
  );
  return ours ? trailerValues(said, trailer.digest).filter(isDigest) : undefined;
}

/** The image and the digests of a place stand behind it, up to the next place: a commit may change several. */
function trailersOf(trailers: Trailers, key: string): Trailers {
  let atPlace = false;
  return trailers.filter(([name, value]) => {
    if (name === trailer.place) atPlace = value === key;
    return atPlace;
  });
}

function sameValue(written: Reference | undefined, left: Reference | undefined): boolean {
  return left !== undefined && written?.tag === left.tag && (written?.tag !== undefined || written?.digest === left.digest);
}

/** A value that stood at a place before; `digests` are those of our commit that wrote it, where it is known to be ours. */
export type FormerValue = { readonly reference: Reference; readonly text: string; readonly digests: readonly Digest[] };

/** Values of first-parent history without the present one, newest first, each once. */
export function formerValues(history: PlaceHistory, place: GitPlace, image: ImageName): readonly FormerValue[] {
  const { changes } = history;
  const found = new Map<string, FormerValue>();
  changes.forEach((change, index) => {
    const reference = change.before === null ? undefined : referenceOf(change.before);
    if (change.before === null || reference === undefined || found.has(change.before)) return;
    const writer = changes.slice(index + 1).find((earlier) => earlier.after === change.before);
    const digests = writer === undefined ? undefined : ourWrite(writer, place, image);
    found.set(change.before, { reference, text: change.before, digests: digests ?? [] });
  });
  return [...found.values()];
}

/** Digests that our commits fixed for a tag at a place, newest write first. A pinned value says its digest itself and is left out. */
export function digestsFixedFor(
  tag: string | undefined,
  history: PlaceHistory,
  { place, image }: { readonly place: GitPlace; readonly image: ImageName },
): readonly (readonly Digest[])[] {
  if (tag === undefined) return [];
  return history.changes.filter(({ after }) => after === tag).map((change) => ourWrite(change, place, image) ?? []);
}
