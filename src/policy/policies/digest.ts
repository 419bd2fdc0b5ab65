import type { Watch } from '../choice.ts';
import type { Policy, Ranked } from './policy.ts';

/** The digest behind one tag, which the constraint names (Image Updater v0.18). Digests have no order. */
export const digest: Policy = { orders: 'nothing', rank };

function rank({ constraint, written }: Watch): Ranked {
  if (constraint === undefined || constraint === '') {
    return { kind: 'refused', because: `strategy digest follows one tag, and the image says none: write ${written}:<tag> in image-list` };
  }
  const ranking = {
    dropped: (tag: string) =>
      tag === constraint ? undefined : { rule: 'strategy' as const, because: `${tag} is not ${constraint}, the tag that is followed` },
    ranks: (tag: string) => tag === constraint,
    compare: () => 0,
    isNewer: () => false,
    pinned: false,
  };
  return { kind: 'ranked', ranking };
}
