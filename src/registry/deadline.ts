import { describeDuration } from '../kernel/duration.ts';
import { Failure } from '../kernel/failure.ts';
import type { Question } from './question.ts';
import { sentence } from './question.ts';

export type Deadline = { readonly signal: AbortSignal; stop(): void };

/** A signal that aborts with a `Failure`: timed-out after `ms`, cancelled when the question's own signal aborts. `stop` ends both. */
export function startDeadline(question: Question, ms: number): Deadline {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(cancelled(question));
  const timer = setTimeout(() => {
    controller.abort(new Failure('timed-out', sentence(question, `no answer within ${describeDuration(ms)}`)));
  }, ms);
  if (question.signal.aborted) cancel();
  else question.signal.addEventListener('abort', cancel, { once: true });
  const stop = (): void => {
    clearTimeout(timer);
    question.signal.removeEventListener('abort', cancel);
  };
  return { signal: controller.signal, stop };
}

export function cancelled(question: Question): Failure {
  return new Failure('cancelled', sentence(question, 'cancelled'), { cause: question.signal.reason });
}
