import type { Body } from './json.ts';
import type { ObjectRef } from './refs.ts';

/**
 * A write to the Kubernetes API as data; the cluster room carries it out, nothing else writes.
 *
 * apply   server-side apply of `body` as our field manager, conflicts forced
 * create  POST of `body`
 * patch   JSON merge patch (RFC 7386) of the object
 * status  JSON merge patch of the status subresource, or of the object where its kind has none
 * scale   `body.replicas` becomes spec.replicas
 * delete  with `if` as preconditions; `body.propagationPolicy` (Background where absent)
 * evict   through the eviction API
 * event   an Event about `on`; body {type, reason, message}
 */
export type Action = {
  readonly do: 'apply' | 'create' | 'patch' | 'status' | 'scale' | 'delete' | 'evict' | 'event';
  readonly on: ObjectRef;
  readonly body?: Body;
  /** The write is refused with a conflict where the live object differs. */
  readonly if?: { readonly uid?: string; readonly resourceVersion?: string };
};
