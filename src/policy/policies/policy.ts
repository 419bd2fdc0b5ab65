import type { BuildTime, TagRule, Watch } from '../choice.ts';

/** Why a rule takes a tag out. */
export type Objection = { readonly rule: TagRule; readonly because: string };

/** What is known of tags beside their text. */
export type Known = { readonly created?: Readonly<Record<string, BuildTime>> };

/** How a strategy reads one watch: which tags it takes, and in which order. */
export type Ranking = {
  /** Why a tag that passed the filters is no candidate; undefined where it is one. */
  readonly dropped: (tag: string) => Objection | undefined;
  /** Whether a text has a place in the order at all. */
  readonly ranks: (tag: string) => boolean;
  /** Total order of tags that rank: positive where `left` is the better one. */
  readonly compare: (left: string, right: string) => number;
  /** Whether `left` is really newer than `right`, not only another spelling of it. */
  readonly isNewer: (left: string, right: string) => boolean;
  /** The constraint names exactly one version: the only way to go down. */
  readonly pinned: boolean;
  /** Whether the build time of a tag is asked for before it can be placed; no strategy without this member asks. */
  readonly lacksBuildTime?: (tag: string) => boolean;
  /** A current tag without a place in the order is refused, as Image Updater v0.18 does for semver. */
  readonly needsRankedCurrent?: true;
};

export type Ranked = { readonly kind: 'ranked'; readonly ranking: Ranking } | { readonly kind: 'refused'; readonly because: string };

/**
 * One update strategy. `orders` says what it compares: the text of tags (or what `extract` makes of it), build times, or nothing, where it
 * follows one tag. A new one is a file here and a line in the table.
 */
export type Policy = {
  readonly orders: 'text' | 'build-times' | 'nothing';
  readonly rank: (watch: Watch, known: Known) => Ranked;
};

/** Byte order of texts. Tags are ASCII (OCI distribution specification 1.1), so their order by code unit is their order by byte. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
