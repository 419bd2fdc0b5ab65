import { setTimeout as wait } from 'node:timers/promises';
import type { Answered, Asked } from './answer.ts';

/**
 * A fault for requests whose path and query match. `times` is how often (always where absent). `delayMs` goes before everything else; then
 * `drop` closes the connection, `hang` never answers, and `status`, `headers` or `body` replace the answer; without any of them the usual one follows.
 */
export type Fault = {
  readonly path: RegExp;
  readonly method?: string;
  readonly times?: number;
  readonly delayMs?: number;
  readonly drop?: true;
  readonly hang?: true;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type Faults = {
  set(faults: readonly Fault[]): void;
  /** The first fault that matches; it counts as used. */
  take(asked: Asked): Fault | undefined;
};

export function createFaults(): Faults {
  let active: readonly { readonly fault: Fault; left: number }[] = [];
  return {
    set(faults) {
      active = faults.map((fault) => ({ fault, left: fault.times ?? Infinity }));
    },
    take(asked) {
      const target = `${asked.url.pathname}${asked.url.search}`;
      const found = active.find(
        ({ fault, left }) => left > 0 && fault.path.test(target) && (fault.method ?? asked.method) === asked.method,
      );
      if (found !== undefined) found.left--;
      return found?.fault;
    },
  };
}

/** What becomes of a request after its fault: an answer in place of the usual one, no answer, or the usual one. */
export async function applyFault(fault: Fault): Promise<Answered | 'drop' | 'hang' | 'none'> {
  if (fault.delayMs !== undefined) await wait(fault.delayMs);
  if (fault.drop === true) return 'drop';
  if (fault.hang === true) return 'hang';
  const { status, headers, body } = fault;
  if (status === undefined && headers === undefined && body === undefined) return 'none';
  return { status: status ?? 200, headers: { 'content-type': 'application/json', ...headers }, body: body ?? '' };
}
