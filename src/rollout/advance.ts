import type { Millis } from '../kernel/time.ts';
import { adoptReplicaSet } from './adopt.ts';
import { withBar } from './bar.ts';
import { pausedBecause, pauseReasons } from './pause.ts';
import { deadlineMissed, timedOut } from './progressing.ts';
import { describeSituation } from './describe.ts';
import type { Move, Rule } from './move.ts';
import { createReplicaSet, renumber } from './newcomer.ts';
import type { Observed, RolloutStep } from './observed.ts';
import { refuse } from './refuse.ts';
import { followSteps, startTemplate } from './renew.ts';
import { judgeRuns, startRuns } from './runs.ts';
import { restartPods } from './restart.ts';
import { followReplicas, scaleOne } from './scale.ts';
import { pointServices } from './services.ts';
import { settle } from './settle.ts';
import { settledOnStable, type Situation, survey } from './situation.ts';
import { promote, takeStep } from './take-step.ts';
import { problemsOf } from './validate.ts';
import { abortMove, answerAbort, answerPromoteFull, answerRetry, retryAfterError } from './verbs.ts';

// The first rule that has a move makes it. Who asks: the objects first, then people, then pod counts, then the steps.
const rules: readonly Rule[] = [
  adoptReplicaSet,
  createReplicaSet,
  renumber,
  startTemplate,
  followSteps,
  answerPromoteFull,
  answerAbort,
  answerRetry,
  retryAfterError,
  judgeRuns,
  pointServices,
  whileUnheld(restartPods),
  whileUnheld(followReplicas),
  unlessStopped(startRuns),
  unlessStopped(promote),
  whileUnheld(scaleOne),
  unlessStopped(takeStep),
  abortLate,
];

/**
 * The next step of a canary without a traffic router, derived from the observed objects alone: at most one ReplicaSet is scaled or one
 * step of the list taken. The status is written last, on exactly the Rollout that was read; where nothing is to be done there are no
 * actions. `now` in epoch milliseconds. Argo Rollouts v1.9 is the model; deviations say so where they are.
 */
export function advance(observed: Observed, now: Millis): RolloutStep {
  const situation = withBar(survey(observed, now));
  if (typeof situation.rollout.metadata.deletionTimestamp === 'string') {
    return { actions: [], status: situation.status, because: 'the Rollout is being deleted; its pods go with it' };
  }
  const problems = problemsOf(situation);
  if (problems.length > 0) return refuse(situation, problems);
  for (const rule of rules) {
    const move = rule(situation);
    if (move !== undefined) return settle(situation, move);
  }
  return settle(situation, rest(situation));
}

function rest(situation: Situation): Move {
  if (situation.barred !== undefined) return { because: situation.barred };
  const paused = situation.rollout.spec.paused === true ? 'spec.paused: ' : '';
  return { because: `${paused}${describeSituation(situation)}` };
}

/** `spec.paused` stops every step, and so does a canary that must not start. */
function unlessStopped(rule: Rule): Rule {
  return (situation) => (situation.rollout.spec.paused === true || situation.barred !== undefined ? undefined : rule(situation));
}

function whileUnheld(rule: Rule): Rule {
  return (situation) => (scalingHeld(situation) ? undefined : rule(situation));
}

/** Opt-in: an update that makes no progress within its deadline is aborted, not only reported. */
function abortLate(situation: Situation): Move | undefined {
  if (situation.rollout.spec.progressDeadlineAbort !== true || settledOnStable(situation)) return undefined;
  if (situation.status.abort === true) return undefined;
  return deadlineMissed(situation) ? abortMove(situation, timedOut(situation)) : undefined;
}

/** Whether pod counts stand still until a person answers. */
function scalingHeld({ status, rollout }: Situation): boolean {
  // An abort is there to bring pods back: neither pause holds that up.
  if (status.abort === true) return false;
  return rollout.spec.paused === true || pausedBecause(status, pauseReasons.inconclusive);
}
