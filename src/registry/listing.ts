import type { Digest, ImageName, Platform } from '../kernel/image.ts';
import type { Credential } from '../kernel/secret.ts';
import type { Time } from '../kernel/time.ts';

/** All tags of an image as one observation. `complete: false` (a page was missing, a limit was reached) decides nothing. */
export type Listing = {
  readonly image: ImageName;
  readonly tags: readonly string[];
  readonly complete: boolean;
  readonly because?: string;
  readonly observedAt: Time;
};

/**
 * What stands behind one tag now. `digest` is the manifest's or the index's; `children` are the platforms of an index, empty for a
 * single manifest, whose `platform` its configuration names. `revision` is the label org.opencontainers.image.revision of the image's configuration, where it was asked for.
 */
export type TagFacts = {
  readonly tag: string;
  readonly digest: Digest;
  readonly children: readonly { readonly platform: Platform; readonly digest: Digest }[];
  /** Digests of what an index holds without saying for which platform; absent where there is none. */
  readonly others?: readonly Digest[];
  readonly platform?: Platform;
  readonly pushedAt?: Time;
  readonly createdAt?: Time;
  readonly revision?: string;
};

/**
 * What a registry itself says of all tags of an image: when it received what stands behind them, and its digest, where it says so. Times of
 * the registry's clock, which a publisher cannot choose. Tags that it does not name are not in it.
 */
export type TagTimes = ReadonlyMap<string, { readonly digest?: Digest; readonly pushedAt?: Time }>;

/**
 * Where a registry answers and who asks. A credential is bound to the registry's host before it comes here (LOOP 20). `provider` names the
 * row of the table of providers where the host does not tell; `providerUrl` is the address of the provider's own API where it is elsewhere.
 */
export type RegistryAccess = {
  readonly apiUrl: string;
  readonly credential?: Credential;
  /** Asked once when the credential was refused: the one that counts by now. */
  readonly renew?: () => Promise<Credential | undefined>;
  /** The repository as this registry knows it, where that is not what the image's name says. */
  readonly repository?: string;
  readonly provider?: string;
  readonly providerUrl?: string;
};
