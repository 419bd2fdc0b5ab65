import type { Action } from '../kernel/action.ts';
import { refOf } from '../resources/meta.ts';
import type { Resource } from '../resources/meta.ts';
import type { AnalysisRun } from '../resources/analysis.ts';
import type { AnalysisReference, RolloutStatus } from '../resources/rollout.ts';
import { bothSlots, type Move, type RunSlot } from './move.ts';
import { onlyThis, revisionOf } from './newcomer.ts';
import { pausedBecause, pausedFrom, pauseReasons } from './pause.ts';
import { composeBody } from './run-body.ts';
import { settledOnStable, type Situation } from './situation.ts';
import { abortMove } from './verbs.ts';

/** A finalizer that keeps a run until Git has learnt what it found (LOOP 11). */
export const unsettledFinalizer = 'windlass.dev/unsettled';
/** Says on a run how Git learnt what it found. */
export const settledAnnotation = 'windlass.dev/settled';

const finished = new Set(['Successful', 'Failed', 'Error', 'Inconclusive']);

/** The AnalysisRun that a field of status.canary names, where it exists. */
export function runOf(situation: Pick<Situation, 'observed' | 'status'>, slot: RunSlot): Resource<AnalysisRun> | undefined {
  const name = situation.status.canary?.[slot]?.name;
  return situation.observed.runs.find((run) => run.view.metadata.name === name);
}

export function isFinished(run: Resource<AnalysisRun>): boolean {
  return finished.has(run.view.status?.phase ?? '');
}

/** An analysis that found the canary bad, or could not find out, ends the update; one that cannot tell stops it for a person. */
export function judgeRuns(situation: Situation): Move | undefined {
  if (!underAnalysis(situation)) return undefined;
  for (const slot of bothSlots) {
    const move = judgeRun(situation, slot);
    if (move !== undefined) return move;
  }
  return undefined;
}

function underAnalysis(situation: Situation): boolean {
  return situation.status.abort !== true && situation.status.promoteFull !== true && !settledOnStable(situation);
}

function judgeRun(situation: Situation, slot: RunSlot): Move | undefined {
  const run = runOf(situation, slot);
  if (run === undefined || !belongs(situation, slot)) return undefined;
  const { phase, message } = run.view.status ?? {};
  if (phase === 'Failed' || phase === 'Error') {
    const kind = slot === 'currentStepAnalysisRunStatus' ? 'Step-based' : 'Background';
    return abortMove(situation, `${kind} analysis phase error/failed: ${message ?? phase}`);
  }
  return phase === 'Inconclusive' ? askPerson(situation, slot, run.view.metadata.name) : undefined;
}

function askPerson(situation: Situation, slot: RunSlot, runName: string): Move | undefined {
  const { status, now } = situation;
  if (pausedBecause(status, pauseReasons.inconclusive)) return undefined;
  // The pause was recorded together with the phase: its absence now is a person's answer.
  if (status.canary?.[slot]?.status === 'Inconclusive') {
    return {
      because: `${runName} could not tell; a person wants another measurement`,
      ...name(situation, slot),
      drop: ['controllerPause'],
    };
  }
  return { because: `${runName} could not tell: waiting for a person`, set: pausedFrom(now, pauseReasons.inconclusive, status) };
}

/** The analyses that should run now: first their name is recorded, then they are created, so that no crash starts one twice. */
export function startRuns(situation: Situation): Move | undefined {
  if (!underAnalysis(situation) || pausedBecause(situation.status, pauseReasons.inconclusive)) return undefined;
  for (const slot of bothSlots) {
    const reference = wanted(situation, slot);
    if (reference === undefined) continue;
    const recorded = situation.status.canary?.[slot]?.name;
    if (recorded === undefined || !mayBear(situation, slot, recorded))
      return { because: `${where(situation, slot)} will be ${freshName(situation, slot)}`, ...name(situation, slot) };
    if (runOf(situation, slot) === undefined) return create(situation, slot, reference, recorded);
  }
  return undefined;
}

/** Drops a step's run from status once the rollout has moved past that step (a person may have moved it). */
export function staleRun(situation: Situation): boolean {
  return (
    underAnalysis(situation) &&
    situation.status.canary?.currentStepAnalysisRunStatus?.name !== undefined &&
    !belongs(situation, 'currentStepAnalysisRunStatus')
  );
}

/** Whether the recorded name is one for this step and version, and free or our own. */
function mayBear(situation: Situation, slot: RunSlot, recorded: string): boolean {
  return belongs(situation, slot) && !isTaken(situation, recorded);
}

function wanted({ canary, steps, index }: Situation, slot: RunSlot): AnalysisReference | undefined {
  if (slot === 'currentStepAnalysisRunStatus') return steps[index]?.analysis;
  const background = canary.analysis;
  const begun = index >= (background?.startingStep ?? 0) && (index < steps.length || steps.length === 0);
  return begun ? background : undefined;
}

/** `<rollout>-<hash>-<revision>[-<step>]`; a further attempt appends `.N`. */
function baseName(situation: Situation, slot: RunSlot): string {
  const { rollout, current, index } = situation;
  const stem = `${rollout.metadata.name}-${current?.hash ?? ''}-${revisionOf(situation)}`;
  return slot === 'currentStepAnalysisRunStatus' ? `${stem}-${index}` : stem;
}

function belongs(situation: Situation, slot: RunSlot): boolean {
  const recorded = situation.status.canary?.[slot]?.name ?? '';
  const base = baseName(situation, slot);
  return recorded === base || (recorded.startsWith(`${base}.`) && /^\d+$/.test(recorded.slice(base.length + 1)));
}

function freshName(situation: Situation, slot: RunSlot): string {
  const base = baseName(situation, slot);
  const ours = new Set(situation.observed.runs.map((run) => run.view.metadata.name));
  let fresh = base;
  for (let attempt = 1; ours.has(fresh) || isTaken(situation, fresh); attempt++) fresh = `${base}.${attempt}`;
  return fresh;
}

/** A run of this name is there and somebody else's (left over from a Rollout of the same name). */
function isTaken({ observed }: Situation, runName: string): boolean {
  return observed.takenNames?.includes(runName) === true;
}

function name(situation: Situation, slot: RunSlot): { set: RolloutStatus } {
  return { set: { canary: { ...situation.status.canary, [slot]: { name: freshName(situation, slot), status: '' } } } };
}

function where({ index, steps }: Situation, slot: RunSlot): string {
  return slot === 'currentStepAnalysisRunStatus' ? `step ${index + 1} of ${steps.length}: the analysis` : 'the background analysis';
}

function create(situation: Situation, slot: RunSlot, reference: AnalysisReference, runName: string): Move {
  const { cluster, namespace } = situation.ref;
  const on = { cluster, group: 'argoproj.io', kind: 'AnalysisRun', namespace, name: runName };
  const action: Action = { do: 'create', on, body: composeBody(situation, slot, reference, runName) };
  return { because: `${where(situation, slot)} ${runName} starts`, actions: [action] };
}

/** Ends the unfinished runs that the next status names no longer. */
export function endOthers(situation: Situation, next: RolloutStatus): readonly Action[] {
  const stopped = next.abort === true;
  const named = bothSlots.map((slot) => next.canary?.[slot]?.name);
  return situation.observed.runs
    .filter((run) => !isFinished(run) && run.view.spec.terminate !== true && (stopped || !named.includes(run.view.metadata.name)))
    .map((run) => ({
      do: 'patch',
      on: refOf(run.raw, situation.ref.cluster),
      body: { spec: { terminate: true } },
      ...onlyThis(run.view.metadata.uid),
    }));
}
