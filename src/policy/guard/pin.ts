import { oneLine } from '../../kernel/escape.ts';
import type { PlaceHistory, PlaceQuestion } from '../choice.ts';
import type { Ranking } from '../policies/policy.ts';
import { isOurs, tagOfValue } from './answer.ts';

/**
 * Why a pin that goes down is not carried out again (LOOP 2: it lowers once): we lowered this place to it before, and somebody wrote
 * something else since. Undefined where it may be written.
 */
export function pinCarriedOut(question: PlaceQuestion, history: PlaceHistory, ranking: Ranking): string | undefined {
  const [latest, earlier] = history.changes;
  if (latest === undefined || isOurs(latest, question)) return undefined;
  if (earlier === undefined)
    return history.complete ? undefined : 'the history of this place is too short to say whether the pin was carried out';
  const { before, after } = earlier;
  if (before === null || after === null || !isOurs(earlier, question)) return undefined;
  if (ranking.dropped(tagOfValue(after)) !== undefined || ranking.compare(tagOfValue(after), tagOfValue(before)) >= 0) return undefined;
  return `the pin lowered this place to ${after} once, and ${oneLine(latest.author)} wrote ${latest.after ?? 'no value'} since (commit ${latest.commit.slice(0, 12)})`;
}
