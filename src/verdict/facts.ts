import type { Hold } from '../kernel/hold.ts';
import type { Digest, ImageName, Reference } from '../kernel/image.ts';
import type { GitPlace } from '../kernel/place.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import type { Millis, Time } from '../kernel/time.ts';
import type { PlaceHistory } from '../policy/choice.ts';
import type { RunningImage } from './canary-images.ts';
import type { RolloutNow } from './rollout-now.ts';

/** Another Application that resolves to the same place, and whether the judged image is stable there. */
export type Reader = { readonly application: ObjectRef; readonly state: 'promoted' | 'pending' | 'unknown' };

/** A place of the Application that writes an image. `current` is undefined where nothing stands there any more. */
export type PlaceFacts = {
  readonly place: GitPlace;
  readonly image: ImageName;
  readonly current: Reference | undefined;
  /** What the trailers of the commit that wrote `current` fixed: index and platforms. */
  readonly digests: readonly Digest[];
  readonly history?: PlaceHistory;
  readonly readers: readonly Reader[];
};

/** Everything that an answer to a verdict is decided from. Plain data; what is missing is asked for by `needs`. */
export type VerdictFacts = {
  readonly places: readonly PlaceFacts[];
  /** Images of the stable ReplicaSet: `stableImagesOf`. */
  readonly stable: readonly RunningImage[];
  /** Every hold of the branch. */
  readonly holds: readonly Hold[];
  /** Ids that stand in a `Windlass-Verdict` trailer on the branch; also those whose hold a commit removed since. */
  readonly settledVerdicts: readonly string[];
  /** When the bot took the Application over. */
  readonly adoptedAt?: Time;
  /** The digest that the registry serves now, or `absent`, by `image:tag` (`image:sha256:...` for a pinned value). */
  readonly served: Readonly<Record<string, string>>;
  /**
   * Fields other than container images that differ between the last healthy revision's rendering and the failing one's
   * (`compareRenderings`); empty: images alone. Where the two cannot be compared, one sentence that says so.
   */
  readonly renderedDifference?: readonly string[];
  readonly rolloutNow: RolloutNow;
  /** Automatic lowerings of this installation. */
  readonly lowerings: readonly Millis[];
  /** Set while automatic lowering is stopped, until a person resumes it. */
  readonly stormSince?: Time;
  /** Annotation `windlass.dev/on-error`. */
  readonly onError?: 'hold';
};
