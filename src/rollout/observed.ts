import type { Askable } from '../analysis/providers.ts';
import type { Action } from '../kernel/action.ts';
import type { Digest, ImageName } from '../kernel/image.ts';
import type { Millis } from '../kernel/time.ts';
import type { AnalysisRun, AnalysisTemplate } from '../resources/analysis.ts';
import type { KubeObject, Resource } from '../resources/meta.ts';
import type { Rollout, RolloutStatus } from '../resources/rollout.ts';
import type { Pod, ReplicaSet } from '../resources/workload.ts';

/** An image that an AnalysisRun (`run`, its name) found bad, which Git has not learnt yet. */
export type Barred = { readonly image: ImageName; readonly tag?: string; readonly digests: readonly Digest[]; readonly run: string };

/** Every object that the next step of a Rollout depends on, as read in one moment. Lists hold what the Rollout owns, in any order. */
export type Observed = {
  readonly cluster: string;
  readonly rollout: Resource<Rollout>;
  readonly replicaSets: readonly Resource<ReplicaSet>[];
  readonly pods: readonly Resource<Pod>[];
  readonly runs: readonly Resource<AnalysisRun>[];
  /** ReplicaSets of the namespace that nothing controls. */
  readonly orphans?: readonly Resource<ReplicaSet>[];
  /** Names of AnalysisRuns in the namespace that are not this Rollout's. */
  readonly takenNames?: readonly string[];
  /** By name; templates of the Rollout's namespace, then `cluster/NAME` for cluster-wide ones. */
  readonly templates: Readonly<Record<string, Resource<AnalysisTemplate>>>;
  /** Images that were found bad and that Git has not learnt yet: no canary starts with them. */
  readonly barred?: readonly Barred[];
  /** The Services that the canary strategy names, by name; absent where Services are left alone. */
  readonly services?: Readonly<Record<string, KubeObject>>;
  /** Names of the traffic routers that can carry weights; without them only replica counts can. */
  readonly routers?: readonly string[];
  /** Which metric providers can be asked; absent: all that templates name. */
  readonly providers?: Askable;
};

/**
 * At most one step. Actions come in order, the status write last; a conflict discards the pass. `wakeAt` (epoch milliseconds) is
 * the next moment at which time alone can change the answer.
 */
export type RolloutStep = {
  readonly actions: readonly Action[];
  readonly status: RolloutStatus;
  readonly wakeAt?: Millis;
  readonly because: string;
};
