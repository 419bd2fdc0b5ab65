import { bodyAt, healthy, listAt, progressing } from './reading.ts';
import type { HealthCheck } from './reading.ts';

export const checkIngress: HealthCheck = (object) =>
  listAt(bodyAt(object, 'status', 'loadBalancer'), 'ingress').length === 0 ? progressing() : healthy();
