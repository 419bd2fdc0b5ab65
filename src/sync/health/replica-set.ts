import { bodyAt, conditionOf, degraded, healthy, numberAt, progressing, textAt } from './reading.ts';
import type { HealthCheck } from './reading.ts';

export const checkReplicaSet: HealthCheck = (object) => {
  const status = bodyAt(object, 'status');
  if (numberAt(bodyAt(object, 'metadata'), 'generation') > numberAt(status, 'observedGeneration')) {
    return progressing('Waiting for rollout to finish: observed replica set generation less than desired generation');
  }
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.['status'] === 'True') return degraded(textAt(failure, 'message'));
  const [available, wanted] = [numberAt(status, 'availableReplicas'), numberAt(bodyAt(object, 'spec'), 'replicas')];
  if (available < wanted) return progressing(`Waiting for rollout to finish: ${available} out of ${wanted} new replicas are available...`);
  return healthy();
};
