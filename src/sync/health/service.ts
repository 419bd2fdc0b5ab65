import { bodyAt, healthy, listAt, progressing } from './reading.ts';
import type { HealthCheck } from './reading.ts';

/** Only a load balancer has anything to wait for: its address. */
export const checkService: HealthCheck = (object) => {
  const balanced = bodyAt(object, 'spec')['type'] === 'LoadBalancer';
  return balanced && listAt(bodyAt(object, 'status', 'loadBalancer'), 'ingress').length === 0 ? progressing() : healthy();
};
