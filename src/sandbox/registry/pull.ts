import { manifestTypes } from './media-types.ts';

/** What a node asks of a registry before it starts a pod; images are named as in a pod, with or without `docker-pullable://`. */
export type Puller = {
  /** The digest behind an image now; undefined where the registry does not serve it. */
  readonly digestOf: (image: string) => Promise<string | undefined>;
  /** The labels of an image's configuration; none where it is not served. */
  readonly labelsOf: (image: string) => Promise<Readonly<Record<string, string>>>;
};

/** Pulls from one registry; `authorization` is the header that it wants to see, where it wants one. */
export function createPuller(registryUrl: string, authorization?: string): Puller {
  const login = authorization === undefined ? {} : { authorization };
  const manifestOf = async (image: string) => {
    const { repository, reference } = splitName(image);
    const answer = await fetch(`${registryUrl}/v2/${repository}/manifests/${reference}`, {
      headers: { accept: manifestTypes.join(', '), ...login },
    });
    return answer.ok ? { repository, answer } : undefined;
  };
  return {
    digestOf: async (image) => (await manifestOf(image))?.answer.headers.get('docker-content-digest') ?? undefined,
    labelsOf: async (image) => {
      const found = await manifestOf(image);
      if (found === undefined) return {};
      const manifest = (await found.answer.json()) as { config: { digest: string } };
      const answer = await fetch(`${registryUrl}/v2/${found.repository}/blobs/${manifest.config.digest}`, { headers: login });
      const { config } = (await answer.json()) as { config?: { Labels?: Record<string, string> } };
      return config?.Labels ?? {};
    },
  };
}

/** `registry/repository:tag@digest` without its registry; the digest counts where there is one. */
function splitName(image: string): { readonly repository: string; readonly reference: string } {
  const [named = '', digest] = image.replace(/^docker-pullable:\/\//, '').split('@');
  const path = named.slice(named.indexOf('/') + 1);
  const colon = path.lastIndexOf(':');
  if (colon < 0) return { repository: path, reference: digest ?? 'latest' };
  return { repository: path.slice(0, colon), reference: digest ?? path.slice(colon + 1) };
}
