import { compareBytes, type Policy } from './policy.ts';

/** The last tag in byte order; a constraint does not count (Image Updater v0.18, Flux image-reflector v1.2). */
export const alphabetical: Policy = {
  orders: 'text',
  rank: () => ({
    kind: 'ranked',
    ranking: {
      dropped: () => undefined,
      ranks: () => true,
      compare: compareBytes,
      isNewer: (left, right) => compareBytes(left, right) > 0,
      pinned: false,
    },
  }),
};
