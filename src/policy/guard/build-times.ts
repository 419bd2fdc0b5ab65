import type { BuildTime, Choice, PlaceQuestion } from '../choice.ts';
import type { Known } from '../policies/policy.ts';
import { policies } from '../policies/table.ts';
import { tagOf } from './answer.ts';

type Built = { readonly kind: 'known'; readonly known: Known } | Extract<Choice, { kind: 'needs' }>;

/**
 * The build times that an order by them needs, Git's value first. A deployed tag that the registry serves no more was built before the
 * commit that wrote it: that moment takes its place, so that a clean-up of the registry does not stop its users (LOOP 2).
 */
export function buildTimesOf(question: PlaceQuestion): Built {
  const { watches, listing, current } = question;
  if (!watches.some(({ strategy }) => policies[strategy].orders === 'build-times')) return { kind: 'known', known: {} };
  const held = withHeldTags(question, knownTimes(question));
  if (held.kind === 'needs') return held;
  const { created = {} } = held.known;
  const tag = current?.tag;
  if (tag === undefined) return held;
  const built = Object.hasOwn(created, tag) ? created[tag] : undefined;
  if (built === undefined) {
    const because = `what is newer than ${tag}, which Git has, depends on when it was built`;
    return { kind: 'needs', facts: [{ need: 'created', image: listing.image, tags: [tag] }], because };
  }
  return built === 'absent' || built === 'none' ? boundOf(question, tag, created) : { kind: 'known', known: { created } };
}

/**
 * What is above a held tag depends on when that was built, also where it is listed no more, or not asked for (LOOP 8). Where nobody can say,
 * it was built before it was held.
 */
function withHeldTags({ listing, holds, current }: PlaceQuestion, created: NonNullable<PlaceQuestion['created']>): Built {
  const held = holds.filter(({ image, tag }) => image === listing.image && tag !== undefined && tag !== current?.tag);
  const tags = [...new Set(held.flatMap(({ tag = '' }) => (Object.hasOwn(created, tag) ? [] : [tag])))].sort();
  if (tags.length > 0) {
    const because = `what is newer than ${tags.join(', ')}, which is held, depends on when it was built`;
    return { kind: 'needs', facts: [{ need: 'created', image: listing.image, tags }], because };
  }
  const bounds = held.flatMap(({ tag = '', since, until }) => {
    const isUnknown = created[tag] === 'absent' || created[tag] === 'none';
    // After its hold a listed tag that nobody knows the age of is no better known than before.
    return isUnknown && (until === undefined || !listing.tags.includes(tag)) ? [[tag, since] as const] : [];
  });
  return { kind: 'known', known: { created: { ...created, ...Object.fromEntries(bounds) } } };
}

/** No later than this was an image built that cannot be asked any more: the moment when its tag was written. */
function boundOf({ place, history }: PlaceQuestion, tag: string, created: NonNullable<PlaceQuestion['created']>): Built {
  if (history === undefined) {
    const because = `when ${tag} was built is not known any more: what is newer depends on when it was written here`;
    return { kind: 'needs', facts: [{ need: 'history', place }], because };
  }
  const [latest] = history.changes;
  const isWriter = latest !== undefined && tagOf(latest.after) === tag;
  return { kind: 'known', known: { created: isWriter ? { ...created, [tag]: latest.at } : created } };
}

/** What was asked of a tag by itself is younger than what is remembered. */
function knownTimes({ created = {}, facts }: PlaceQuestion): Readonly<Record<string, BuildTime>> {
  const asked = Object.entries(facts).map(([tag, one]) => [tag, one === 'absent' ? 'absent' : (one.createdAt ?? 'none')] as const);
  return { ...created, ...Object.fromEntries(asked) };
}
