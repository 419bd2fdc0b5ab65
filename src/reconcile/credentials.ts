import { isBody } from '../kernel/json.ts';
import type { ImageName } from '../kernel/image.ts';
import { splitImageName } from '../kernel/image.ts';
import { describeRef, repoIdOf } from '../kernel/refs.ts';
import type { Credential } from '../kernel/secret.ts';
import { Secret } from '../kernel/secret.ts';
import type { RepoAccess } from '../git/commit.ts';
import type { RegistryAccess } from '../registry/listing.ts';
import type { KubeObject } from '../resources/meta.ts';
import { refOf } from '../resources/meta.ts';

export type RegistryHost = {
  readonly prefix: string;
  readonly apiUrl: string;
  readonly credentials?: string;
  readonly provider?: string;
  readonly providerUrl?: string;
};

/** Where credentials come from: Secrets of the permitted namespaces, and environment variables that the settings name. */
export type CredentialSources = {
  readonly secret: (namespace: string, name: string) => KubeObject | undefined;
  readonly secrets: () => readonly KubeObject[];
  readonly env: (name: string) => string | undefined;
};

export type Found<Access> = { readonly kind: 'found'; readonly access: Access } | { readonly kind: 'refused'; readonly because: string };

/** The decoded value of one key of a Secret. */
function secretText(secret: KubeObject, key: string): string | undefined {
  const data = isBody(secret['data']) ? secret['data'][key] : undefined;
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  const plain = isBody(secret['stringData']) ? secret['stringData'][key] : undefined;
  return typeof plain === 'string' ? plain : undefined;
}

/**
 * Whether a credential for `pattern` may be used for `url`: same scheme and host, and the pattern's path is a run of whole path
 * segments of the url's (LOOP 20: `https://github.com` does not match `https://github.com.evil.example`).
 */
export function matchesRepository(pattern: string, url: string): boolean {
  const [held, asked] = [addressOf(pattern), addressOf(url)];
  if (held === undefined || asked === undefined) return pattern === url;
  const segments = (path: string) =>
    path
      .replace(/\.git$/, '')
      .split('/')
      .filter((segment) => segment !== '');
  const [heldPath, askedPath] = [segments(held.pathname), segments(asked.pathname)];
  return held.protocol === asked.protocol && held.host === asked.host && heldPath.every((segment, index) => askedPath[index] === segment);
}

/** `git@host:path` is `ssh://git@host/path`. */
function addressOf(written: string): URL | undefined {
  const scp = written.includes('://') ? null : /^([\w.-]+@)?([\w.-]+):(.+)$/.exec(written);
  const url = scp === null ? written : `ssh://${scp[1] ?? ''}${scp[2] ?? ''}/${scp[3] ?? ''}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

const secretType = 'argocd.argoproj.io/secret-type';

type RepositorySecret = {
  readonly exact: boolean;
  readonly pattern: string;
  readonly name: string;
  readonly access: Omit<RepoAccess, 'url'>;
};

/** What a Secret offers for a repository: `repository` for exactly this one, `repo-creds` for everything below its url. */
function repositorySecret(secret: KubeObject, url: string): readonly RepositorySecret[] {
  const type = secret.metadata.labels?.[secretType];
  const pattern = secretText(secret, 'url') ?? '';
  const exact = type === 'repository';
  const matches = matchesRepository(pattern, url) && (exact ? repoIdOf(pattern) === repoIdOf(url) : type === 'repo-creds');
  const access = matches ? loginOf(secret) : {};
  return Object.keys(access).length === 0 ? [] : [{ exact, pattern, name: describeRef(refOf(secret, '')), access }];
}

/** What a repository Secret logs in with (Argo CD v3.5): a password, or a private key for ssh addresses. */
function loginOf(secret: KubeObject): Omit<RepoAccess, 'url'> {
  const [password, key] = [secretText(secret, 'password'), secretText(secret, 'sshPrivateKey')];
  return {
    ...(password === undefined
      ? {}
      : { credential: { username: secretText(secret, 'username') ?? 'git', password: new Secret(password) } }),
    ...(key === undefined || key === '' ? {} : { sshKey: new Secret(key) }),
  };
}

/** Argo CD's repository Secrets (v3.5): `repository` before `repo-creds`, then the longest url, then the first name. */
export function repositoryAccess(url: string, sources: CredentialSources): RepoAccess {
  const [best] = sources
    .secrets()
    .flatMap((secret) => repositorySecret(secret, url))
    .sort((a, b) => Number(b.exact) - Number(a.exact) || b.pattern.length - a.pattern.length || (a.name < b.name ? -1 : 1));
  return { url, ...best?.access };
}

function splitUserPassword(text: string): Credential | undefined {
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: new Secret(text.slice(colon + 1).trimEnd()) };
}

/** What an entry of a docker configuration is for: `https://index.docker.io/v1/` is `docker.io`. */
function entryScope(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '')
    .replace(/^(?:index|registry-1)\.docker\.io(?=\/|$)/, 'docker.io');
}

/** The entry for the image's registry, or for the longest path of whole segments in it (as kubelets match them). */
function dockerConfigEntry(config: string, image: ImageName): Credential | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(config);
  } catch {
    return undefined;
  }
  const auths = isBody(parsed) && isBody(parsed['auths']) ? parsed['auths'] : {};
  const entry = Object.entries(auths)
    .map(([key, held]) => ({ scope: entryScope(key), held }))
    .filter(({ scope }) => image.startsWith(`${scope}/`))
    .sort((left, right) => right.scope.length - left.scope.length)[0]?.held;
  if (!isBody(entry)) return undefined;
  const { auth, username, password } = entry;
  if (typeof auth === 'string' && auth !== '') return splitUserPassword(Buffer.from(auth, 'base64').toString('utf8'));
  return typeof username === 'string' && typeof password === 'string' ? { username, password: new Secret(password) } : undefined;
}

type NoCredential = { readonly because: string };

function variableCredential(name: string, sources: CredentialSources): Credential | NoCredential {
  const text = sources.env(name);
  return (text === undefined ? undefined : splitUserPassword(text)) ?? { because: `variable ${name} holds no user:password` };
}

function secretCredential(
  kind: string,
  written: string,
  image: ImageName,
  sources: CredentialSources,
): Credential | NoCredential | undefined {
  const named = /^([^/]+)\/([^/#]+)(?:#(.+))?$/.exec(written);
  if (named === null) return undefined;
  const [, namespace = '', name = '', field = ''] = named;
  const secret = sources.secret(namespace, name);
  if (secret === undefined) {
    return { because: `Secret ${namespace}/${name} does not exist, or its namespace is not permitted (setting secretNamespaces)` };
  }
  const text = secretText(secret, kind === 'pullsecret' ? '.dockerconfigjson' : field) ?? '';
  const credential = kind === 'pullsecret' ? dockerConfigEntry(text, image) : splitUserPassword(text);
  return credential ?? { because: `Secret ${namespace}/${name} has no credential for ${image}` };
}

/** The kind of a written source and what follows it; a name before `=` does not count (Image Updater v0.18). */
function readSource(written: string): { readonly kind: string; readonly rest: string } {
  const match = /^(?:[^=]*=)?(pullsecret|secret|env):(.+)$/.exec(written);
  return { kind: match?.[1] ?? '', rest: match?.[2] ?? '' };
}

/** Reads `pullsecret:ns/name`, `secret:ns/name#field` or `env:NAME` (Image Updater v0.18, credentials) for one image. */
export function registryCredential(source: string, image: ImageName, sources: CredentialSources): Credential | NoCredential {
  const { kind, rest } = readSource(source);
  const found = kind === 'env' ? variableCredential(rest, sources) : secretCredential(kind, rest, image, sources);
  return (
    (kind === '' ? undefined : found) ?? {
      because: `credentials ${JSON.stringify(source)}: expected pullsecret:NAMESPACE/NAME, secret:NAMESPACE/NAME#FIELD or env:NAME`,
    }
  );
}

/** The host of the settings whose prefix is the longest that holds the image. */
function hostOf(image: ImageName, hosts: readonly RegistryHost[]): RegistryHost | undefined {
  const matching = hosts.filter((host) => image === host.prefix || image.startsWith(`${host.prefix}/`));
  return matching.reduce<RegistryHost | undefined>(
    (best, next) => (best === undefined || next.prefix.length > best.prefix.length ? next : best),
    undefined,
  );
}

/**
 * Why an annotation may not use a credential for a registry (LOOP 20): a pull secret names its hosts itself; a text that does not
 * (`secret:`, `env:`) counts only where the settings bind the same one to the image's registry.
 */
function unbound(pullSecret: string, registry: string, host: RegistryHost | undefined): NoCredential | undefined {
  const { kind, rest } = readSource(pullSecret);
  if (kind === '' || kind === 'pullsecret' || `${kind}:${rest}` === host?.credentials) return undefined;
  const because = `credentials ${JSON.stringify(pullSecret)} are not bound to ${registry}: name them for this registry in the settings (registries.hosts), or use pullsecret:NAMESPACE/NAME, whose entries name their hosts`;
  return { because };
}

/** Where a registry answers that no setting names; Docker Hub's API has a host of its own. */
function publicApiOf(registry: string): string {
  return `https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}`;
}

/** What the settings say of a registry's kind. */
function kindOf(host: RegistryHost | undefined): Pick<RegistryAccess, 'provider' | 'providerUrl'> {
  return {
    ...(host?.provider === undefined ? {} : { provider: host.provider }),
    ...(host?.providerUrl === undefined ? {} : { providerUrl: host.providerUrl }),
  };
}

/** Where an image's registry answers, with the credential that the watch or the settings name for exactly that host. */
export function registryAccess(
  image: ImageName,
  pullSecret: string | undefined,
  hosts: readonly RegistryHost[],
  sources: CredentialSources,
): Found<RegistryAccess> {
  const { registry } = splitImageName(image);
  const host = hostOf(image, hosts);
  const apiUrl = host?.apiUrl ?? publicApiOf(registry);
  const source = pullSecret ?? host?.credentials ?? '';
  const open: RegistryAccess = { apiUrl, ...kindOf(host) };
  if (source === '') return { kind: 'found', access: open };
  const refused = pullSecret === undefined ? undefined : unbound(pullSecret, registry, host);
  const credential = refused ?? registryCredential(source, image, sources);
  return 'because' in credential ? { kind: 'refused', because: credential.because } : { kind: 'found', access: { ...open, credential } };
}
