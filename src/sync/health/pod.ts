import type { Body } from '../../kernel/json.ts';
import { bodyAt, conditionOf, degraded, healthy, listAt, numberAt, progressing, textAt } from './reading.ts';
import type { HealthAnswer, HealthCheck } from './reading.ts';

export const checkPod: HealthCheck = (object) => {
  const status = bodyAt(object, 'status');
  const always = bodyAt(object, 'spec')['restartPolicy'] === 'Always';
  const stuck = always ? waitingReasons(status) : undefined;
  if (stuck !== undefined) return degraded(stuck);
  const message = textAt(status, 'message');
  switch (status['phase']) {
    case 'Pending':
      return progressing(message);
    case 'Succeeded':
      return healthy(message);
    case 'Failed':
      return degraded(message === '' ? failureOf(status) : message);
    case 'Running':
      return always ? checkRunning(object, message) : progressing(message);
    default:
      return message === '' ? { status: 'Unknown' } : { status: 'Unknown', message };
  }
};

/** The messages of containers that wait for a reason that is an error; undefined where none does. */
function waitingReasons(status: Body): string | undefined {
  const waiting = listAt(status, 'containerStatuses').map((container) => bodyAt(container, 'state', 'waiting'));
  const failing = waiting.filter((wait) => /^Err|Error$|BackOff$/.test(textAt(wait, 'reason')));
  return failing.length === 0 ? undefined : failing.map((wait) => textAt(wait, 'message')).join(', ');
}

function failureOf(status: Body): string {
  const containers = [...listAt(status, 'initContainerStatuses'), ...listAt(status, 'containerStatuses')];
  return containers.map(terminationOf).find((message) => message !== '') ?? '';
}

function terminationOf(container: Body): string {
  const ended = bodyAt(container, 'state', 'terminated');
  const said = textAt(ended, 'message');
  if (said !== '') return said;
  if (ended['reason'] === 'OOMKilled') return 'OOMKilled';
  const code = numberAt(ended, 'exitCode');
  return code === 0 ? '' : `container ${JSON.stringify(textAt(container, 'name'))} failed with exit code ${code}`;
}

function checkRunning(object: Body, message: string): HealthAnswer {
  const status = bodyAt(object, 'status');
  if (conditionOf(object, 'Ready')?.['status'] === 'True') return healthy(message);
  const ended = listAt(status, 'containerStatuses').some(
    (container) => Object.keys(bodyAt(container, 'lastState', 'terminated')).length > 0,
  );
  return ended ? degraded(message) : progressing(message);
}
