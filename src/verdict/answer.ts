import type { Hold } from '../kernel/hold.ts';
import type { Reference } from '../kernel/image.ts';
import type { GitPlace } from '../kernel/place.ts';

/** A fact that an answer lacks. Places are given by `placeKey`. */
export type VerdictNeed =
  | { readonly need: 'history'; readonly place: GitPlace }
  | { readonly need: 'served'; readonly image: string; readonly tag: string }
  | { readonly need: 'rendered-difference' };

export type Move = { readonly place: GitPlace; readonly to: Reference };

export type Answer =
  | { readonly kind: 'needs'; readonly facts: readonly VerdictNeed[] }
  | { readonly kind: 'lower'; readonly moves: readonly Move[]; readonly holds: readonly Hold[]; readonly because: string }
  | { readonly kind: 'propose'; readonly moves: readonly Move[]; readonly holds: readonly Hold[]; readonly because: string }
  | { readonly kind: 'hold-only'; readonly holds: readonly Hold[]; readonly because: string }
  | { readonly kind: 'withdrawn' | 'ignore'; readonly because: string };
