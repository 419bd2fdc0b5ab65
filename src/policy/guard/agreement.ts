import { canonicalJson } from '../../kernel/json.ts';
import { describeRef } from '../../kernel/refs.ts';
import type { PlaceQuestion, TagVerdict, Watch } from '../choice.ts';
import type { Ranking } from '../policies/policy.ts';
import { select, type Selection } from '../select.ts';

/** What all watches of a place say together: a tag is eligible where every one of them takes it. `wish` ends the words "newest tag that". */
export type Agreement =
  | {
      readonly kind: 'agreed';
      readonly eligible: readonly string[];
      readonly ranking: Ranking;
      readonly wish: string;
      readonly tags: readonly TagVerdict[];
      /** Why a text is not what the watches ask for; undefined where it is. */
      readonly excluded: (tag: string) => string | undefined;
    }
  | { readonly kind: 'refused'; readonly because: string; readonly tags: readonly TagVerdict[] };

type Selected = Extract<Selection, { kind: 'selected' }>;

/** Joins the rules of all watches of a place, in an order that does not depend on theirs (LOOP 1). */
export function agree(question: PlaceQuestion): Agreement {
  const { listing } = question;
  const watches = [...question.watches].sort((left, right) => (canonicalJson(left) < canonicalJson(right) ? -1 : 1));
  const refuse = (because: string): Agreement => ({ kind: 'refused', because, tags: dropAll(listing.tags, because) });
  const discord = discordOf(watches, listing.image);
  if (discord !== undefined) return refuse(discord);
  const selections: Selected[] = [];
  for (const watch of watches) {
    const selection = select(watch, listing.tags);
    if (selection.kind === 'refused') return refuse(`${nameOf(watch)}: ${selection.because}`);
    selections.push(selection);
  }
  const [first] = selections;
  return first === undefined ? refuse('no Application watches this place') : join(watches, selections, first);
}

function join(watches: readonly Watch[], selections: readonly Selected[], first: Selected): Agreement {
  const named = selections.flatMap((selection, index) => {
    const watch = watches[index];
    return watch === undefined ? [] : [{ selection, suffix: selections.length === 1 ? '' : ` (${nameOf(watch)})` }];
  });
  const dropped = new Map<string, TagVerdict>();
  for (const { selection, suffix } of named) {
    for (const verdict of selection.tags) {
      if (verdict.verdict === 'dropped' && !dropped.has(verdict.tag)) {
        dropped.set(verdict.tag, { ...verdict, because: `${verdict.because}${suffix}` });
      }
    }
  }
  return {
    kind: 'agreed',
    eligible: first.eligible.filter((tag) => !dropped.has(tag)),
    ranking: { ...first.ranking, pinned: selections.some((selection) => selection.ranking.pinned) },
    wish: wishOf(watches),
    tags: first.tags.map((verdict) => dropped.get(verdict.tag) ?? verdict),
    excluded: (tag) => selections.map((selection) => selection.dropped(tag)).find((because) => because !== undefined),
  };
}

/** Why the watches cannot be served together. */
function discordOf(watches: readonly Watch[], image: string): string | undefined {
  const other = watches.find((watch) => watch.image !== image);
  if (other !== undefined) return `${nameOf(other)} watches ${other.image} at a place of ${image}`;
  if (new Set(watches.map((watch) => watch.strategy)).size <= 1) return undefined;
  const strategies = watches.map((watch) => `${nameOf(watch)} asks for ${watch.strategy}`);
  return `one place follows one strategy, but ${strategies.join(' and ')}`;
}

function wishOf(watches: readonly Watch[]): string {
  const constraints = [
    ...new Set(watches.flatMap(({ strategy, constraint }) => (strategy === 'semver' && constraint ? [constraint] : []))),
  ];
  const readers = watches.length === 1 ? '' : ` for all ${watches.length} watches of this place`;
  return constraints.length === 0 ? `is allowed${readers}` : `satisfies ${constraints.join(' and ')}${readers}`;
}

function nameOf({ application, alias }: Watch): string {
  return `${describeRef(application)}${alias === undefined ? '' : ` (${alias})`}`;
}

export function dropAll(tags: readonly string[], because: string): readonly TagVerdict[] {
  return tags.map((tag) => ({ tag, verdict: 'dropped', because }));
}
