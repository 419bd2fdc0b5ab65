import type { Problem } from '../kernel/problem.ts';
import type { Rollout } from '../resources/rollout.ts';
import { wrongSelector } from './selector.ts';

type Spec = Rollout['spec'];

/** A claim that makes a value wrong, and what to say then. */
export type Check = readonly [wrong: boolean, at: string, got: string, expected: string];

export function problemsIn(checks: readonly Check[]): readonly Problem[] {
  return checks.filter(([wrong]) => wrong).map(([, at, got, expected]) => ({ at, got, expected }));
}

/** What a Rollout is made of that is not carried out here. */
export function wrongKind({ strategy, workloadRef, template }: Spec): readonly Problem[] {
  const referred = workloadRef !== undefined && workloadRef !== null;
  return problemsIn([
    [strategy?.blueGreen !== undefined, 'spec.strategy.blueGreen', 'a blue-green strategy', 'spec.strategy.canary'],
    [strategy?.blueGreen === undefined && strategy?.canary === undefined, 'spec.strategy', 'no strategy', 'spec.strategy.canary'],
    [referred, 'spec.workloadRef', 'a reference', 'a pod template in spec.template'],
    [!referred && template === undefined, 'spec.template', 'nothing', 'a pod template'],
  ]);
}

/** Counts, times and the pod template (Argo Rollouts v1.9 refuses the same). */
export function wrongSpec(spec: Spec): readonly Problem[] {
  const { replicas, minReadySeconds = 0, progressDeadlineSeconds } = spec;
  const deadline = progressDeadlineSeconds ?? 600;
  const restart = spec.template?.spec['restartPolicy'] ?? 'Always';
  return [
    ...wrongSelector(spec.selector, spec.template?.metadata?.labels ?? {}),
    ...problemsIn([
      [restart !== 'Always', 'spec.template.spec.restartPolicy', JSON.stringify(restart), 'Always'],
      [(replicas ?? 1) < 0, 'spec.replicas', String(replicas), '0 or more'],
      [minReadySeconds < 0, 'spec.minReadySeconds', String(minReadySeconds), '0 or more'],
      [deadline <= minReadySeconds, 'spec.progressDeadlineSeconds', String(deadline), `more than minReadySeconds (${minReadySeconds})`],
    ]),
  ];
}
