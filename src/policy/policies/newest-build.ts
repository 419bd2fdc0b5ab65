import type { Policy } from './policy.ts';

/** The image with the latest build time. Refused: a decision that guesses build times would write old images. */
export const newestBuild: Policy = { rank: () => ({ kind: 'refused', because: 'strategy newest-build is not supported yet' }) };
