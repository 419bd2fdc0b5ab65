import { oneLine } from '../../kernel/escape.ts';
import type { PlaceChange, PlaceHistory, PlaceQuestion } from '../choice.ts';
import type { Ranking } from '../policies/policy.ts';
import { isOurs, tagOf } from './answer.ts';

/**
 * Why a pin that goes down is not carried out again (LOOP 2: it lowers once): we lowered this place to it before, and somebody wrote
 * something else since. Undefined where it may be written.
 */
export function pinCarriedOut(question: PlaceQuestion, history: PlaceHistory, ranking: Ranking): string | undefined {
  const [latest, earlier] = history.changes;
  if (latest === undefined || isOurs(latest, question)) return undefined;
  if (earlier === undefined)
    return history.complete ? undefined : 'whether the pin was carried out before is unknown: too few changes of this place were read';
  if (!isOurs(earlier, question) || !lowersToPin(earlier, ranking)) return undefined;
  const wrote = `${oneLine(latest.author)} wrote ${latest.after ?? 'no value'} since (commit ${latest.commit.slice(0, 12)})`;
  return `the pin lowered this place to ${earlier.after ?? ''} before, and ${wrote}: a pin lowers once`;
}

function lowersToPin({ before, after }: PlaceChange, ranking: Ranking): boolean {
  const [from, to] = [tagOf(before), tagOf(after)];
  return from !== undefined && to !== undefined && ranking.dropped(to) === undefined && ranking.compare(to, from) < 0;
}
