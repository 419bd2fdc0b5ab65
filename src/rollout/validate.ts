import type { Problem } from '../kernel/problem.ts';
import type { AnalysisReference } from '../resources/rollout.ts';
import { runSpec } from './run-body.ts';
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
  return structure.length > 0 || status.abort === true ? structure : wrongAnalyses(situation);
}

function wrongAnalyses(situation: Situation): readonly Problem[] {
  const inSteps = situation.steps.flatMap(({ analysis }, index) =>
    analysis === undefined ? [] : wrongAnalysis(situation, analysis, canaryAt(`steps[${index}].analysis`), 'finite'),
  );
  const { analysis } = situation.canary;
  return analysis === undefined ? inSteps : [...inSteps, ...wrongAnalysis(situation, analysis, canaryAt('analysis'), 'endless')];
}

function wrongAnalysis(
  situation: Situation,
  reference: AnalysisReference,
  where: string,
  length: 'finite' | 'endless',
): readonly Problem[] {
  if ((reference.templates ?? []).length === 0)
    return [{ at: `${where}.templates`, got: 'nothing', expected: 'the names of analysis templates' }];
  const composed = runSpec(situation, reference, where);
  if (composed.kind === 'refused') return composed.problems;
  if (length === 'endless') return [];
  const endless = composed.metrics.filter(
    ({ interval, count }) => interval !== undefined && (count === undefined || String(count) === '0'),
  );
  return endless.map(({ name, interval }) => ({
    at: `${where}: metric ${name}`,
    got: `interval ${interval ?? ''} without count, which runs indefinitely`,
    expected: 'a count',
  }));
}
