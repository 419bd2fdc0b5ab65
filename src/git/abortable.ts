import { Failure } from '../kernel/failure.ts';

/** Stops waiting when the signal aborts; the work itself goes on for those who share it. */
export function abortable<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  if (signal.aborted) return Promise.reject(new Failure('cancelled', 'the fetch was cancelled'));
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new Failure('cancelled', 'the fetch was cancelled'));
    signal.addEventListener('abort', cancel, { once: true });
    const settle = () => signal.removeEventListener('abort', cancel);
    work.then(resolve, reject).finally(settle);
  });
}
