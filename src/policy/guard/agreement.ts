import { canonicalJson } from '../../kernel/json.ts';
import { describeRef } from '../../kernel/refs.ts';
import type { Choice, PlaceQuestion, TagVerdict, Watch } from '../choice.ts';
import type { Objection, Ranking } from '../policies/policy.ts';
import { policies } from '../policies/table.ts';
import { select, type Selection } from '../select.ts';
import { buildTimesOf } from './build-times.ts';

/** What all watches of a place say together: a tag is eligible where every one of them takes it. `wish` ends the words "newest tag that". */
export type Agreement = {
  readonly kind: 'agreed';
  readonly eligible: readonly string[];
  readonly ranking: Ranking;
  /** The strategy follows one tag, whose digests have no order. */
  readonly unordered: boolean;
  /** A mutable tag; the highest tag with its digest is written. */
  readonly follow?: string;
  readonly wish: string;
  readonly verdicts: ReadonlyMap<string, TagVerdict>;
  /** Why a text is not what the watches ask for; undefined where it is. */
  readonly excluded: (tag: string) => Objection | undefined;
};

export type Agreed = Agreement | Extract<Choice, { kind: 'refused' | 'needs' }>;

type Selected = Extract<Selection, { kind: 'selected' }>;

/** Joins the rules of all watches of a place, in an order that does not depend on theirs (LOOP 1). */
export function agree(question: PlaceQuestion): Agreed {
  const { listing } = question;
  const watches = [...question.watches].sort((left, right) => (canonicalJson(left) < canonicalJson(right) ? -1 : 1));
  const refuse = (because: string): Agreed => ({ kind: 'refused', because, tags: dropAll(listing.tags, because) });
  const discord = discordOf(watches, listing.image);
  if (discord !== undefined) return refuse(discord);
  const built = buildTimesOf(question);
  if (built.kind === 'needs') return built;
  const selections: Selected[] = [];
  for (const watch of watches) {
    const selection = select(watch, listing.tags, undefined, built.known);
    if (selection.kind === 'refused') return refuse(`${nameOf(watch)}: ${selection.because}`);
    selections.push(selection);
  }
  const lacking = [...new Set(selections.flatMap(({ lacks }) => lacks))].sort();
  if (lacking.length > 0) {
    const because = `the order of ${listing.image} depends on when ${lacking.length} of its tags were built`;
    return { kind: 'needs', facts: [{ need: 'created', image: listing.image, tags: lacking }], because };
  }
  const [first] = selections;
  return first === undefined ? refuse('no Application watches this place') : join(watches, selections, first);
}

/** What any of several watches drops, with the name of the first one that does. */
function droppedByAny(watches: readonly Watch[], selections: readonly Selected[]): ReadonlyMap<string, TagVerdict> {
  const dropped = new Map<string, TagVerdict>();
  for (const [index, { tags }] of selections.entries()) {
    const watch = watches[index];
    const suffix = watch === undefined ? '' : ` (${nameOf(watch)})`;
    for (const verdict of tags) {
      if (verdict.verdict === 'dropped' && !dropped.has(verdict.tag)) {
        dropped.set(verdict.tag, { ...verdict, because: `${verdict.because}${suffix}` });
      }
    }
  }
  return dropped;
}

/** Whether what is learned of tags may change their order. */
export function ordersByFacts({ watches }: PlaceQuestion): boolean {
  return watches.some(({ strategy }) => policies[strategy].orders === 'build-times');
}

function join(watches: readonly Watch[], selections: readonly Selected[], first: Selected): Agreement {
  // Of a single watch what is eligible is settled already, and a listing may be long.
  const dropped = selections.length === 1 ? undefined : droppedByAny(watches, selections);
  const [{ strategy, follow } = { strategy: 'semver' as const, follow: undefined }] = watches;
  return {
    kind: 'agreed',
    eligible: dropped === undefined ? first.eligible : first.eligible.filter((tag) => !dropped.has(tag)),
    ranking: { ...first.ranking, pinned: selections.some((selection) => selection.ranking.pinned) },
    unordered: policies[strategy].orders === 'nothing',
    ...(follow === undefined ? {} : { follow }),
    wish: wishOf(watches),
    verdicts: new Map(first.tags.map((verdict) => [verdict.tag, dropped?.get(verdict.tag) ?? verdict])),
    excluded: (tag) => selections.map((selection) => selection.dropped(tag)).find((objection) => objection !== undefined),
  };
}

/** Why the watches cannot be served together. */
function discordOf(watches: readonly Watch[], image: string): string | undefined {
  const other = watches.find((watch) => watch.image !== image);
  if (other !== undefined) return `${nameOf(other)} watches ${other.image} at a place of ${image}`;
  if (new Set(watches.map(orderOf)).size <= 1) return undefined;
  const strategies = watches.map((watch) => `${nameOf(watch)} asks for ${orderOf(watch)}`);
  return `one place follows one strategy, but ${strategies.join(' and ')}`;
}

/** The order that a watch asks for, in words: watches of one place must agree on it. */
function orderOf({ strategy, order, extract, follow, constraint, compat }: Watch): string {
  return [
    strategy,
    ...(strategy === 'digest' ? [`of ${constraint ?? 'no tag'}`] : []),
    ...(order === 'descending' ? ['descending'] : []),
    ...(extract === undefined ? [] : [`of ${extract.template || 'the tag'} from ${extract.expression}`]),
    ...(follow === undefined ? [] : [`following ${follow}`]),
    ...(compat === undefined ? [] : [`in the reading of ${compat}`]),
  ].join(' ');
}

function wishOf(watches: readonly Watch[]): string {
  const constraints = [...new Set(watches.flatMap(({ strategy, constraint }) => (constrains(strategy) && constraint ? [constraint] : [])))];
  const readers = watches.length === 1 ? '' : ` for all ${watches.length} watches of this place`;
  return constraints.length === 0 ? `is allowed${readers}` : `satisfies ${constraints.join(' and ')}${readers}`;
}

function constrains(strategy: Watch['strategy']): boolean {
  return strategy === 'semver' || strategy === 'calver';
}

function nameOf({ application, alias }: Watch): string {
  return `${describeRef(application)}${alias === undefined ? '' : ` (${alias})`}`;
}

export function dropAll(tags: readonly string[], because: string): readonly TagVerdict[] {
  return tags.map((tag) => ({ tag, verdict: 'dropped', because }));
}
