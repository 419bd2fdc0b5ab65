import type { Choice, PlaceQuestion, TagVerdict } from '../choice.ts';

/**
 * Tags under which registries without a referrers API keep what belongs to an image: `sha256-<digest>` (OCI distribution 1.1) and, with
 * `.sig`, `.att` or `.sbom` behind it, cosign's. Nobody runs them.
 */
const referrerTag = /^sha256-[0-9a-f]{64}(?:\.\w+)?$/;

/** The same question about the tags of images alone. */
export function withoutReferrers(question: PlaceQuestion): PlaceQuestion {
  const { listing } = question;
  if (!listing.tags.some((tag) => referrerTag.test(tag))) return question;
  return { ...question, listing: { ...listing, tags: listing.tags.filter((tag) => !referrerTag.test(tag)) } };
}

/** The choice with a verdict on the tags that were not asked about. */
export function withReferrersTold(choice: Choice, { listing }: PlaceQuestion): Choice {
  const told = listing.tags.filter((tag) => referrerTag.test(tag)).map(verdictOn);
  return 'tags' in choice && told.length > 0 ? { ...choice, tags: [...choice.tags, ...told] } : choice;
}

function verdictOn(tag: string): TagVerdict {
  return { tag, verdict: 'dropped', rule: 'strategy', because: `${tag} belongs to an image (a signature, for example) and is none` };
}
