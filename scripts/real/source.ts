import type { CounterpartName } from '../../test/real/counterparts.ts';

/** Where a program is put, and who hears how far that is. */
export type Order = {
  /** Folder of the cache. */
  readonly folder: string;
  /** A path in it for the program, which gets its name only when it is whole. */
  readonly partial: string;
  /** Takes one line about the progress. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

/** One way to get a program. */
export type Source = {
  readonly name: string;
  /** What keeps this source from being asked here, as a sentence; undefined where nothing does. */
  readonly lacks: () => string | undefined;
  /** Changes whenever it would make another program than before; undefined where that cannot be said. */
  readonly recipe?: () => string;
  /**
   * Makes the program at `order.partial`, or answers 'in place' after an installation of its own. Throws an error whose message says what
   * went wrong.
   */
  readonly obtain: (order: Order) => Promise<'made' | 'in place'>;
};

/** A counterpart and the ways to get it, the best first. */
export type Component = {
  readonly name: CounterpartName;
  readonly sources: readonly Source[];
  /** Whether what the program reads at run time is there as well. */
  readonly isWhole?: () => boolean;
};
