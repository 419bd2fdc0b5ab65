import { fnv1a32, safeEncode } from '../kernel/fnv.ts';
import { isBody } from '../kernel/json.ts';

// Argo Rollouts hashes the steps as Go writes them: fields in the order of its structs (v1.9). With the same order the same steps
// have the same name in both engines, and a Rollout can change hands in the middle of a canary.
const orders: Readonly<Record<string, readonly string[]>> = {
  '': ['setWeight', 'pause', 'experiment', 'analysis', 'setCanaryScale', 'setHeaderRoute', 'setMirrorRoute', 'plugin'],
  pause: ['duration'],
  analysis: ['templates', 'args', 'startingStep', 'dryRun', 'measurementRetention', 'analysisRunMetadata'],
  templates: ['templateName', 'clusterScope'],
  args: ['name', 'value', 'valueFrom'],
  valueFrom: ['podTemplateHashValue', 'fieldRef', 'secretKeyRef'],
  secretKeyRef: ['name', 'key'],
};

/** Name of a list of canary steps: it changes when a step does. */
export function nameOfSteps(steps: readonly unknown[]): string {
  return safeEncode(String(fnv1a32(JSON.stringify(steps.map((step) => ordered(step, ''))))));
}

function ordered(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, field));
  if (!isBody(value)) return value;
  const order = orders[field] ?? [];
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const keys = Object.keys(value).sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key], key)]));
}
