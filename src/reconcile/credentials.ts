import { isBody } from '../kernel/json.ts';
import type { ImageName } from '../kernel/image.ts';
import { splitImageName } from '../kernel/image.ts';
import type { Credential } from '../kernel/secret.ts';
import { Secret } from '../kernel/secret.ts';
import type { RepoAccess } from '../git/commit.ts';
import type { RegistryAccess } from '../registry/listing.ts';
import type { KubeObject } from '../resources/meta.ts';

export type RegistryHost = { readonly prefix: string; readonly apiUrl: string; readonly credentials?: string };

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
  if (!URL.canParse(pattern) || !URL.canParse(url)) return pattern === url;
  const [held, asked] = [new URL(pattern), new URL(url)];
  const segments = (path: string) =>
    path
      .replace(/\.git$/, '')
      .split('/')
      .filter((segment) => segment !== '');
  const [heldPath, askedPath] = [segments(held.pathname), segments(asked.pathname)];
  return held.protocol === asked.protocol && held.host === asked.host && heldPath.every((segment, index) => askedPath[index] === segment);
}

const secretType = 'argocd.argoproj.io/secret-type';

/** Argo CD's repository Secrets (v3.5: labels `repository`, `repo-creds`): the longest matching url wins, `repository` before `repo-creds`. */
export function repositoryAccess(url: string, sources: CredentialSources): RepoAccess {
  const matching = sources.secrets().flatMap((secret) => {
    const type = secret.metadata.labels?.[secretType];
    const pattern = secretText(secret, 'url') ?? '';
    if ((type !== 'repository' && type !== 'repo-creds') || pattern === '' || !matchesRepository(pattern, url)) return [];
    const password = secretText(secret, 'password');
    return password === undefined
      ? []
      : [{ type, pattern, credential: { username: secretText(secret, 'username') ?? 'git', password: new Secret(password) } }];
  });
  // The name of the type orders 'repo-creds' before 'repository', so the last of equal length is the exact one.
  matching.sort((a, b) => a.pattern.length - b.pattern.length || (a.type < b.type ? -1 : 1));
  const best = matching.at(-1);
  return best === undefined ? { url } : { url, credential: best.credential };
}

function splitUserPassword(text: string): Credential | undefined {
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: new Secret(text.slice(colon + 1).trimEnd()) };
}

function dockerConfigEntry(config: string, registry: string): Credential | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(config);
  } catch {
    return undefined;
  }
  const auths = isBody(parsed) && isBody(parsed['auths']) ? parsed['auths'] : {};
  const entry = Object.entries(auths).find(([host]) => host.replace(/^https?:\/\//, '').split('/')[0] === registry)?.[1];
  if (!isBody(entry)) return undefined;
  if (typeof entry['auth'] === 'string') return splitUserPassword(Buffer.from(entry['auth'], 'base64').toString('utf8'));
  const { username, password } = entry;
  return typeof username === 'string' && typeof password === 'string' ? { username, password: new Secret(password) } : undefined;
}

/** Reads `pullsecret:ns/name`, `secret:ns/name#field` or `env:NAME` (Image Updater v0.18, credentials) for one registry host. */
export function registryCredential(
  source: string,
  registry: string,
  sources: CredentialSources,
): Credential | { readonly because: string } {
  const match = /^(?:[^=]*=)?(pullsecret|secret|env):(.+)$/.exec(source);
  const [kind, rest] = [match?.[1], match?.[2] ?? ''];
  if (kind === 'env') {
    const text = sources.env(rest);
    return (text === undefined ? undefined : splitUserPassword(text)) ?? { because: `variable ${rest} holds no user:password` };
  }
  const named = /^([^/]+)\/([^/#]+)(?:#(.+))?$/.exec(rest);
  if (kind === undefined || named === null)
    return {
      because: `credentials ${JSON.stringify(source)}: expected pullsecret:NAMESPACE/NAME, secret:NAMESPACE/NAME#FIELD or env:NAME`,
    };
  const [, namespace = '', name = '', field] = named;
  const secret = sources.secret(namespace, name);
  if (secret === undefined)
    return { because: `Secret ${namespace}/${name} does not exist, or its namespace is not permitted (setting secretNamespaces)` };
  const text = secretText(secret, kind === 'pullsecret' ? '.dockerconfigjson' : (field ?? ''));
  const credential = kind === 'pullsecret' ? dockerConfigEntry(text ?? '', registry) : splitUserPassword(text ?? '');
  return credential ?? { because: `Secret ${namespace}/${name} has no credential for ${registry}` };
}

/** Where an image's registry answers, with the credential that the watch or the settings name for exactly that host. */
export function registryAccess(
  image: ImageName,
  pullSecret: string | undefined,
  hosts: readonly RegistryHost[],
  sources: CredentialSources,
): Found<RegistryAccess> {
  const { registry } = splitImageName(image);
  const matching = hosts.filter((host) => image === host.prefix || image.startsWith(`${host.prefix}/`));
  const host = matching.reduce<RegistryHost | undefined>(
    (best, next) => (best === undefined || next.prefix.length > best.prefix.length ? next : best),
    undefined,
  );
  const apiUrl = host?.apiUrl ?? (registry === 'docker.io' ? 'https://registry-1.docker.io' : `https://${registry}`);
  const source = pullSecret ?? host?.credentials;
  if (source === undefined || source === '') return { kind: 'found', access: { apiUrl } };
  const credential = registryCredential(source, registry, sources);
  return 'because' in credential ? { kind: 'refused', because: credential.because } : { kind: 'found', access: { apiUrl, credential } };
}
