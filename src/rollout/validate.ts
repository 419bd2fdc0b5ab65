import type { Problem } from '../kernel/problem.ts';
import type { AnalysisReference } from '../resources/rollout.ts';
import { runSpec } from './run-spec.ts';
import { wrongServices } from './services.ts';
import type { Situation } from './situation.ts';
import { canaryAt, wrongCanary, wrongStep } from './validate-canary.ts';
import { wrongKind, wrongSpec } from './validate-spec.ts';

/** Everything in a Rollout that cannot be carried out, by field path. None of it is passed over in silence. */
export function problemsOf(situation: Situation): readonly Problem[] {
  const { rollout, canary, steps, status, observed } = situation;
  const kind = wrongKind(rollout.spec);
  if (kind.length > 0) return kind;
  const structure = [...wrongSpec(rollout.spec), ...wrongCanary(canary, observed.routers ?? []), ...steps.flatMap(wrongStep)];
  // Templates may be gone for a moment: that must not hold up the way back of an aborted update.
  return structure.length > 0 || status.abort === true ? structure : [...wrongServices(situation), ...wrongAnalyses(situation)];
}

function wrongAnalyses(situation: Situation): readonly Problem[] {
  const { steps, canary } = situation;
  const inSteps = steps.flatMap(({ analysis }, index) => wrongAnalysis(situation, analysis, canaryAt(`steps[${index}].analysis`), false));
  return [...inSteps, ...wrongAnalysis(situation, canary.analysis, canaryAt('analysis'), true)];
}

function wrongAnalysis(
  situation: Situation,
  reference: AnalysisReference | undefined,
  at: string,
  background: boolean,
): readonly Problem[] {
  if (reference === undefined) return [];
  const composed = runSpec(situation, reference, at, background);
  return composed.kind === 'refused' ? composed.problems : [];
}
