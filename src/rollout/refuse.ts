import { describeProblems, type Problem } from '../kernel/problem.ts';
import type { RolloutStatus } from '../resources/rollout.ts';
import { stateCondition } from './conditions.ts';
import type { RolloutStep } from './observed.ts';
import { phaseOf } from './phase.ts';
import { writeStatus } from './settle.ts';
import type { Situation } from './situation.ts';

/**
 * A Rollout that cannot be carried out as it is written: the condition InvalidSpec says everything that is wrong, and no pod is
 * touched, so the stable version keeps serving. The condition goes by itself once the problems are gone.
 */
export function refuse(situation: Situation, problems: readonly Problem[]): RolloutStep {
  const { rollout, status, now } = situation;
  const message = `The Rollout "${rollout.metadata.name}" is invalid: ${describeProblems(problems)}`;
  const conditions = stateCondition(status.conditions ?? [], { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message }, now);
  const { generation } = rollout.metadata;
  const next: RolloutStatus = {
    ...status,
    ...(generation === undefined ? {} : { observedGeneration: String(generation) }),
    canary: status.canary ?? {},
    blueGreen: status['blueGreen'] ?? {},
    conditions: [...conditions],
  };
  const stated = { ...next, ...phaseOf(rollout.spec, next) };
  return { actions: writeStatus(situation, stated), status: stated, because: message };
}
