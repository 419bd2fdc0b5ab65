import type { Reference } from '../kernel/image.ts';
import type { TagVerdict, Watch } from './choice.ts';
import type { Policy, Ranking } from './policies/policy.ts';
import { policies } from './policies/table.ts';
import { compileFilters } from './tag-filter.ts';

/**
 * What the peers' rule alone says about a list of tags. `eligible` is best first. `chosen` is its first; where no tag that passed the
 * filters has a place in the order it is the current tag, and else nothing. `ranking` is the order, to place further texts in it.
 */
export type Selection =
  | {
      readonly kind: 'selected';
      readonly eligible: readonly string[];
      readonly chosen: string | undefined;
      readonly ranking: Ranking;
      /** Why a text, listed or not, is not eligible; undefined where it is. */
      readonly dropped: (tag: string) => string | undefined;
      readonly tags: readonly TagVerdict[];
    }
  | { readonly kind: 'refused'; readonly because: string; readonly tags: readonly TagVerdict[] };

/**
 * Applies the rule of one watch to the tags of its image: allow-tags, then ignore-tags, then the strategy. Image Updater v0.18: the best
 * tag is taken even where it is lower than the current one, and a current tag that has no place in the order is refused.
 */
export function select(watch: Watch, tags: readonly string[], current?: Reference): Selection {
  const policy: Policy = policies[watch.strategy];
  const ranked = policy.rank(watch);
  if (ranked.kind === 'refused') return refuse(tags, ranked.because);
  const { ranking } = ranked;
  const filter = compileFilters(watch.allow, watch.ignore);
  const judged = tags.map((tag) => ({ tag, filtered: filter(tag) }));
  const ordered = judged.filter(({ tag, filtered }) => filtered === undefined && ranking.ranks(tag)).map(({ tag }) => tag);
  if (ordered.length > 0 && current?.tag && !ranking.ranks(current.tag)) {
    return refuse(tags, `the current tag ${current.tag} has no place in the order of strategy ${watch.strategy}`);
  }
  const eligible = ordered.filter((tag) => ranking.dropped(tag) === undefined);
  // Best first; equal texts do not occur twice in a listing, so the order has no ties.
  eligible.sort((left, right) => ranking.compare(right, left));
  const best = eligible[0];
  const chosen = best ?? (ordered.length === 0 ? current?.tag : undefined);
  const verdicts = judged.map(({ tag, filtered }) => verdictOn(tag, filtered ?? ranking.dropped(tag), { best, count: eligible.length }));
  return { kind: 'selected', eligible, chosen, ranking, dropped: (tag) => filter(tag) ?? ranking.dropped(tag), tags: verdicts };
}

function refuse(tags: readonly string[], because: string): Selection {
  return { kind: 'refused', because, tags: tags.map((tag) => ({ tag, verdict: 'dropped', because })) };
}

type Winner = { readonly best: string | undefined; readonly count: number };

function verdictOn(tag: string, dropped: string | undefined, { best, count }: Winner): TagVerdict {
  if (dropped !== undefined) return { tag, verdict: 'dropped', because: dropped };
  if (tag !== best) return { tag, verdict: 'eligible', because: `${tag} is eligible, but ${best ?? 'another'} is better` };
  return { tag, verdict: 'chosen', because: `${tag} is the best of ${count} eligible tags` };
}
