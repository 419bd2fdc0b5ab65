import type { Reference } from '../kernel/image.ts';
import type { TagVerdict, Watch } from './choice.ts';
import type { Known, Objection, Ranking } from './policies/policy.ts';
import { rankingOf } from './ranking.ts';
import { tooMuchWork } from './regexp.ts';
import { compileFilters } from './tag-filter.ts';

/**
 * What the peers' rule alone says about a list of tags. `eligible` is best first. `chosen` is its first; where no tag that passed the
 * filters has a place in the order it is the current tag, and else nothing. `ranking` is the order, to place further texts in it.
 * `lacks` are tags that the strategy orders by a build time that is not known yet: nothing is final before it is.
 */
export type Selection =
  | {
      readonly kind: 'selected';
      readonly eligible: readonly string[];
      readonly chosen: string | undefined;
      readonly ranking: Ranking;
      /** Why a text, listed or not, is not eligible; undefined where it is. */
      readonly dropped: (tag: string) => Objection | undefined;
      readonly tags: readonly TagVerdict[];
      readonly lacks: readonly string[];
    }
  | { readonly kind: 'refused'; readonly because: string; readonly tags: readonly TagVerdict[] };

/**
 * Applies the rule of one watch to the tags of its image: allow-tags, then ignore-tags, then the strategy. Image Updater v0.18: the best
 * tag is taken even where it is lower than the current one, and a current tag that has no place in the order of semver is refused.
 */
export function select(watch: Watch, tags: readonly string[], current?: Reference, known: Known = {}): Selection {
  const work = tooMuchWork(watch, tags);
  if (work !== undefined) return refuse(tags, work);
  const ranked = rankingOf(watch, known);
  if (ranked.kind === 'refused') return refuse(tags, ranked.because);
  const { ranking } = ranked;
  const filter = compileFilters(watch.allow, watch.ignore);
  const judged = tags.map((tag): Judged => ({ tag, objection: filter(tag) }));
  const passed = judged.filter(({ objection }) => objection === undefined).map(({ tag }) => tag);
  const ordered = passed.filter((tag) => ranking.ranks(tag));
  const misfit = ordered.length > 0 && ranking.needsRankedCurrent === true ? misfitIn(current, ranking) : undefined;
  if (misfit !== undefined) return refuse(tags, `the current tag ${misfit} has no place in the order of strategy ${watch.strategy}`);
  const eligible = ordered.filter((tag) => ranking.dropped(tag) === undefined);
  // Best first; equal texts do not occur twice in a listing, so the order has no ties.
  eligible.sort((left, right) => ranking.compare(right, left));
  const [best] = eligible;
  const verdicts = judged.map(({ tag, objection }) => verdictOn(tag, objection ?? ranking.dropped(tag), { best, count: eligible.length }));
  return {
    kind: 'selected',
    eligible,
    chosen: best ?? (ordered.length === 0 ? fallback(watch, current) : undefined),
    ranking,
    dropped: (tag) => filter(tag) ?? ranking.dropped(tag),
    tags: verdicts,
    lacks: passed.filter((tag) => ranking.lacksBuildTime?.(tag) === true),
  };
}

/** A current tag that the order does not know. */
function misfitIn(current: Reference | undefined, ranking: Ranking): string | undefined {
  return current?.tag && !ranking.ranks(current.tag) ? current.tag : undefined;
}

/** Image Updater v0.18 calls the current tag the newest where there is no other; v1.3 chooses nothing. */
function fallback({ compat }: Watch, current: Reference | undefined): string | undefined {
  return compat === 'v1' ? undefined : current?.tag;
}

type Judged = { readonly tag: string; readonly objection: Objection | undefined };

function refuse(tags: readonly string[], because: string): Selection {
  return { kind: 'refused', because, tags: tags.map((tag) => ({ tag, verdict: 'dropped', because })) };
}

type Winner = { readonly best: string | undefined; readonly count: number };

function verdictOn(tag: string, objection: Objection | undefined, { best, count }: Winner): TagVerdict {
  if (objection !== undefined) return { tag, verdict: 'dropped', ...objection };
  if (tag !== best) return { tag, verdict: 'eligible', because: `${tag} is eligible, but ${best ?? 'another'} is better` };
  return {
    tag,
    verdict: 'chosen',
    because: count === 1 ? `${tag} is the only eligible tag` : `${tag} is the best of ${count} eligible tags`,
  };
}
