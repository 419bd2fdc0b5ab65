import type { Body } from '../../kernel/json.ts';
import { bodyAt, healthy, numberAt, progressing, textAt } from './reading.ts';
import type { HealthCheck } from './reading.ts';

export const checkStatefulSet: HealthCheck = (object) => {
  const spec = bodyAt(object, 'spec');
  const status = bodyAt(object, 'status');
  const observed = numberAt(status, 'observedGeneration');
  if (observed === 0 || numberAt(bodyAt(object, 'metadata'), 'generation') > observed) {
    return progressing('Waiting for statefulset spec update to be observed...');
  }
  const ready = numberAt(status, 'readyReplicas');
  if (ready < numberAt(spec, 'replicas')) return progressing(`Waiting for ${numberAt(spec, 'replicas') - ready} pods to be ready...`);
  return checkStrategy(spec, status);
};

function checkStrategy(spec: Body, status: Body): ReturnType<HealthCheck> {
  const strategy = bodyAt(spec, 'updateStrategy');
  const updated = numberAt(status, 'updatedReplicas');
  if (strategy['type'] === 'RollingUpdate' && strategy['rollingUpdate'] !== undefined && strategy['rollingUpdate'] !== null) {
    const partition = bodyAt(strategy, 'rollingUpdate')['partition'];
    const wanted = typeof partition === 'number' && typeof spec['replicas'] === 'number' ? spec['replicas'] - partition : 0;
    if (updated < wanted) {
      return progressing(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted} new pods have been updated...`);
    }
    return healthy(`partitioned roll out complete: ${updated} new pods have been updated...`);
  }
  if (strategy['type'] === 'OnDelete') return healthy(`statefulset has ${numberAt(status, 'readyReplicas')} ready pods`);
  const [update, current] = [textAt(status, 'updateRevision'), textAt(status, 'currentRevision')];
  if (update !== current) return progressing(`waiting for statefulset rolling update to complete ${updated} pods at revision ${update}...`);
  return healthy(`statefulset rolling update complete ${numberAt(status, 'currentReplicas')} pods at revision ${current}...`);
}
