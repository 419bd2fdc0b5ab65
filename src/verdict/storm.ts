import type { Millis, Time } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';
import type { VerdictFacts } from './facts.ts';

const windowMs = 10 * 60_000;
const limit = 5;

/** Since when automatic lowering is stopped (LOOP 7): many failures at once say more about what all canaries share than about each image. */
export function stormSince(
  { stormSince: known, lowerings }: Pick<VerdictFacts, 'stormSince' | 'lowerings'>,
  now: Millis,
): Time | undefined {
  const recent = lowerings.filter((at) => at <= now && now - at < windowMs).length;
  return known ?? (recent < limit ? undefined : timeOf(now));
}

/** Why nothing is lowered, and what ends it. */
export function describeStorm(since: Time): string {
  return `VerdictStorm: more than ${limit} lowerings in ten minutes stopped automatic lowering since ${since}; a commit by a person to the holds file resumes it.`;
}
