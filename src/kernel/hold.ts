import type { Digest, ImageName } from './image.ts';
import type { Place } from './place.ts';
import type { ObjectRef } from './refs.ts';
import type { Time } from './time.ts';

/**
 * A recorded fact: at this place the bot must not raise to this image and these digests (index and platforms). `tag` is the tag
 * under which it was written, for people and for "only what is above"; `until` only makes eligible again. LOOP 12 to 14.
 */
export type Hold = {
  readonly place: Place;
  readonly image: ImageName;
  readonly tag?: string;
  readonly digests: readonly Digest[];
  readonly verdict: string;
  readonly because: string;
  readonly since: Time;
  readonly until?: Time;
  readonly suspected?: true;
  readonly by?: 'person';
};

export type VerdictKind = 'failed' | 'no-data' | 'error' | 'inconclusive' | 'deadline' | 'aborted-by-person';

export type Evidence =
  { readonly metric: string; readonly value: number; readonly limit: string } | { readonly person: string } | { readonly because: string };

/** What a canary found out about a template. `id` is the AnalysisRun's UID; for an abort, Rollout UID and `abortedAt`. */
export type Verdict = {
  readonly id: string;
  readonly at: Time;
  readonly cluster: string;
  readonly rollout: ObjectRef;
  readonly application: ObjectRef;
  /** Pod template hash of the canary that was judged. */
  readonly template: string;
  readonly images: readonly { readonly image: ImageName; readonly tag?: string; readonly digests: readonly Digest[] }[];
  /** The stable version runs the same images: they were promoted since, or the canary was never about one. */
  readonly sameAsStable?: true;
  readonly kind: VerdictKind;
  readonly evidence: Evidence;
};
