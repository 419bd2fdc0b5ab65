import { Failure } from '../kernel/failure.ts';
import type { Clock } from './ports.ts';

/** How long the others of a branch wait for one answer, in ms. */
const patienceMs = 30_000;

/**
 * What is worked on, where it ends soon enough. A registry may take as long as all its pages and time limits allow, and whoever shares a
 * branch with its images waits no longer than this (LOOP 29): then it is a failed attempt of the one place, the work goes on, and a later look
 * finds what it came to. Throws `Failure` with `what` at the start of its sentence.
 */
export async function withPatience<Answer>(clock: Clock, what: string, work: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  const answered = new AbortController();
  const late = clock.sleep(patienceMs, AbortSignal.any([signal, answered.signal])).then(() => {
    throw new Failure('timed-out', `${what} takes more than ${patienceMs / 1000} seconds: it goes on, and a later look decides`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    answered.abort();
    // Who came second is nobody's failure any more.
    for (const one of [work, late]) one.catch(() => undefined);
  }
}
