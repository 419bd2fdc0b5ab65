import { describeDuration } from '../../kernel/duration.ts';
import { Failure } from '../../kernel/failure.ts';
import type { Millis } from '../../kernel/time.ts';
import { createGate } from '../gate.ts';
import type { Call } from './failures.ts';
import { ecrFailure } from './failures.ts';
import type { EcrPlace } from './place.ts';
import type { EcrSdk } from './sdk.ts';

/** `timeoutMs` is for one call with the SDK's own attempts. */
export type EcrOptions = { readonly now: () => Millis; readonly timeoutMs: number };

/** Calls to the control API of one registry, one at a time. */
export type Calls = {
  /** Throws `Failure`; a registry that throttled is not asked for a while. */
  make<Answer>(call: Call, signal: AbortSignal, ask: (sdk: EcrSdk, signal: AbortSignal) => Promise<Answer>): Promise<Answer>;
  close(): void;
};

/** The SDK takes a third of a second to load: it is loaded at the first call. */
export function createCalls({ now, timeoutMs }: EcrOptions, place: EcrPlace): Calls {
  const gate = createGate(1);
  let opened: Promise<EcrSdk> | undefined;
  let throttled: { readonly until: Millis; readonly failure: Failure } | undefined;

  function refuseWhileThrottled(): void {
    const restMs = (throttled?.until ?? 0) - now();
    if (throttled === undefined || restMs <= 0) return;
    const text = `${throttled.failure.message}; not asked again for ${describeDuration(restMs)}`;
    throw new Failure('throttled', text, { cause: throttled.failure, retry: { afterMs: restMs } });
  }

  async function make<Answer>(
    call: Call,
    signal: AbortSignal,
    ask: (sdk: EcrSdk, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const leave = await gate.enter(signal).catch(() => Promise.reject(cancelled(call.host)));
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      refuseWhileThrottled();
      opened ??= import('./sdk.ts').then(({ openSdk }) => openSdk(place));
      return await ask(await opened, AbortSignal.any([signal, deadline]));
    } catch (thrown) {
      if (signal.aborted) throw cancelled(call.host);
      const late = `${call.host}: no answer within ${describeDuration(timeoutMs)} (${call.trying}, ${call.action})`;
      const failure = deadline.aborted ? new Failure('timed-out', late) : ecrFailure(call, thrown);
      if (failure.code === 'rate-limited' && failure !== thrown) throttled = { until: now() + (failure.retry?.afterMs ?? 0), failure };
      throw failure;
    } finally {
      leave();
    }
  }

  return { make, close: () => void opened?.then((sdk) => sdk.close()).catch(() => undefined) };
}

export function cancelled(host: string): Failure {
  return new Failure('cancelled', `${host}: cancelled`);
}
