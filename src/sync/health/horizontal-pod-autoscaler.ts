import { isBody } from '../../kernel/json.ts';
import type { Body } from '../../kernel/json.ts';
import { bodyAt, degraded, healthy, listAt, progressing, textAt } from './reading.ts';
import type { HealthCheck } from './reading.ts';

const failures = [
  'FailedGetScale',
  'FailedUpdateScale',
  'FailedGetResourceMetric',
  'InvalidSelector',
  'FailedGetObjectMetric',
  'FailedGetPodsMetric',
  'FailedGetExternalMetric',
  'FailedGetContainerResourceMetric',
];

export const checkHorizontalPodAutoscaler: HealthCheck = (object) => {
  const conditions = [...listAt(bodyAt(object, 'status'), 'conditions'), ...conditionsOfV1(object)];
  const failed = conditions.find((condition) => failures.includes(textAt(condition, 'reason')));
  if (failed !== undefined) return degraded(textAt(failed, 'message'));
  const scaling = conditions.find(
    (condition) => ['AbleToScale', 'ScalingLimited'].includes(textAt(condition, 'type')) && condition['status'] === 'True',
  );
  return scaling === undefined ? progressing('Waiting to Autoscale') : healthy(textAt(scaling, 'message'));
};

/** autoscaling/v1 keeps its conditions as JSON in an annotation. */
function conditionsOfV1(object: Body): readonly Body[] {
  const text = bodyAt(object, 'metadata', 'annotations')['autoscaling.alpha.kubernetes.io/conditions'];
  if (typeof text !== 'string') return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isBody) : [];
  } catch {
    return [];
  }
}
