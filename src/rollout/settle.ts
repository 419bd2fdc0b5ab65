import type { Action } from '../kernel/action.ts';
import { isBody } from '../kernel/json.ts';
import type { RolloutStatus } from '../resources/rollout.ts';
import { conditionsOf } from './conditions.ts';
import { mergePatch } from './merge-patch.ts';
import { bothSlots, type Move } from './move.ts';
import type { RolloutStep } from './observed.ts';
import { pauseEnd } from './pause.ts';
import { phaseOf } from './phase.ts';
import { deadlineOf } from './progressing.ts';
import { restartMoment } from './restart.ts';
import { endOthers, runOf, staleRun } from './runs.ts';
import { selectorText } from './selector.ts';
import type { Situation } from './situation.ts';
import { tidy } from './tidy.ts';
import { retryMoment } from './verbs.ts';

/** Turns a move into the step of this pass: its actions, what has to be tidied, and the status last, where it changes at all. */
export function settle(situation: Situation, move: Move): RolloutStep {
  if (move.statusWaits === true) return { actions: move.actions ?? [], status: situation.status, because: move.because };
  const next = nextStatus(situation, move);
  const actions = [...(move.actions ?? []), ...endOthers(situation, next), ...tidy(situation, next), ...writeStatus(situation, next)];
  const wakeAt = earliest(moments({ ...situation, status: next }), situation.now);
  return { actions, status: next, because: move.because, ...(wakeAt === undefined ? {} : { wakeAt }) };
}

/** A merge patch of status on exactly the Rollout that was read; nothing where nothing changed, so that the loop comes to rest. */
export function writeStatus(situation: Situation, next: RolloutStatus): readonly Action[] {
  const { raw, view } = situation.observed.rollout;
  const patch = mergePatch(isBody(raw['status']) ? raw['status'] : {}, next);
  if (patch === undefined) return [];
  const { resourceVersion } = view.metadata;
  return [
    { do: 'status', on: situation.ref, body: { status: patch }, ...(resourceVersion === undefined ? {} : { if: { resourceVersion } }) },
  ];
}

function nextStatus(situation: Situation, move: Move): RolloutStatus {
  const drop: readonly string[] = move.drop ?? [];
  const kept = Object.fromEntries(Object.entries({ ...situation.status, ...move.set }).filter(([field]) => !drop.includes(field)));
  // Values kept from the parsed status and from the move, both typed; only fields were left out.
  const changed: RolloutStatus = kept;
  const observed: RolloutStatus = {
    ...changed,
    ...counted(situation),
    canary: withRunPhases(situation, changed),
    blueGreen: changed['blueGreen'] ?? {},
  };
  const conditions = [...conditionsOf(situation, observed, move)];
  const { phase, message } = phaseOf(situation.rollout.spec, { ...observed, conditions });
  const { message: _, ...rest } = observed;
  return { ...rest, conditions, phase, ...(message === undefined ? {} : { message }) };
}

/** Counts and what was observed. Zeros are left out, as Go's omitempty does. */
function counted({ totals, rollout }: Situation): RolloutStatus {
  const some = (count: number) => (count === 0 ? undefined : count);
  const { generation } = rollout.metadata;
  const selector = selectorText(rollout.spec.selector);
  const counts = {
    replicas: some(totals.replicas),
    HPAReplicas: some(totals.replicas),
    updatedReplicas: some(totals.updated),
    readyReplicas: some(totals.ready),
    availableReplicas: some(totals.available),
  };
  return { ...counts, selector, ...(generation === undefined ? {} : { observedGeneration: String(generation) }) };
}

/** status.canary with the phase and message that the named runs have now, and without a run of a step that is past. */
function withRunPhases(situation: Situation, changed: RolloutStatus): NonNullable<RolloutStatus['canary']> {
  const canary: Record<string, unknown> = { ...changed.canary };
  const at = { ...situation, status: changed, index: changed.currentStepIndex ?? situation.index };
  if (staleRun(at)) delete canary['currentStepAnalysisRunStatus'];
  for (const slot of bothSlots) {
    const run = runOf({ observed: situation.observed, status: changed }, slot);
    if (run === undefined || canary[slot] === undefined) continue;
    const { phase = '', message } = run.view.status ?? {};
    canary[slot] = { name: run.view.metadata.name, status: phase, ...(message === undefined || message === '' ? {} : { message }) };
  }
  return canary;
}

const barredWaitMs = 5000;

function moments(situation: Situation): readonly (number | undefined)[] {
  return [
    situation.barred === undefined ? undefined : situation.now + barredWaitMs,
    pauseEnd(situation.status, situation.steps[situation.status.currentStepIndex ?? 0]),
    deadlineOf(situation),
    retryMoment(situation),
    restartMoment(situation),
  ];
}

function earliest(moments: readonly (number | undefined)[], now: number): number | undefined {
  const ahead = moments.filter((moment) => moment !== undefined).filter((moment) => moment > now);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}
