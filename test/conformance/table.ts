import type { Adapter } from './adapter.ts';
import * as rolloutsReplicas from './adapters/rollouts-replicas.ts';
import * as semverConstraints from './adapters/semver-constraints.ts';
import * as semverOrder from './adapters/semver-order.ts';

/** Every set that can be run, by the name of its file. A new set is a file in adapters/ and a line here. */
export const adapters: Readonly<Record<string, Adapter>> = {
  'rollouts-replicas': rolloutsReplicas,
  'semver-constraints': semverConstraints,
  'semver-constraints-newer': semverConstraints,
  'semver-order': semverOrder,
};
