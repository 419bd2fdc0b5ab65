import type { Hold } from '../kernel/hold.ts';
import type { Digest, Reference } from '../kernel/image.ts';
import type { GitPlace } from '../kernel/place.ts';
import type { Time } from '../kernel/time.ts';

/** A fact that an answer lacks. `tag` of a served image is a digest where the value is pinned. */
export type VerdictNeed =
  | { readonly need: 'history'; readonly place: GitPlace }
  | { readonly need: 'served'; readonly image: string; readonly tag: string }
  | { readonly need: 'rendered-difference' };

/** A value to write back as it stood before; `digest` is what it was proven to stand for, also where only the tag is written. */
export type Move = { readonly place: GitPlace; readonly to: Reference; readonly digest?: Digest };

export type Answer =
  | { readonly kind: 'needs'; readonly facts: readonly VerdictNeed[] }
  | { readonly kind: 'lower'; readonly moves: readonly Move[]; readonly holds: readonly Hold[]; readonly because: string }
  | { readonly kind: 'propose'; readonly moves: readonly Move[]; readonly holds: readonly Hold[]; readonly because: string }
  | {
      readonly kind: 'hold-only';
      readonly holds: readonly Hold[];
      readonly because: string;
      /** Since when automatic lowering is stopped, where that is why. */
      readonly storm?: Time;
    }
  | { readonly kind: 'withdrawn' | 'ignore'; readonly because: string };
