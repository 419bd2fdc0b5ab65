import type { Adapter } from './adapter.ts';
import * as aiuAnnotations from './adapters/aiu-annotations.ts';
import * as aiuNewest from './adapters/aiu-newest.ts';
import * as rolloutsConditions from './adapters/rollouts-conditions.ts';
import * as rolloutsReplicas from './adapters/rollouts-replicas.ts';
import * as semverConstraints from './adapters/semver-constraints.ts';
import * as semverOrder from './adapters/semver-order.ts';

/** Every set that can be run, by the name of its file. A new set is a file in adapters/ and a line here. */
export const adapters: Readonly<Record<string, Adapter>> = {
  'aiu-annotations': aiuAnnotations,
  'aiu-newest': aiuNewest,
  'rollouts-conditions': rolloutsConditions,
  'rollouts-replicas': rolloutsReplicas,
  'semver-constraints': semverConstraints,
  'semver-constraints-newer': semverConstraints,
  'semver-order': semverOrder,
};
