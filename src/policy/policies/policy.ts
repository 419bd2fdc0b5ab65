import type { Watch } from '../choice.ts';

/** How a strategy reads one watch: which tags it takes, and in which order. */
export type Ranking = {
  /** Why a tag that passed the filters is no candidate; undefined where it is one. */
  readonly dropped: (tag: string) => string | undefined;
  /** Whether a text has a place in the order at all. */
  readonly ranks: (tag: string) => boolean;
  /** Total order of tags that rank: positive where `left` is the better one. */
  readonly compare: (left: string, right: string) => number;
  /** Whether `left` is really newer than `right`, not only another spelling of it. */
  readonly isNewer: (left: string, right: string) => boolean;
  /** The constraint names exactly one version: the only way to go down. */
  readonly pinned: boolean;
};

export type Ranked = { readonly kind: 'ranked'; readonly ranking: Ranking } | { readonly kind: 'refused'; readonly because: string };

/** One update strategy. A new one is a file here and a line in the table. */
export type Policy = { readonly rank: (watch: Watch) => Ranked };
