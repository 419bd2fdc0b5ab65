import { isBody } from '../../../src/kernel/json.ts';
import { Rollout } from '../../../src/resources/rollout.ts';
import { phaseOf } from '../../../src/rollout/phase.ts';
import { type Input, notRun } from '../adapter.ts';

/** Phase and message of a canary without a traffic router, from spec and status. */
export function answer(input: Input): unknown {
  const { kind, rollout } = input;
  if (kind !== 'phase' || !isBody(rollout) || !isBody(rollout['spec'])) return notRun;
  const strategy = isBody(rollout['spec']['strategy']) ? rollout['spec']['strategy'] : {};
  if (!isBody(strategy['canary']) || strategy['canary']['trafficRouting'] !== undefined) return notRun;
  // The rows leave out what only a real object has: a name, containers and a selector.
  const complete = {
    ...rollout,
    metadata: { name: 'web' },
    spec: { ...rollout['spec'], selector: {}, template: { spec: { containers: [] } } },
  };
  const { spec, status } = Rollout.parse(complete);
  const { phase, message = '' } = phaseOf(spec, status ?? {});
  return { phase, message };
}

/** The peer's other answers are readers' views of the same status. */
export function equal(expected: unknown, answered: unknown): boolean {
  const calculated = isBody(expected) ? expected['calculated'] : undefined;
  return (
    isBody(calculated) && isBody(answered) && calculated['phase'] === answered['phase'] && calculated['message'] === answered['message']
  );
}
