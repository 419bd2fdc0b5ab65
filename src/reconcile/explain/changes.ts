import { isGitPlace } from '../../kernel/place.ts';
import { describeRef } from '../../kernel/refs.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Choice, PlaceQuestion, Watch } from '../../policy/choice.ts';
import { activeHolds } from '../../policy/guard/hold-rules.ts';
import { select } from '../../policy/select.ts';
import { relax } from './relax.ts';

type Decided = Exclude<Choice, { kind: 'needs' }>;
type Asked = { readonly question: PlaceQuestion; readonly choice: Decided; readonly now: Millis };

/** Where holds are written, for the sentence that says how to lift one. */
export type HoldsFile = { readonly path: string };

/** What would make another choice, as things to do or to wait for; nothing where the choice is to raise. */
export function whatWouldChange(asked: Asked, holdsFile: HoldsFile): readonly string[] {
  if (asked.choice.kind === 'raise') return [];
  const stops = [...asked.question.watches.flatMap(liftStops), ...liftPause(asked.question), ...unordered(asked), ...answered(asked)];
  const waiting = waits(asked);
  const others = [
    ...liftHolds(asked, holdsFile),
    ...waiting,
    ...platforms(asked),
    ...asked.question.watches.flatMap((watch) => relax(watch, asked.question, asked.choice)),
  ];
  // Where something stops every tag, or time will tell, another tag would not help.
  return [...stops, ...others, ...(stops.length + waiting.length > 0 ? [] : newer(asked)), ...complete(asked)];
}

function keyOf({ alias }: Watch, option: string): string {
  return `windlass.dev/${(alias ?? '').replaceAll('/', '_')}.${option}`;
}

function liftStops(watch: Watch): readonly string[] {
  const on = describeRef(watch.application);
  return [
    ...(watch.held === true ? [`delete the annotation ${keyOf(watch, 'hold')} of ${on}`] : []),
    ...(watch.paused === true ? [`delete the annotation ${keyOf(watch, 'paused')} of ${on}`] : []),
  ];
}

function liftPause({ paused, watches }: PlaceQuestion): readonly string[] {
  if (paused !== true || watches.some((watch) => watch.paused === true)) return [];
  const readers = [...new Set(watches.map(({ application }) => describeRef(application)))];
  return [`delete the annotation windlass.dev/paused of ${readers.join(' or ')}`];
}

/** Holds that are in the way now; what is above a held tag may be written without lifting anything. */
function liftHolds({ question, choice, now }: Asked, { path }: HoldsFile): readonly string[] {
  const held = choice.tags.filter(({ verdict }) => verdict === 'held');
  if (held.length === 0) return [];
  const branch = isGitPlace(question.place) ? ` on branch ${question.place.branch}` : '';
  return activeHolds(question, now).map(({ tag, digests, until, image }) => {
    const lift = `remove the entry of ${tag ?? digests[0] ?? image} from ${path}${branch}`;
    return until === undefined ? lift : `wait until ${until}, when the hold of ${tag ?? image} ends; or ${lift}`;
  });
}

/** The first moment at which time alone lets a tag pass. */
function waits({ choice }: Asked): readonly string[] {
  const timed = choice.tags.flatMap(({ tag, rule, until }) => (until === undefined || rule === 'hold' ? [] : [{ tag, rule, until }]));
  const [first] = timed.toSorted((left, right) => (left.until < right.until ? -1 : 1));
  if (first === undefined) return [];
  const then = first.rule === 'schedule' ? 'the schedule opens' : `${first.tag} passes ${first.rule ?? 'the rule that stops it'}`;
  return [`wait until ${first.until}: then ${then}`];
}

/** The best tag that only lacks a platform. */
function platforms({ choice, question }: Asked): readonly string[] {
  const lacking = choice.tags.find(({ rule }) => rule === 'platforms');
  if (lacking === undefined) return [];
  const asked = [...new Set(question.watches.flatMap(({ requirePlatforms = [] }) => requirePlatforms))];
  return [`push ${lacking.tag} for all of ${asked.join(', ')}`];
}

/** Git's value has no place in the order, so nobody can say what is newer. */
function unordered({ question }: Asked): readonly string[] {
  const { current, watches, place } = question;
  const [watch] = watches;
  const text = current?.tag ?? current?.digest;
  if (text === undefined || watch === undefined || hasPlace(watch, current?.tag)) return [];
  const what = watch.strategy === 'semver' ? 'a version' : `a tag that ${watch.strategy} can order`;
  return [`write ${what} into Git in place of ${text}${isGitPlace(place) ? ` (${place.file})` : ''}`];
}

/** Also where the strategy itself is refused: then the order is not what is wrong. */
function hasPlace(watch: Watch, tag: string | undefined): boolean {
  const selection = select(watch, []);
  return selection.kind !== 'selected' || (tag !== undefined && selection.ranking.ranks(tag));
}

function newer({ question, choice, now }: Asked): readonly string[] {
  const [watch] = question.watches;
  if (choice.kind !== 'keep' || watch === undefined) return [];
  const wishes = question.watches.flatMap(wishOf);
  const bar = barOf(question, watch, now);
  const above = bar === undefined ? '' : ` above ${bar}`;
  return [`push ${wishes.length === 0 ? `a tag${above}` : `a tag${above} that ${[...new Set(wishes)].join(' and ')}`}`];
}

/** The highest of Git's value and of what is held here: only what is above it is raised to. */
function barOf(question: PlaceQuestion, watch: Watch, now: Millis): string | undefined {
  const selection = select(watch, []);
  const bars = [question.current?.tag, ...activeHolds(question, now).map(({ tag }) => tag)].filter((tag) => tag !== undefined);
  if (selection.kind !== 'selected') return bars[0];
  const { ranks, isNewer } = selection.ranking;
  return bars.filter(ranks).reduce<string | undefined>((best, tag) => (best === undefined || isNewer(tag, best) ? tag : best), undefined);
}

function wishOf({ strategy, constraint, allow, ignore }: Watch): readonly string[] {
  return [
    ...(strategy === 'semver' && constraint !== undefined ? [`satisfies ${constraint}`] : []),
    ...(allow.kind === 'regexp' ? [`matches ${allow.expression}`] : []),
    ...(ignore.length > 0 ? [`matches none of ${ignore.join(', ')}`] : []),
  ];
}

function answered({ question, choice }: Asked): readonly string[] {
  if (choice.kind !== 'keep' || choice.rule !== 'person') return [];
  const file = isGitPlace(question.place) ? ` into ${question.place.file}` : '';
  return [`push a tag above the one that was taken back, or write the tag that you want${file} yourself`];
}

function complete({ question: { listing } }: Asked): readonly string[] {
  return listing.complete ? [] : [`a complete listing of ${listing.image}; the setting registries.maxTags limits it`];
}
