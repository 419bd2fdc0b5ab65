import type { CanaryStep } from '../resources/rollout.ts';
import type { Observed } from './observed.ts';
import { settledOnStable, type Situation, survey, wantedWeight } from './situation.ts';

/** A step as a person reads it: `setWeight 20`, `pause 10m`, `analysis errors`. */
export function describeStep(step: CanaryStep): string {
  if (step.setWeight !== undefined) return `setWeight ${step.setWeight}`;
  if (step.pause !== undefined && step.pause !== null) return step.pause.duration === undefined ? 'pause' : `pause ${step.pause.duration}`;
  if (step.analysis !== undefined)
    return `analysis ${(step.analysis.templates ?? []).map((template) => template.templateName).join(', ')}`.trim();
  return Object.keys(step).join(', ') || 'empty step';
}

/** The state of a Rollout in one short line: `step 2/5, setWeight 20, 1/5 canary pods`. */
export function describeRollout(observed: Observed): string {
  return describeSituation(survey(observed, 0));
}

export function describeSituation(situation: Situation): string {
  const { status, replicas, current, stable } = situation;
  const canaryPods = current?.available ?? 0;
  if (status.abort === true) return `aborted, ${canaryPods} canary pods left, ${stable?.available ?? 0}/${replicas} stable pods`;
  if (settledOnStable(situation)) return `${current?.name ?? 'no version'} is stable, ${canaryPods}/${replicas} pods`;
  const where = status.promoteFull === true ? 'promoted in full' : describePlace(situation);
  return `${where}, ${canaryPods}/${replicas} canary pods`;
}

function describePlace(situation: Situation): string {
  const { steps, index } = situation;
  const step = steps[index];
  if (step === undefined) return steps.length === 0 ? 'no steps' : `all ${steps.length} steps done`;
  const weight = step.setWeight === undefined ? `, weight ${wantedWeight(situation)}` : '';
  return `step ${index + 1}/${steps.length}, ${describeStep(step)}${weight}`;
}
