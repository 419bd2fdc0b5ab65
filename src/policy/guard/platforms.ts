import type { Platform } from '../../kernel/image.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { Choice, PlaceQuestion } from '../choice.ts';
import { policies } from '../policies/table.ts';
import { type Said, said } from './case.ts';

type Child = TagFacts['children'][number];

/** Whether a platform of an index is the one that was asked for: no variant asks for any, and arm64 has only one. */
export function isPlatform(has: Platform, asked: Platform): boolean {
  const [hasParts, askedParts] = [has, asked].map((text) => text.replace(/^([^/]+\/arm64)\/v8$/, '$1').split('/'));
  return askedParts?.every((part, index) => part === hasParts?.[index]) === true;
}

/** `platforms`, which Image Updater v0.18 reads where it looks at manifests: an index with none of them is no candidate. */
export function hasNoPlatform({ watches }: PlaceQuestion, { tag, children }: TagFacts): Said | undefined {
  if (children.length === 0) return undefined;
  const unserved = watches.find(
    ({ strategy, platforms }) =>
      policies[strategy].orders !== 'text' &&
      platforms !== undefined &&
      !children.some((child) => platforms.some((asked) => isPlatform(child.platform, asked))),
  );
  if (unserved === undefined) return undefined;
  return said(
    'dropped',
    'platforms',
    `${tag} has none of the platforms ${(unserved.platforms ?? []).join(', ')} (it has ${list(children)})`,
  );
}

/**
 * Whether every platform of `require-platforms` is in the tag's index and its manifest is served: an index may be there before its
 * images are. Undefined where it is complete.
 */
export function whyIncomplete(question: PlaceQuestion, facts: TagFacts): Said | Extract<Choice, { kind: 'needs' }> | undefined {
  const { watches, listing, served = {} } = question;
  const asked = [...new Set(watches.flatMap(({ requirePlatforms = [] }) => requirePlatforms))].sort();
  if (asked.length === 0) return undefined;
  const { tag } = facts;
  const children = childrenOf(facts);
  const missing = asked.filter((platform) => !children.some((child) => isPlatform(child.platform, platform)));
  const wait = (why: string) => said('eligible', 'platforms', `${tag} waits until it is complete: ${why}`);
  if (missing.length > 0) return wait(`it lacks ${missing.join(', ')} (it has ${list(children) || 'no platform that it names'})`);
  const needed = asked.flatMap((platform) => children.find((child) => isPlatform(child.platform, platform)) ?? []);
  const unasked = [...new Set(needed.map(({ digest }) => digest))].filter((digest) => !Object.hasOwn(served, digest));
  if (unasked.length > 0) {
    const because = `whether ${tag} is written depends on whether the registry serves its platforms`;
    return { kind: 'needs', facts: [{ need: 'served', image: listing.image, digests: unasked }], because };
  }
  const unserved = needed.find(({ digest }) => served[digest] !== true);
  return unserved === undefined ? undefined : wait(`the registry does not serve its manifest for ${unserved.platform} yet`);
}

function childrenOf({ children, digest, platform }: TagFacts): readonly Child[] {
  return children.length > 0 || platform === undefined ? children : [{ platform, digest }];
}

function list(children: readonly Child[]): string {
  return children.map(({ platform }) => platform).join(', ');
}
