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
 * single manifest. `revision` is the label org.opencontainers.image.revision of the image's configuration, where it was asked for.
 */
export type TagFacts = {
  readonly tag: string;
  readonly digest: Digest;
  readonly children: readonly { readonly platform: Platform; readonly digest: Digest }[];
  readonly pushedAt?: Time;
  readonly createdAt?: Time;
  readonly revision?: string;
};

/** Where a registry answers and who asks. A credential is bound to the registry's host before it comes here (LOOP 20). */
export type RegistryAccess = { readonly apiUrl: string; readonly credential?: Credential };
