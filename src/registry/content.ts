import type { Digest } from '../kernel/image.ts';
import type { ImageOrigin } from './image-config.ts';
import type { Manifest } from './manifests.ts';
import { remember } from './remember.ts';

/** What stands behind digests. It never changes, so it is kept for ever, as far as there is room: the oldest one goes. */
export type Content = {
  readonly manifest: (digest: Digest) => Manifest | undefined;
  readonly origin: (digest: Digest) => ImageOrigin | undefined;
  keepManifest(digest: Digest, manifest: Manifest): void;
  keepOrigin(digest: Digest, origin: ImageOrigin): void;
};

const maxKept = 20_000;

export function createContent(): Content {
  const manifests = new Map<Digest, Manifest>();
  const origins = new Map<Digest, ImageOrigin>();
  return {
    manifest: (digest) => manifests.get(digest),
    origin: (digest) => origins.get(digest),
    keepManifest: (digest, manifest) => remember(manifests, digest, { value: manifest, limit: maxKept }),
    keepOrigin: (digest, origin) => remember(origins, digest, { value: origin, limit: maxKept }),
  };
}
