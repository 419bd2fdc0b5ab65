import type { Choice, PlaceQuestion, Watch } from '../../policy/choice.ts';
import { isGitPlace } from '../../kernel/place.ts';
import type { Millis } from '../../kernel/time.ts';
import { agree } from '../../policy/guard/agreement.ts';
import { activeHolds } from '../../policy/guard/hold-rules.ts';
import type { Asked } from './asked.ts';
import { corrections } from './corrections.ts';
import { completePlatforms, liftHolds, liftStops, waits } from './lifts.ts';
import { relax } from './relax.ts';

type Decided = Exclude<Choice, { kind: 'needs' }>;

/** What the sentences name: the file of the holds, and, where no service learns them, how to give times that are not known. */
export type Named = { readonly path: string; readonly times?: string };

/** What would make another choice, as things to do or to wait for, the most direct one first; nothing where the choice is to raise. */
export function whatWouldChange(
  decided: { readonly question: PlaceQuestion; readonly choice: Decided; readonly now: Millis },
  { path, times }: Named,
): readonly string[] {
  if (decided.choice.kind === 'raise') return [];
  const agreed = agree(decided.question);
  const asked: Asked = { ...decided, agreed: agreed.kind === 'agreed' ? agreed : undefined };
  const waiting = waits(asked);
  const stops = [...liftStops(asked), ...corrections(asked, times), ...answered(asked)];
  const lifts = liftHolds(asked, path);
  const gates = [...waiting, ...completePlatforms(asked)];
  // The reason of the best tag comes first.
  const tags = isHeld(asked.choice) ? [...lifts, ...gates] : [...gates, ...lifts];
  // Where something stops every tag, or time will tell, another tag would not help.
  const others = stops.length + waiting.length > 0 ? [] : newer(asked);
  // A constraint is wished for: to widen it is proposed only where nothing else is in the way.
  const wider = stops.length + tags.length > 0 ? [] : [...new Set(asked.question.watches.flatMap((watch) => relax(watch, asked)))];
  return [...stops, ...tags, ...others, ...wider, ...complete(asked)];
}

function isHeld(choice: Decided): boolean {
  return choice.kind === 'keep' && choice.rule === 'held';
}

function newer({ question, choice, now, agreed }: Asked): readonly string[] {
  const [watch] = question.watches;
  if (choice.kind !== 'keep' || watch === undefined || agreed === undefined) return [];
  const wishes = question.watches.flatMap(wishOf);
  const wish = wishes.length === 0 ? '' : ` that ${[...new Set(wishes)].join(' and ')}`;
  if (agreed.follow !== undefined) return [`push an image as ${agreed.follow} and under a tag of its own${wish}`];
  if (agreed.unordered) return [pushAs(watch.constraint ?? '', question.listing.tags)];
  const bar = barOf({ question, agreed, now });
  return [
    agreed.ranking.pinned
      ? beyondPin(watch, wish, bar !== undefined && agreed.excluded(bar) === undefined)
      : `push a tag${above(watch, bar)}${wish}`,
  ];
}

function pushAs(tag: string, listed: readonly string[]): string {
  return listed.includes(tag) ? `push another image as ${tag}` : `push ${tag}, which is not listed`;
}

/** A pin takes one version: where Git has it already, no push changes anything. */
function beyondPin({ constraint = '' }: Watch, wish: string, isThere: boolean): string {
  return isThere ? `name another version in the constraint ${constraint}` : `push a tag${wish}`;
}

function above({ order }: Watch, bar: string | undefined): string {
  if (bar === undefined) return '';
  return ` ${order === 'descending' ? 'ahead of' : 'above'} ${bar}`;
}

/** The highest of Git's value and of what is held here: only what is above it is raised to. */
function barOf({ question, agreed, now }: Pick<Asked, 'question' | 'now'> & { agreed: NonNullable<Asked['agreed']> }): string | undefined {
  const { ranks, isNewer } = agreed.ranking;
  const bars = [question.current?.tag, ...activeHolds(question, now).map(({ tag }) => tag)].filter((tag) => tag !== undefined);
  return bars.filter(ranks).reduce<string | undefined>((best, tag) => (best === undefined || isNewer(tag, best) ? tag : best), undefined);
}

function wishOf({ strategy, constraint, allow, ignore }: Watch): readonly string[] {
  const isConstrained = (strategy === 'semver' || strategy === 'calver') && constraint !== undefined;
  return [
    ...(isConstrained ? [`satisfies ${constraint}`] : []),
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
