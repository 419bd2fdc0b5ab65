import { bodyAt, conditionOf, degraded, healthy, progressing, suspended, textAt } from './reading.ts';
import type { HealthAnswer, HealthCheck } from './reading.ts';

/** By the phase that the rollout's controller wrote, once it has seen the current generation. */
export const checkRollout: HealthCheck = (object) => {
  const status = bodyAt(object, 'status');
  const invalid = conditionOf(object, 'InvalidSpec');
  if (invalid !== undefined) return degraded(textAt(invalid, 'message'));
  const generation = bodyAt(object, 'metadata')['generation'];
  const observed = status['observedGeneration'];
  // Argo Rollouts writes it as text.
  if (generation !== undefined && Number(observed ?? 0) < Number(generation)) {
    return progressing('Waiting for rollout spec update to be observed');
  }
  return byPhase(textAt(status, 'phase'), textAt(status, 'message'));
};

function byPhase(phase: string, message: string): HealthAnswer {
  switch (phase) {
    case 'Healthy':
      return healthy(message);
    case 'Degraded':
      return degraded(message);
    case 'Paused':
      return suspended(message === '' ? 'Rollout is paused' : message);
    default:
      return progressing(message === '' ? 'Waiting for rollout to finish' : message);
  }
}
