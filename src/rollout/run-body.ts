import type { Body } from '../kernel/json.ts';
import { describeProblems, type Problem } from '../kernel/problem.ts';
import { controllerReference } from '../resources/meta.ts';
import type { AnalysisReference } from '../resources/rollout.ts';
import type { RunSlot } from './move.ts';
import { revisionOf } from './newcomer.ts';
import { runSpec } from './run-spec.ts';
import { revisionAnnotation, type Situation } from './situation.ts';
import { hashLabel } from './template.ts';

/** A whole AnalysisRun. The analysis was found sound before any step was taken. */
export function composeBody(situation: Situation, slot: RunSlot, reference: AnalysisReference, name: string): Body {
  const { rollout, current, index, observed, ref } = situation;
  const step = slot === 'currentStepAnalysisRunStatus';
  const composed = runSpec(situation, reference, 'analysis', !step);
  const { labels, annotations } = reference.analysisRunMetadata ?? {};
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      name,
      namespace: ref.namespace,
      labels: {
        ...rollout.spec.selector?.matchLabels,
        ...labels,
        [hashLabel]: current?.hash ?? '',
        'rollout-type': step ? 'Step' : 'Background',
        ...(step ? { 'step-index': String(index) } : {}),
      },
      annotations: { ...annotations, [revisionAnnotation]: String(revisionOf(situation)) },
      ownerReferences: [controllerReference(observed.rollout.raw)],
    },
    spec: composed.kind === 'composed' ? composed.spec : refusal(composed.problems),
  };
}

function refusal(problems: readonly Problem[]): never {
  throw new Error(`an analysis was started that is not sound: ${describeProblems(problems)}`);
}
