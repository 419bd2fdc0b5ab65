import { groupOf } from '../../resources/meta.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { healthChecks } from './checks.ts';
import type { HealthAnswer, HealthCheck } from './reading.ts';
import { progressing } from './reading.ts';

const hookFinalizer = 'argocd.argoproj.io/hook-finalizer';

/** An object's health by the rule of its kind (Argo CD v3.5); undefined where the kind has none. What is being deleted is Progressing. */
export function healthOf(object: KubeObject): HealthAnswer | undefined {
  const { deletionTimestamp, finalizers } = object.metadata;
  const held = (finalizers ?? []).includes(hookFinalizer);
  if (deletionTimestamp !== undefined && deletionTimestamp !== null && !held) return progressing('Pending deletion');
  const checks: Readonly<Record<string, HealthCheck>> = healthChecks;
  const name = `${groupOf(object.apiVersion)}/${object.kind}`;
  return Object.hasOwn(checks, name) ? checks[name]?.(object) : undefined;
}
