import { bodyAt, degraded, healthy, listAt, progressing, suspended, textAt } from './reading.ts';
import type { HealthAnswer, HealthCheck } from './reading.ts';

/** Failed counts whatever its status; Suspended only while it is True (Argo CD v3.5). */
export const checkJob: HealthCheck = (object) => {
  let complete = false;
  let stopped = false;
  let message = '';
  for (const condition of listAt(bodyAt(object, 'status'), 'conditions')) {
    if (condition['type'] === 'Failed') return degraded(textAt(condition, 'message'));
    complete ||= condition['type'] === 'Complete' || condition['type'] === 'Suspended';
    stopped ||= condition['type'] === 'Suspended' && condition['status'] === 'True';
    if (condition['type'] === 'Complete' || condition['type'] === 'Suspended') message = textAt(condition, 'message');
  }
  return jobAnswer(complete, stopped, message);
};

function jobAnswer(complete: boolean, stopped: boolean, message: string): HealthAnswer {
  if (stopped) return suspended(message);
  return complete ? healthy(message) : progressing(message);
}
