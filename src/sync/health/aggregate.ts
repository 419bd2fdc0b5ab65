import { describeRef } from '../../kernel/refs.ts';
import { refOf } from '../../resources/meta.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { annotationOf } from '../annotations.ts';
import type { Health } from '../step.ts';
import { healthOf } from './health-of.ts';
import type { HealthAnswer } from './reading.ts';

/** Best to worst. */
const order: readonly Health[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'];

/**
 * An Application's health: the worst of its objects (Argo CD v3.5). Absent objects (undefined), objects without a rule and those
 * annotated `ignore-healthcheck` do not count; where every object is absent it is Missing. The message names the worst object.
 */
export function aggregateHealth(objects: readonly (KubeObject | undefined)[]): HealthAnswer {
  const live = objects.filter((object) => object !== undefined);
  if (live.length === 0 && objects.length > 0) return { status: 'Missing', message: 'none of its objects exists' };
  let worst: HealthAnswer = { status: 'Healthy' };
  for (const object of live) {
    const health = annotationOf(object, 'argocd.argoproj.io/ignore-healthcheck') === 'true' ? undefined : healthOf(object);
    if (health === undefined || order.indexOf(health.status) <= order.indexOf(worst.status)) continue;
    const message = health.message ?? `is ${health.status}`;
    worst = { status: health.status, message: `${describeRef(refOf(object, ''))}: ${message}` };
  }
  return worst;
}
