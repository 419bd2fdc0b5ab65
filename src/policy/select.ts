import type { Reference } from '../kernel/image.ts';
import type { TagVerdict, Watch } from './choice.ts';
import type { Policy, Ranking } from './policies/policy.ts';
import { policies } from './policies/table.ts';
import { compileFilters } from './tag-filter.ts';

/**
 * What the peers' rule alone says about a list of tags. `eligible` is best first; `chosen` is its first, or the current tag where nothing
 * is eligible (Image Updater v0.18). `ranking` is the order, for whoever must place further tags in it.
 */
export type Selection =
  | {
      readonly kind: 'selected';
      readonly eligible: readonly string[];
      readonly chosen: string | undefined;
      readonly ranking: Ranking;
      readonly tags: readonly TagVerdict[];
    }
  | { readonly kind: 'refused'; readonly because: string; readonly tags: readonly TagVerdict[] };

/**
 * Applies the rule of one watch to the tags of its image: allow-tags, then ignore-tags, then the strategy. Image Updater v0.18; it takes
 * the best tag even where that is lower than the current one, which `guard` does not.
 */
export function select(watch: Watch, tags: readonly string[], current: Reference | undefined): Selection {
  const policy: Policy = policies[watch.strategy];
  const ranked = policy.rank(watch);
  if (ranked.kind === 'refused') {
    const { because } = ranked;
    return { kind: 'refused', because, tags: tags.map((tag) => ({ tag, verdict: 'dropped', because })) };
  }
  const { ranking } = ranked;
  const filter = compileFilters(watch.allow, watch.ignore);
  const judged = tags.map((tag) => ({ tag, dropped: filter(tag) ?? ranking.dropped(tag) }));
  const eligible = judged.filter(({ dropped }) => dropped === undefined).map(({ tag }) => tag);
  // Best first; equal texts do not occur twice in a listing, so the order has no ties.
  eligible.sort((left, right) => ranking.compare(right, left));
  const best = eligible[0];
  const verdicts = judged.map(({ tag, dropped }): TagVerdict => {
    if (dropped !== undefined) return { tag, verdict: 'dropped', because: dropped };
    if (tag === best) return { tag, verdict: 'chosen', because: `${tag} is the best of ${eligible.length} eligible tags` };
    return { tag, verdict: 'eligible', because: `${tag} is eligible, but ${best ?? ''} is better` };
  });
  return { kind: 'selected', eligible, chosen: best ?? current?.tag, ranking, tags: verdicts };
}
