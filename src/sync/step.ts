import type { Action } from '../kernel/action.ts';
import type { ObjectRef, Sha } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import type { Application, OperationState } from '../resources/application.ts';
import type { KubeObject, Resource } from '../resources/meta.ts';

/** The server's answer to a server-side-apply dry run of one target object, or why it refused. */
export type Prediction =
  { readonly kind: 'predicted'; readonly object: KubeObject } | { readonly kind: 'refused'; readonly because: string };

export type Health = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

/**
 * Everything that a sync is decided from. Keys of `live` and `predictions` are `refKey` of the object. `targets` are rendered
 * objects with namespace and tracking id set; `live` holds every live object that is a target or carries our tracking id.
 */
export type SyncQuestion = {
  readonly application: Resource<Application>;
  readonly revision: Sha;
  readonly targets: readonly KubeObject[];
  readonly live: Readonly<Record<string, KubeObject>>;
  readonly predictions: Readonly<Record<string, Prediction>>;
  readonly cluster: string;
  readonly now: Millis;
  /** The Application's name in tracking ids, where it is not its plain name (see `trackingNameOf`). */
  readonly trackedAs?: string;
  /** Our first sync of this Application, although somebody else left a history: prunes nothing. */
  readonly adopting?: true;
};

/** One row of status.resources. */
export type ResourceState = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: 'Synced' | 'OutOfSync';
  readonly health?: { readonly status: Health; readonly message?: string };
  readonly requiresPruning?: true;
};

/** What a comparison found: `because` names the first difference of an OutOfSync Application. */
export type Comparison =
  | { readonly kind: 'needs'; readonly dryRuns: readonly ObjectRef[] }
  | {
      readonly kind: 'compared';
      readonly sync: 'Synced' | 'OutOfSync' | 'Unknown';
      readonly health: { readonly status: Health; readonly message?: string };
      readonly resources: readonly ResourceState[];
      readonly images: readonly string[];
      readonly because: string;
    };

export type SyncStep =
  | { readonly kind: 'needs'; readonly dryRuns: readonly ObjectRef[] }
  | { readonly kind: 'act'; readonly actions: readonly Action[]; readonly status: OperationState; readonly because: string }
  | { readonly kind: 'wait'; readonly for: readonly ObjectRef[]; readonly status: OperationState; readonly because: string }
  | { readonly kind: 'done' | 'failed'; readonly status: OperationState; readonly because: string };
