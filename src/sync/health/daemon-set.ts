import { bodyAt, healthy, numberAt, progressing, textAt } from './reading.ts';
import type { HealthCheck } from './reading.ts';

export const checkDaemonSet: HealthCheck = (object) => {
  const metadata = bodyAt(object, 'metadata');
  const status = bodyAt(object, 'status');
  if (numberAt(metadata, 'generation') > numberAt(status, 'observedGeneration')) {
    return progressing('Waiting for rollout to finish: observed daemon set generation less than desired generation');
  }
  const [updated, desired] = [numberAt(status, 'updatedNumberScheduled'), numberAt(status, 'desiredNumberScheduled')];
  if (bodyAt(object, 'spec', 'updateStrategy')['type'] === 'OnDelete') {
    return healthy(`daemon set ${updated} out of ${desired} new pods have been updated`);
  }
  const waiting = `Waiting for daemon set "${textAt(metadata, 'name')}" rollout to finish:`;
  if (updated < desired) return progressing(`${waiting} ${updated} out of ${desired} new pods have been updated...`);
  const available = numberAt(status, 'numberAvailable');
  if (available < desired) return progressing(`${waiting} ${available} of ${desired} updated pods are available...`);
  return healthy();
};
