import { sentenceOf } from '../kernel/failure.ts';
import type { ImageName } from '../kernel/image.ts';
import { splitImageName } from '../kernel/image.ts';
import type { Credential } from '../kernel/secret.ts';
import { parseCredential } from '../policy/annotations/credential.ts';
import type { CredentialWish } from '../policy/choice.ts';
import type { RegistryAccess } from '../registry/listing.ts';
import type { RegistryHost } from '../registry/registry-host.ts';
import type { CredentialSources, Keeping, NoCredential } from './credentials/sources.ts';
import { describeWish, grantWish, grantWritten, pullSecretLogin } from './credentials/wish.ts';

type Found<Access> = { readonly kind: 'found'; readonly access: Access } | { readonly kind: 'refused'; readonly because: string };

/** What is asked of which registry: the image, what its annotation says about the login, and the namespace in which its pods run. */
export type AccessWish = {
  readonly image: ImageName;
  readonly credential?: CredentialWish | undefined;
  readonly pullSecret?: string | undefined;
  readonly namespace?: string | undefined;
};

/** Where an image's registry answers, with the credential that the watch, the settings or its pods name for exactly that host. */
export async function registryAccess(
  wish: AccessWish,
  hosts: readonly RegistryHost[],
  sources: CredentialSources,
): Promise<Found<RegistryAccess>> {
  const host = hostOf(wish.image, hosts);
  const refused = wishRefusal(wish, host);
  if (refused !== undefined) return { kind: 'refused', because: refused.because };
  const grant = (keeping: Keeping) => grantCredential(wish, host, sources, keeping);
  const credential = await grant(host?.credentialsExpire === undefined ? {} : { forMs: host.credentialsExpire });
  if (credential !== undefined && 'because' in credential) return { kind: 'refused', because: credential.because };
  const access = placeOf(wish.image, host);
  return { kind: 'found', access: credential === undefined ? access : { ...access, credential, renew: renewal(grant) } };
}

/** What a registry does that refused a credential: it asks once whether there is another one by now. */
function renewal(grant: (keeping: Keeping) => Promise<Credential | NoCredential | undefined>): () => Promise<Credential | undefined> {
  return async () => {
    const granted = await grant({ refused: true });
    return granted === undefined || 'because' in granted ? undefined : granted;
  };
}

function wishOf({ credential, pullSecret }: AccessWish): CredentialWish | undefined {
  return credential ?? (pullSecret === undefined ? undefined : parseCredential(pullSecret));
}

/** The annotation before the settings, these before the mounted docker configuration, and what the image's pods use at last. */
async function grantCredential(
  wish: AccessWish,
  host: RegistryHost | undefined,
  sources: CredentialSources,
  keeping: Keeping,
): Promise<Credential | NoCredential | undefined> {
  const { image, pullSecret } = wish;
  const own = wishOf(wish);
  if (own !== undefined) return grantWish(own, image, sources, keeping);
  const written = pullSecret ?? host?.credentials;
  if (written !== undefined) return grantWritten(written, image, sources, keeping);
  try {
    return (await sources.dockerConfig?.(image)) ?? podCredential(wish, sources);
  } catch (thrown) {
    return { because: sentenceOf(thrown) };
  }
}

/** The first of the pull secrets with which pods run the image that has an entry for it; its namespace must be permitted. */
function podCredential({ image, namespace }: AccessWish, sources: CredentialSources): Credential | undefined {
  if (namespace === undefined) return undefined;
  for (const name of sources.podSecrets?.(namespace, image) ?? []) {
    const secret = sources.secret(namespace, name);
    const login = secret === undefined ? undefined : pullSecretLogin(secret, image);
    if (login !== undefined) return login;
  }
  return undefined;
}

/**
 * Why an annotation may not use a credential for a registry (LOOP 20): a pull secret names its hosts itself; what does not (`secret:`,
 * `env:`, `ext:`) counts only where the settings bind the same one to the image's registry.
 */
function wishRefusal(wish: AccessWish, host: RegistryHost | undefined): NoCredential | undefined {
  const own = wishOf(wish);
  if (own === undefined || own.kind === 'pullsecret') return undefined;
  const bound = host?.credentials === undefined ? undefined : parseCredential(host.credentials);
  if (bound !== undefined && describeWish(bound) === describeWish(own)) return undefined;
  const { registry } = splitImageName(wish.image);
  const because = `credentials ${JSON.stringify(wish.pullSecret ?? describeWish(own))} are not bound to ${registry}: name them for this registry in the settings (registries.hosts), or use pullsecret:NAMESPACE/NAME, whose entries name their hosts`;
  return { because };
}

/** The host of the settings whose prefix is the longest that holds the image, else the one for images without a registry. */
function hostOf(image: ImageName, hosts: readonly RegistryHost[]): RegistryHost | undefined {
  const matching = hosts.filter(({ prefix }) => image === prefix || image.startsWith(`${prefix}/`));
  const longest = matching.reduce<RegistryHost | undefined>(
    (best, next) => (best === undefined || next.prefix.length > best.prefix.length ? next : best),
    undefined,
  );
  // An image without a registry is canonical as one of docker.io.
  return longest ?? (image.startsWith('docker.io/') ? hosts.find((host) => host.default === true) : undefined);
}

function placeOf(image: ImageName, host: RegistryHost | undefined): RegistryAccess {
  const { registry, repository } = splitImageName(image);
  if (host === undefined) return { apiUrl: publicApiOf(registry) };
  const asked = repositoryAt(host, { registry, repository });
  return {
    apiUrl: host.apiUrl,
    ...(asked === repository ? {} : { repository: asked }),
    ...(host.provider === undefined ? {} : { provider: host.provider }),
    ...(host.providerUrl === undefined ? {} : { providerUrl: host.providerUrl }),
  };
}

/** The repository as this registry knows it: `library/` is what Docker Hub alone puts before names without a slash. */
function repositoryAt(host: RegistryHost, { registry, repository }: { readonly registry: string; readonly repository: string }): string {
  const name = registry === 'docker.io' ? repository.replace(/^library\//, '') : repository;
  if (name.includes('/')) return repository;
  if (host.defaultNamespace !== undefined) return `${host.defaultNamespace}/${name}`;
  return registry === 'docker.io' && !/^docker\.io(?:\/|$)/.test(host.prefix) ? name : repository;
}

/** Where a registry answers that no setting names; Docker Hub's API has a host of its own. */
function publicApiOf(registry: string): string {
  return `https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}`;
}
