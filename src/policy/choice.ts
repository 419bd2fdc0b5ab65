import type { Digest, ImageName, Platform, Reference } from '../kernel/image.ts';
import type { Hold } from '../kernel/hold.ts';
import type { Place } from '../kernel/place.ts';
import type { ObjectRef, Sha } from '../kernel/refs.ts';
import type { Time } from '../kernel/time.ts';
import type { Trailers } from '../kernel/trailers.ts';
import type { Listing, TagFacts } from '../registry/listing.ts';

/** How tags are allowed by `allow-tags`; `nothing` is what unreadable text means (Image Updater v0.18: fail closed), with the reason. */
export type TagFilter =
  | { readonly kind: 'any' }
  | { readonly kind: 'regexp'; readonly expression: string }
  | { readonly kind: 'nothing'; readonly because: string };

export type Strategy = 'semver' | 'newest-build' | 'alphabetical' | 'digest' | 'numerical' | 'calver';

/** What one Application asks for one image. `written` is the image as the annotation spells it, without constraint. */
export type Watch = {
  readonly application: ObjectRef;
  readonly alias?: string;
  readonly image: ImageName;
  readonly written: string;
  readonly strategy: Strategy;
  readonly constraint?: string;
  readonly allow: TagFilter;
  readonly ignore: readonly string[];
  readonly forceUpdate: boolean;
  readonly pullSecret?: string;
  /** `pull-secret`, parsed. */
  readonly credential?: CredentialWish;
  readonly platforms?: readonly Platform[];
  /** The kustomize image entry to replace, where it is not the image itself (`kustomize.image-name`). */
  readonly kustomizeName?: string;
  /** Values paths that receive the image in a Helm source (`helm.image-name`, `helm.image-tag`, `helm.image-spec`). */
  readonly helm?: { readonly imageName?: string; readonly imageTag?: string; readonly imageSpec?: string };
  /** `order`: which end of the order is chosen; absent means ascending, so that the last one is. */
  readonly order?: 'ascending' | 'descending';
  /** What is ordered instead of the tag: groups of the RE2 expression put into the template (Go's Regexp.Expand: `$1`, `${name}`). */
  readonly extract?: { readonly expression: string; readonly template: string };
  /** `min-age`: how long a tag must have been there before it is chosen. */
  readonly minAgeMs?: number;
  /** `require-platforms`: each of them must be in a tag's index and be served. */
  readonly requirePlatforms?: readonly Platform[];
  /** `follow`: a mutable tag; the immutable tag with its digest is written. */
  readonly follow?: string;
  /** `hold: "true"`: this image is not raised. */
  readonly held?: boolean;
  /** `paused: "true"` for this image alone. */
  readonly paused?: boolean;
  /** `schedule`: five cron fields, checked; raises happen only in the minutes that they name. */
  readonly schedule?: string;
  /** The settings ask for v1.3's reading of Image Updater's annotations; absent means v0.18. */
  readonly compat?: 'v1';
};

/** Where an annotation says that the user and password of a registry are. `registry` is the text before `=`, which is for people. */
export type CredentialWish = (
  | { readonly kind: 'pullsecret'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'secret'; readonly namespace: string; readonly name: string; readonly field: string }
  | { readonly kind: 'env'; readonly variable: string }
  | { readonly kind: 'ext'; readonly path: string }
) & { readonly registry?: string };

/** The rules that can say something about a tag: `explain` groups by them. */
export type TagRule =
  | 'allow-tags'
  | 'ignore-tags'
  | 'extract'
  | 'strategy' // no place in its order: no version, no number
  | 'constraint'
  | 'below' // older than Git's value
  | 'hold' // held, not above a held tag, or the digest of one
  | 'person' // a person's answer in Git's history (LOOP 4)
  | 'pin'
  | 'paused'
  | 'schedule'
  | 'min-age'
  | 'platforms'
  | 'not-served'
  | 'own-echo' // built from a commit of ours (LOOP 5)
  | 'follow'
  | 'listing' // the tags are not all known
  | 'unknown'; // a fact could not be had

/**
 * What happened to one tag, and which rule said so: shown by `explain` for every tag. `until` is when a rule of time lets the tag pass,
 * where that is known.
 */
export type TagVerdict = {
  readonly tag: string;
  readonly verdict: 'chosen' | 'eligible' | 'dropped' | 'held';
  readonly because: string;
  readonly rule?: TagRule;
  readonly until?: Time;
};

/** A fact that a decision lacks; the loop gathers exactly that and asks again. */
export type Need =
  | { readonly need: 'tag'; readonly image: ImageName; readonly tag: string }
  /** Build times, what `PlaceQuestion.created` holds; asked for every tag that the strategy orders. */
  | { readonly need: 'created'; readonly image: ImageName; readonly tags: readonly string[] }
  /** Since when tags are there, what `PlaceQuestion.times` holds. */
  | { readonly need: 'times'; readonly image: ImageName; readonly tags: readonly string[] }
  /** What stands behind tags, what `PlaceQuestion.digests` holds. */
  | { readonly need: 'digests'; readonly image: ImageName; readonly tags: readonly string[] }
  /** Whether the registry answers for manifests, what `PlaceQuestion.served` holds. */
  | { readonly need: 'served'; readonly image: ImageName; readonly digests: readonly Digest[] }
  | { readonly need: 'history'; readonly place: Place }
  | { readonly need: 'commit'; readonly commit: Sha };

/** When an image was built, as its configuration says; or the text 'none' where it says nothing, 'absent' where the registry does not serve the tag. */
export type BuildTime = Time;

/**
 * Since when a tag is there: since the registry received what stands behind it, or since this bot first saw it. `digest` is what the time
 * is about, where that is known; 'unknown' where no time could be had.
 */
export type TagTime = { readonly at: Time; readonly by: 'registry' | 'first-seen'; readonly digest?: Digest } | 'unknown';

/** Which rule made a decision keep Git's value, where a person may want to be told: a person's answer (LOOP 4), a hold, a pause. */
export type KeepRule = 'person' | 'held' | 'paused';

export type Choice =
  | { readonly kind: 'needs'; readonly facts: readonly Need[]; readonly because: string }
  | {
      readonly kind: 'raise';
      readonly from: Reference;
      readonly to: Reference & { readonly digest: Digest; readonly children: readonly Digest[] };
      readonly because: string;
      readonly tags: readonly TagVerdict[];
      /** The value is written as `tag@digest`. */
      readonly withDigest?: true;
      readonly againAt?: Time;
    }
  | {
      readonly kind: 'keep';
      readonly at: Reference;
      readonly because: string;
      readonly tags: readonly TagVerdict[];
      readonly rule?: KeepRule;
      /** When time alone may change the answer. */
      readonly againAt?: Time;
    }
  | { readonly kind: 'refused'; readonly because: string; readonly tags: readonly TagVerdict[] };

/** One change of a place's value in first-parent history; `null` is absence. */
export type PlaceChange = {
  readonly commit: Sha;
  readonly author: string;
  readonly at: Time;
  readonly trailers: Trailers;
  readonly before: string | null;
  readonly after: string | null;
};

/** Newest first. `complete` is false where older commits were not read. */
export type PlaceHistory = { readonly complete: boolean; readonly changes: readonly PlaceChange[] };

/** Everything that `guard` decides from. `facts` holds what is known of tags; a tag that the registry does not have is 'absent'. */
export type PlaceQuestion = {
  readonly place: Place;
  readonly watches: readonly Watch[];
  readonly listing: Listing;
  /** The value in Git now; undefined where the place does not exist yet. */
  readonly current: Reference | undefined;
  readonly facts: Readonly<Record<string, TagFacts | 'absent'>>;
  /** Holds of this place. */
  readonly holds: readonly Hold[];
  readonly history?: PlaceHistory;
  /** Whose the commits are from which CI built the candidates; `other` also where the repository does not have the commit. */
  readonly commits?: Readonly<Record<Sha, 'ours' | 'other'>>;
  readonly created?: Readonly<Record<string, BuildTime>>;
  readonly times?: Readonly<Record<string, TagTime>>;
  /** By tag; the text 'absent' where the registry does not serve it. */
  readonly digests?: Readonly<Record<string, Digest>>;
  readonly served?: Readonly<Record<Digest, boolean>>;
  /** Annotation `windlass.dev/paused: "true"` of an Application that reads the place. */
  readonly paused?: boolean;
};
