import type { Policy } from './policy.ts';

/** The last tag in byte order; a constraint does not count (Image Updater v0.18). */
export const alphabetical: Policy = {
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

/** Tags are ASCII (OCI distribution specification 1.1), so their order by code unit is their order by byte. */
function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
