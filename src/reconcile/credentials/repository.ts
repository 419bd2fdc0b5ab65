import { describeRef, repoIdOf } from '../../kernel/refs.ts';
import { Secret } from '../../kernel/secret.ts';
import type { RepoAccess } from '../../git/commit.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { refOf } from '../../resources/meta.ts';
import type { CredentialSources } from './sources.ts';
import { secretText } from './secret-text.ts';

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
