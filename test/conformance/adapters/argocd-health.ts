import { isBody, sameJson } from '../../../src/kernel/json.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { healthOf } from '../../../src/sync/health/health-of.ts';
import { type Input, notRun } from '../adapter.ts';

/** An object's health by the rule of its kind. */
export function answer(input: Input): unknown {
  if (input['kind'] !== 'health' || !isObject(input['object'])) return notRun;
  const health = healthOf(input['object']);
  return health === undefined ? { status: null } : { status: health.status, message: health.message ?? '' };
}

/** Where the rule stands in the peer is no contract. */
export function equal(expected: unknown, answered: unknown): boolean {
  if (!isBody(expected)) return false;
  return sameJson(Object.fromEntries(Object.entries(expected).filter(([key]) => key !== 'source')), answered);
}

function isObject(value: unknown): value is KubeObject {
  return isBody(value) && typeof value['kind'] === 'string' && isBody(value['metadata']);
}
