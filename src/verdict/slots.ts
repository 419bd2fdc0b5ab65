import type { RolloutStatus } from '../resources/rollout.ts';
import type { CanaryObjects } from './canary-images.ts';

type Slot = NonNullable<NonNullable<RolloutStatus['canary']>['currentStepAnalysisRunStatus']>;

/** The field of status.canary that names the run with this uid: the run belongs to the present attempt. */
export function slotNaming(uid: string, { rollout, runs }: Pick<CanaryObjects, 'rollout' | 'runs'>): Slot | undefined {
  const name = runs.find(({ view }) => view.metadata.uid === uid)?.view.metadata.name;
  const { currentStepAnalysisRunStatus: step, currentBackgroundAnalysisRunStatus: background } = rollout.view.status?.canary ?? {};
  return name === undefined ? undefined : ([step, background].find((slot) => slot?.name === name) ?? undefined);
}
