import { parseGoDuration } from '../kernel/duration.ts';
import { kubeTime, millisOf, type Millis } from '../kernel/time.ts';
import { atStep, bothSlots, type Move, type Progressing, stops, withoutRuns } from './move.ts';
import { revisionOf } from './newcomer.ts';
import { onErrorAnnotation, retryAfterAnnotation } from './own-annotations.ts';
import { settledOnStable, type Situation } from './situation.ts';

const defaultRetryAfterMs = 30_000;

/** The abort of the update that is being rolled out. `reason` completes the message; absent when a person asked for it. */
export function abortMove(situation: Situation, reason: string | undefined): Move {
  const message = `Rollout aborted update to revision ${revisionOf(situation)}${reason === undefined ? '' : `: ${reason}`}`;
  return {
    because: message,
    set: { abort: true, abortedAt: situation.status.abortedAt ?? kubeTime(situation.now), ...atStep(situation, 0) },
    drop: ['pauseConditions', 'controllerPause', 'promoteFull'],
    progressing: { status: 'False', reason: 'RolloutAborted', message },
  };
}

/** A person (or the plugin) wrote status.abort: true. */
export function answerAbort(situation: Situation): Move | undefined {
  const { status, index, steps } = situation;
  if (status.abort !== true || status.promoteFull === true) return undefined;
  if (settledOnStable(situation)) {
    return {
      because: `nothing to abort: ${situation.current?.name ?? 'the wanted version'} is the stable version`,
      drop: ['abort', 'abortedAt'],
    };
  }
  const answered = typeof status.abortedAt === 'string' && (index === 0 || steps.length === 0);
  return answered ? undefined : abortMove(situation, undefined);
}

/** status.abort: false on an aborted rollout: a new attempt from the first step, with AnalysisRuns of its own. */
export function answerRetry(situation: Situation): Move | undefined {
  const { status } = situation;
  if (status.abort === true || typeof status.abortedAt !== 'string') return undefined;
  return newAttempt(situation, `retrying the update to revision ${revisionOf(situation)} from the first step`);
}

/**
 * Opt-in (`windlass.dev/on-error: retry`): an update that was aborted because its analysis could not measure, not because it measured
 * something bad, is tried again once everything is back on stable and the delay is over.
 */
export function retryAfterError(situation: Situation): Move | undefined {
  const at = retryMoment(situation);
  const { current, stable, replicas, now } = situation;
  if (at === undefined || current?.spec !== 0 || current.pods !== 0 || (stable?.available ?? 0) < replicas) return undefined;
  if (now < at) return undefined;
  return newAttempt(situation, 'retrying after the analysis could not measure');
}

/** When the retry after an error is due (epoch milliseconds); undefined where none is. */
export function retryMoment(situation: Situation): Millis | undefined {
  const { status, rollout } = situation;
  const { [onErrorAnnotation]: onError, [retryAfterAnnotation]: after = '' } = rollout.metadata.annotations ?? {};
  if (onError !== 'retry' || status.abort !== true || typeof status.abortedAt !== 'string') return undefined;
  const phases = bothSlots.map((slot) => status.canary?.[slot]?.status);
  // A failed measurement beside the error is a verdict: only a person retries that.
  if (!phases.includes('Error') || phases.includes('Failed')) return undefined;
  const delay = parseGoDuration(after);
  return millisOf(status.abortedAt) + (delay === undefined || delay < 0 ? defaultRetryAfterMs : delay);
}

/** `promote --full`: pauses, an abort and analyses stand in the way no more; pod counts follow by themselves. */
export function answerPromoteFull(situation: Situation): Move | undefined {
  const { status, current } = situation;
  if (status.promoteFull !== true) return undefined;
  if (settledOnStable(situation))
    return { because: `nothing to promote: ${current?.name ?? ''} is the stable version`, drop: ['promoteFull'] };
  const held = inTheWay.some((field) => present(status[field])) || bothSlots.some((slot) => present(status.canary?.[slot]));
  if (!held) return undefined;
  return {
    because: `a person promotes revision ${revisionOf(situation)} in full: steps, pauses and analyses are skipped`,
    set: withoutRuns(status, ...bothSlots),
    drop: inTheWay,
    progressing: retried,
  };
}

const inTheWay = ['abort', 'abortedAt', 'pauseConditions', 'controllerPause'] as const;

/** Neither absent nor empty. */
function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

const retried: Progressing = { status: 'True', reason: 'RolloutRetry', message: 'Retrying Rollout' };

function newAttempt(situation: Situation, because: string): Move {
  return { because, set: { ...atStep(situation, 0), ...withoutRuns(situation.status, ...bothSlots) }, drop: stops, progressing: retried };
}
