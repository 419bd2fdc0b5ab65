import { isStaleConnection, isTransient } from './broken-connection.ts';
import type { Answer, Question } from './question.ts';

/** How one try ended. */
export type Ended = { readonly answer: Answer } | { readonly thrown: unknown };

const maxTries = 3;
const busy: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * How long to wait before the next try, in ms; undefined where there is none. Only questions that change nothing are asked again, and only
 * after failures that may be over in a moment: no connection, or a gateway that says so and not when to come back. `random` is from 0 to 1.
 */
export function waitBeforeRetry(
  question: Question,
  ended: Ended,
  { tries, firstMs, random }: { readonly tries: number; readonly firstMs: number; readonly random: number },
): number | undefined {
  if (question.method === 'POST' || tries >= maxTries || !mayPass(ended)) return undefined;
  // A kept connection that the other side has closed tells nothing about the registry.
  if (tries === 1 && 'thrown' in ended && isStaleConnection(ended.thrown)) return 0;
  return firstMs * 4 ** (tries - 1) * (0.5 + random);
}

function mayPass(ended: Ended): boolean {
  if ('thrown' in ended) return isStaleConnection(ended.thrown) || isTransient(ended.thrown);
  return busy.has(ended.answer.status) && ended.answer.headers['retry-after'] === undefined;
}
