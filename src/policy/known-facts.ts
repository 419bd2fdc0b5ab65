import type { PlaceQuestion } from './choice.ts';

/** What is known beside the listing when a decision is asked for; it grows by what the policy says that it lacks. */
export type KnownFacts = Pick<PlaceQuestion, 'facts' | 'history' | 'commits' | 'created' | 'times' | 'digests' | 'served'>;

/** The sum of what was known and what was learnt; of one thing, what was learnt counts. */
export function withLearnt(known: KnownFacts, learnt: Partial<KnownFacts>): KnownFacts {
  return {
    ...known,
    ...learnt,
    facts: { ...known.facts, ...learnt.facts },
    commits: { ...known.commits, ...learnt.commits },
    created: { ...known.created, ...learnt.created },
    times: { ...known.times, ...learnt.times },
    digests: { ...known.digests, ...learnt.digests },
    served: { ...known.served, ...learnt.served },
  };
}
