import { fnv1a32, safeEncode } from '../kernel/fnv.ts';
import { canonicalJson, isBody, sameJson } from '../kernel/json.ts';
import { withoutDefaults } from './template-defaults.ts';

/** Label on ReplicaSets, their selectors, their pods and on AnalysisRuns; its value names a version of the pod template. */
export const hashLabel = 'rollouts-pod-template-hash';

/** One way to name a template. A new way is added in front; the older ones still find what they named. */
const ways: readonly ((template: unknown) => string)[] = [(template) => safeEncode(String(fnv1a32(`1 ${canonicalJson(template)}`)))];

/** Names that this engine has ever given to a pod template as the user wrote it, the present one first. */
export function namesOfTemplate(template: unknown): readonly string[] {
  return ways.map((name) => name(template));
}

/**
 * Whether a ReplicaSet's template means the same as a Rollout's: the injected label and what the API server fills in by itself do
 * not count. So a ReplicaSet is found again whoever made it and by whatever name.
 */
export function sameTemplate(left: unknown, right: unknown): boolean {
  return sameJson(withoutDefaults(withoutHash(left)), withoutDefaults(withoutHash(right)));
}

function withoutHash(template: unknown): unknown {
  if (!isBody(template) || !isBody(template['metadata']) || !isBody(template['metadata']['labels'])) return template;
  const { [hashLabel]: _, ...labels } = template['metadata']['labels'];
  return { ...template, metadata: { ...template['metadata'], labels } };
}
