import type { ImageName } from '../../kernel/image.ts';
import type { Credential } from '../../kernel/secret.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Asking } from '../asking.ts';
import type { Ecr } from '../ecr/ecr.ts';
import type { RegistryAccess, TagTimes } from '../listing.ts';

/** How to ask a provider about one image. Sizes in bytes. */
export type SideReading = {
  readonly image: ImageName;
  readonly repository: string;
  readonly access: RegistryAccess;
  readonly asking: Asking;
  readonly ecr: Ecr;
  /** What a provider gave in exchange for a credential, kept for `lifeMs` under a key and asked for once. */
  readonly pass: (key: string, lifeMs: Millis, obtain: () => Promise<string>) => Promise<string>;
  readonly now: () => Millis;
  readonly signal: AbortSignal;
  readonly limits: { readonly maxPages: number; readonly maxTags: number; readonly pageBytes: number };
};

/** A kind of registry: a row of the table of providers. What it leaves out, it does as the OCI distribution specification 1.1 says. */
export type Provider = {
  /** What a person reads. */
  readonly title: string;
  /** Whether the registry at this host (without port) is certainly of this kind. Products that people run themselves match no host of theirs: settings name them. */
  readonly matches: (hostname: string) => boolean;
  /** The most tags that may be asked for at once. */
  readonly pageSize?: number;
  /** Requests at a time, for each host. */
  readonly inFlight?: number;
  /** Actions that a token for a repository must be good for; `pull` where absent. */
  readonly actions?: readonly string[];
  /** What a `Link` to the next page is trusted for: `query` where its path is wrong. */
  readonly link?: 'query';
  /** The kind of push notification that it sends. */
  readonly webhook?: string;
  /** The provider's own way to a credential where nobody named one; `renewed`: another one than the registry just refused. */
  readonly login?: (reading: SideReading, renewed?: 'renewed') => Promise<Credential>;
  /**
   * All push times, complete or a `Failure`, never a short list. Undefined where this registry, or this credential, has no side door: the
   * caller remembers for itself when it saw a tag first.
   */
  readonly times?: (reading: SideReading) => Promise<TagTimes | undefined>;
};
