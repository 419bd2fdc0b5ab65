/** What a failed attempt says about itself. The codes are one closed list so that two causes are never taken for one another. */
export type FailureCode =
  | 'unauthorized' // 401, or a rejected Git login
  | 'forbidden' // 403
  | 'not-found' // 404
  | 'conflict' // 409
  | 'gone' // 410
  | 'rate-limited' // 429
  | 'throttled' // not asked by us, because the other side's patience is used up until a known moment
  | 'server-error' // 5xx
  | 'timed-out'
  | 'unreachable' // no connection, no such host, connection reset
  | 'broken-answer' // an answer that does not follow its protocol
  | 'too-large' // a limit of ours was exceeded
  | 'rejected' // the other side understood and refused
  | 'unsupported'
  | 'cancelled';

export type Retry = { readonly afterMs: number };

/**
 * A failed attempt: thrown by I/O rooms, caught by the loops. `message` is a sentence for a person; `retry` is set when the other
 * side said when to come back (Retry-After).
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly retry: Retry | undefined;

  constructor(code: FailureCode, message: string, options: { cause?: unknown; retry?: Retry } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
  }
}

/** The sentence of any thrown value. */
export function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
