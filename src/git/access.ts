import { Failure } from '../kernel/failure.ts';
import type { RepoId } from '../kernel/refs.ts';
import { repoIdOf } from '../kernel/refs.ts';
import type { Credential } from '../kernel/secret.ts';
import { Secret } from '../kernel/secret.ts';
import type { RepoAccess } from './commit.ts';

/** A repository as git is told of it. `url` carries no password; `secrets` are texts that no message may hold. */
export type Reach = {
  readonly id: RepoId;
  readonly url: string;
  /** The address for sentences. */
  readonly label: string;
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly secrets: readonly string[];
  /** Who logs in, for sentences; undefined where nobody does, '' where the name may be the secret. */
  readonly user: string | undefined;
  /** The private key of an ssh address. */
  readonly sshKey?: Secret;
  /** One text per way of reaching: calls share what they fetch only where this is equal. */
  readonly key: string;
};

/**
 * How a repository is reached. A login goes into a header that is bound to the address's scheme, host and port, handed over in the
 * environment; with a login redirects are not followed, because git would carry the header to wherever they lead.
 */
export function reachOf(repo: RepoAccess, protocols: readonly string[]): Reach {
  const { url, credential, protocol } = withoutUserInfo(repo);
  if (!protocols.includes(protocol)) {
    throw new Failure('unsupported', `${url}: ${protocol} addresses are not allowed; allowed are ${protocols.join(', ')}`);
  }
  const login = /^https?$/.test(protocol) && credential !== undefined ? loginOf(url, credential) : undefined;
  const key = protocol === 'ssh' && repo.sshKey !== undefined ? { sshKey: repo.sshKey } : {};
  const secrets = secretsOf(credential, key.sshKey);
  return {
    id: repoIdOf(url),
    url,
    label: url,
    config: [['remote.origin.url', url], ['http.followRedirects', login === undefined ? 'initial' : 'false'], ...(login?.config ?? [])],
    secrets,
    user: login?.user,
    key: [url, ...secrets].join('\n'),
    ...key,
  };
}

function secretsOf(credential: Credential | undefined, sshKey: Secret | undefined): readonly string[] {
  const login = credential === undefined ? [] : [basicAuth(credential), credential.password.reveal()];
  return [...login, sshKey?.reveal() ?? ''].filter((text) => text !== '');
}

type Login = { readonly config: Reach['config']; readonly user: string };

function loginOf(url: string, credential: Credential): Login {
  const { username, password } = credential;
  // A token can be the name: then the password is empty, or says so (GitHub: x-oauth-basic).
  const isToken = ['', 'x-oauth-basic'].includes(password.reveal());
  const header = `Authorization: Basic ${basicAuth(credential)}`;
  return { config: [[`http.${new URL(url).origin}/.extraHeader`, header]], user: isToken ? '' : username };
}

function basicAuth({ username, password }: Credential): string {
  return Buffer.from(`${username}:${password.reveal()}`).toString('base64');
}

/** A login that was written into the address counts where no other is given, and leaves the address. */
function withoutUserInfo(repo: RepoAccess): {
  readonly url: string;
  readonly credential: Credential | undefined;
  readonly protocol: string;
} {
  if (!URL.canParse(repo.url)) {
    const scp = /^(?:[\w.-]+@)?[\w.-]+:(?!\/\/)/.test(repo.url);
    return { url: repo.url, credential: repo.credential, protocol: scp ? 'ssh' : 'file' };
  }
  const url = new URL(repo.url);
  const protocol = url.protocol.slice(0, -1);
  if (protocol === 'ssh' || (url.username === '' && url.password === '')) return { url: repo.url, credential: repo.credential, protocol };
  const written = { username: decodeURIComponent(url.username), password: new Secret(decodeURIComponent(url.password)) };
  url.username = '';
  url.password = '';
  return { url: url.href, credential: repo.credential ?? written, protocol };
}

/** A text without any of the secrets, and without logins in addresses. */
export function redact(text: string, secrets: readonly string[]): string {
  const bare = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***'), text);
  return bare.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1***@');
}
