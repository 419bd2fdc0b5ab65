import { bodyAt, conditionOf, degraded, healthy, numberAt, progressing, suspended, textAt } from './reading.ts';
import type { HealthCheck } from './reading.ts';

const waiting = 'Waiting for rollout to finish:';

export const checkDeployment: HealthCheck = (object) => {
  const spec = bodyAt(object, 'spec');
  const status = bodyAt(object, 'status');
  if (spec['paused'] === true) return suspended('Deployment is paused');
  if (numberAt(bodyAt(object, 'metadata'), 'generation') > numberAt(status, 'observedGeneration')) {
    return progressing(`${waiting} observed deployment generation less than desired generation`);
  }
  if (conditionOf(object, 'Progressing')?.['reason'] === 'ProgressDeadlineExceeded') {
    return degraded(`Deployment "${textAt(bodyAt(object, 'metadata'), 'name')}" exceeded its progress deadline`);
  }
  const [updated, all, available] = ['updatedReplicas', 'replicas', 'availableReplicas'].map((field) => numberAt(status, field));
  return checkReplicas(spec['replicas'], { updated: updated ?? 0, all: all ?? 0, available: available ?? 0 });
};

function checkReplicas(wanted: unknown, counts: { updated: number; all: number; available: number }): ReturnType<HealthCheck> {
  const { updated, all, available } = counts;
  if (typeof wanted === 'number' && updated < wanted) {
    return progressing(`${waiting} ${updated} out of ${wanted} new replicas have been updated...`);
  }
  if (all > updated) return progressing(`${waiting} ${all - updated} old replicas are pending termination...`);
  if (available < updated) return progressing(`${waiting} ${available} of ${updated} updated replicas are available...`);
  return healthy();
}
