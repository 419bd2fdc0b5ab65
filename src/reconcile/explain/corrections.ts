import type { Reference } from '../../kernel/image.ts';
import type { Agreement } from '../../policy/guard/agreement.ts';
import { isGitPlace } from '../../kernel/place.ts';
import { policies } from '../../policy/policies/table.ts';
import type { Asked } from './asked.ts';
import { keyOf } from './asked.ts';

/** What has to be put right before any other tag could be chosen. `times` says how to give the times that are not known. */
export function corrections(asked: Asked, times: string | undefined): readonly string[] {
  const late = timeless(asked, times);
  return [...unreadable(asked), ...taglessDigest(asked), ...(late.length > 0 ? late : unordered(asked)), ...unfollowed(asked)];
}

/** What cannot be read allows nothing, whatever is pushed. */
function unreadable({ question: { watches } }: Asked): readonly string[] {
  return watches.flatMap((watch) =>
    watch.allow.kind === 'nothing' ? [`correct ${keyOf(watch, 'allow-tags')}: ${watch.allow.because}`] : [],
  );
}

function taglessDigest({ question: { watches } }: Asked): readonly string[] {
  const tagless = watches.filter(({ strategy, constraint = '' }) => strategy === 'digest' && constraint === '');
  return tagless.map(({ written }) => `write the tag to follow into image-list: ${written}:<tag>`);
}

/** Git's value has no place in the order, so nobody can say what is newer. */
function unordered({ question: { current, watches, place }, agreed }: Asked): readonly string[] {
  const [watch] = watches;
  if (current === undefined || watch === undefined || agreed === undefined || !lacksPlace(current, agreed)) return [];
  const what = watch.strategy === 'semver' ? 'a version' : `a tag that ${watch.strategy} can order`;
  return [`write ${what} into Git in place of ${current.tag ?? current.digest ?? ''}${isGitPlace(place) ? ` (${place.file})` : ''}`];
}

function lacksPlace({ tag, digest }: Reference, { unordered: hasNoOrder, ranking }: Agreement): boolean {
  if (hasNoOrder || (tag ?? digest) === undefined) return false;
  return tag === undefined || !ranking.ranks(tag);
}

/** The tag that is followed is not served. */
function unfollowed({ question: { facts }, agreed }: Asked): readonly string[] {
  const follow = agreed?.follow;
  if (follow === undefined || !Object.hasOwn(facts, follow) || facts[follow] !== 'absent') return [];
  return [`push ${follow}, or let follow name a tag that the registry serves`];
}

/** Tags of which nobody knows the moment that decides about them. */
function timeless({ question: { watches }, choice, agreed }: Asked, times: string | undefined): readonly string[] {
  const ageless = choice.tags.find(({ rule, until, verdict }) => rule === 'min-age' && until === undefined && verdict === 'eligible');
  if (ageless !== undefined) return [times ?? 'wait until it is known how long the tags have been there'];
  const isByBuild = watches.some(({ strategy }) => policies[strategy].orders === 'build-times');
  const unbuilt = choice.tags.find(({ rule }) => rule === 'strategy')?.tag;
  if (!isByBuild || unbuilt === undefined || agreed === undefined || agreed.eligible.length > 0) return [];
  return [times ?? `push images that say when they were built, as ${unbuilt} does not`];
}
