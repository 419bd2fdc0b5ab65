import { bodyAt, degraded, healthy, progressing } from './reading.ts';
import type { HealthCheck } from './reading.ts';

export const checkPersistentVolumeClaim: HealthCheck = (object) => {
  switch (bodyAt(object, 'status')['phase']) {
    case 'Bound':
      return healthy();
    case 'Lost':
      return degraded();
    case 'Pending':
      return progressing();
    default:
      return { status: 'Unknown' };
  }
};
