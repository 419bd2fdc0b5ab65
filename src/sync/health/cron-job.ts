import { bodyAt, degraded, healthy, listAt, progressing, textAt } from './reading.ts';
import type { HealthCheck } from './reading.ts';

export const checkCronJob: HealthCheck = (object) => {
  if (bodyAt(object, 'spec')['suspend'] === true) return healthy('CronJob is suspended');
  if (object['status'] === undefined) return progressing('Waiting for CronJob status');
  const status = bodyAt(object, 'status');
  const scheduled = textAt(status, 'lastScheduleTime');
  const succeeded = textAt(status, 'lastSuccessfulTime');
  if (listAt(status, 'active').length > 0) return healthy('The job is running');
  if (scheduled === '') return healthy('CronJob has not been scheduled yet');
  if (succeeded === '') return healthy('CronJob has not completed successfully');
  // Both are RFC 3339 in UTC with whole seconds: their texts sort as their times do.
  return succeeded < scheduled ? degraded('CronJob has not completed its last execution successfully') : healthy();
};
