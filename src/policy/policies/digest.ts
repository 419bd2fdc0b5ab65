import type { Policy } from './policy.ts';

/** The digest behind one tag. Refused: without it a place would keep a tag that the person asked to pin. */
export const digest: Policy = { rank: () => ({ kind: 'refused', because: 'strategy digest is not supported yet' }) };
