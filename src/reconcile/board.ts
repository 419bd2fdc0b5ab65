import type { ObjectRef } from '../kernel/refs.ts';
import { refKey } from '../kernel/refs.ts';

/** A condition of an Application, in Argo CD's shape: the suffix of the type (Error, Warning) tells how bad it is. */
export type Condition = { readonly type: string; readonly message: string };

/** Condition types that the update loop may set; all others on an Application are somebody else's and stay. */
export const updateConditions = [
  'InvalidAnnotations',
  'AnnotationWarning',
  'WriteBackNotSupported',
  'ImageUpdateError',
  'ImageHeld',
  'ImageWaiting',
  'ImageNotLive',
  'PersonsAnswer',
  'HoldsUnreadable',
  'VerdictPending',
  'VerdictStorm',
  'CanaryNotJudged',
] as const;

/**
 * Where the update loop leaves what it has to say about an Application, and where the one writer of Application status reads it.
 * Undefined: nothing was said since the start, so what stands in the object stays.
 */
export interface Board {
  post(application: ObjectRef, conditions: readonly Condition[]): void;
  read(application: ObjectRef): readonly Condition[] | undefined;
  forget(application: ObjectRef): void;
}

/** `changed` is called when an Application's conditions become different ones. */
export function createBoard(changed: (application: ObjectRef) => void): Board {
  const posted = new Map<string, readonly Condition[]>();
  return {
    post(application, conditions) {
      const key = refKey(application);
      const before = posted.get(key);
      posted.set(key, conditions);
      if (JSON.stringify(before ?? null) !== JSON.stringify(conditions)) changed(application);
    },
    read: (application) => posted.get(refKey(application)),
    forget: (application) => void posted.delete(refKey(application)),
  };
}
