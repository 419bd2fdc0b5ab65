import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CredentialSources, RegistryHost } from '../../src/reconcile/credentials.ts';
import { matchesRepository, registryAccess, registryCredential, repositoryAccess } from '../../src/reconcile/credentials.ts';
import type { KubeObject } from '../../src/resources/meta.ts';

function secret(name: string, texts: Readonly<Record<string, string>>, type?: string): KubeObject {
  const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  const labels = type === undefined ? {} : { 'argocd.argoproj.io/secret-type': type };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'argocd', labels }, data };
}

function sourcesOf(secrets: readonly KubeObject[], env: Readonly<Record<string, string>> = {}): CredentialSources {
  return {
    secret: (namespace, name) => secrets.find((one) => one.metadata.namespace === namespace && one.metadata.name === name),
    secrets: () => secrets,
    env: (name) => env[name],
  };
}

describe('a repository credential is for', () => {
  it.each([
    ['the same address', 'https://github.com/acme/shop', 'https://github.com/acme/shop', true],
    ['the address with .git', 'https://github.com/acme/shop', 'https://github.com/acme/shop.git', true],
    ['the address without .git', 'https://github.com/acme/shop.git', 'https://github.com/acme/shop', true],
    ['the host in other letters', 'https://GitHub.com/acme', 'https://github.com/acme/shop', true],
    ['the default port written out', 'https://github.com:443/acme', 'https://github.com/acme/shop', true],
    ['everything below a path', 'https://github.com/acme', 'https://github.com/acme/deep/shop.git', true],
    ['everything below a path with a slash', 'https://github.com/acme/', 'https://github.com/acme/shop', true],
    ['everything on a host', 'https://github.com', 'https://github.com/acme/shop', true],
    ['equal text that is no URL', 'git@github.com:acme/shop.git', 'git@github.com:acme/shop.git', true],
    ['not a host that begins alike', 'https://github.com', 'https://github.com.evil.example/acme/shop', false],
    ['not a host behind a login', 'https://github.com', 'https://github.com@evil.example/acme/shop', false],
    ['not a host behind a login with a password', 'https://github.com/acme', 'https://github.com:acme@evil.example/acme', false],
    ['not a part of a path segment', 'https://github.com/acme', 'https://github.com/acme-evil/shop', false],
    ['not a path that leaves again', 'https://github.com/acme', 'https://github.com/acme/../evil/shop', false],
    ['not a path that leaves in code', 'https://github.com/acme', 'https://github.com/acme/%2e%2e/evil/shop', false],
    ['not a shorter path', 'https://github.com/acme/shop', 'https://github.com/acme', false],
    ['not other letters in a path', 'https://github.com/acme', 'https://github.com/Acme/shop', false],
    ['not another scheme', 'https://github.com', 'http://github.com/acme/shop', false],
    ['not another port', 'https://github.com', 'https://github.com:8443/acme/shop', false],
    ['not the same repository by ssh', 'https://github.com/acme', 'git@github.com:acme/shop.git', false],
    ['everything below a path, by ssh', 'git@github.com:acme', 'git@github.com:acme/shop.git', true],
    ['an ssh address as another one writes it', 'git@github.com:acme/shop', 'ssh://git@github.com/acme/shop.git', true],
    ['not another host by ssh', 'git@github.com:acme', 'git@github.com.evil.example:acme/shop.git', false],
  ])('%s', (_, pattern, url, expected) => {
    expect(matchesRepository(pattern, url)).toBe(expected);
  });
});

describe('the credential of a repository', () => {
  const login = (name: string, url: string, type = 'repo-creds') => secret(name, { url, username: name, password: `pw-${name}` }, type);
  const usernameFor = (url: string, secrets: readonly KubeObject[]) => repositoryAccess(url, sourcesOf(secrets)).credential?.username;
  const shop = 'https://git.example.com/acme/shop.git';

  it.each([
    ['the longest url', [login('host', 'https://git.example.com'), login('team', 'https://git.example.com/acme')], 'team'],
    ['the longest url in another order', [login('team', 'https://git.example.com/acme'), login('host', 'https://git.example.com')], 'team'],
    ['the repository itself', [login('all', `${shop}/`), login('own', 'https://git.example.com/acme/shop', 'repository')], 'own'],
    ['the first name of two for one url', [login('b', 'https://git.example.com'), login('a', 'https://git.example.com')], 'a'],
    ['the first name, listed first', [login('a', 'https://git.example.com'), login('b', 'https://git.example.com')], 'a'],
    [
      'no Secret of another host',
      [login('evil', 'https://git.example.com.evil.example'), login('other', 'https://git.example')],
      undefined,
    ],
    ['no Secret of another repository', [login('acme', 'https://git.example.com/acme', 'repository')], undefined],
    ['no Secret without Argo CD’s label', [login('any', shop, 'cluster'), secret('plain', { url: shop, password: 'x' })], undefined],
    ['no Secret without a url', [secret('empty', { password: 'x' }, 'repo-creds')], undefined],
    [
      'repo-creds where the repository’s own Secret holds no password',
      [secret('own', { url: shop }, 'repository'), login('team', 'https://git.example.com/acme')],
      'team',
    ],
  ])('is %s', (_, secrets, expected) => {
    expect(usernameFor(shop, secrets)).toBe(expected);
  });

  it('is a private key for an ssh address, and what has neither key nor password is passed over', () => {
    const key = secret('key', { url: 'git@git.example.com:acme/shop.git', sshPrivateKey: 'a key' }, 'repository');
    const empty = secret('empty', { url: 'ssh://git@git.example.com/acme/shop', sshPrivateKey: '' }, 'repository');
    const team = secret('team', { url: 'ssh://git@git.example.com/acme', sshPrivateKey: 'of the team' }, 'repo-creds');
    const keyFor = (url: string, secrets: readonly KubeObject[]) => repositoryAccess(url, sourcesOf(secrets)).sshKey?.reveal();
    expect(keyFor('git@git.example.com:acme/shop.git', [team, key])).toBe('a key');
    expect(keyFor('ssh://git@git.example.com/acme/shop', [team, key])).toBe('a key');
    expect(keyFor('git@git.example.com:acme/shop.git', [team, empty])).toBe('of the team');
    expect(keyFor('git@git.example.org:acme/shop.git', [team, key])).toBeUndefined();
    expect(keyFor(shop, [team, key])).toBeUndefined();
    expect(inspect(repositoryAccess('git@git.example.com:acme/shop.git', sourcesOf([key])))).not.toContain('a key');
  });

  it('has the name git where the Secret names nobody, and reads stringData of an object that was never stored', () => {
    const named = secret('token', { url: shop, password: 't0ken' }, 'repository');
    const unstored = { ...secret('token', {}, 'repository'), data: null, stringData: { url: shop, password: 't0ken' } };
    for (const each of [named, unstored]) {
      const { credential } = repositoryAccess(shop, sourcesOf([each]));
      expect([credential?.username, credential?.password.reveal()]).toEqual(['git', 't0ken']);
    }
  });
});

const image = 'ghcr.io/acme/shop';
const docker = (auths: unknown) => secret('pull', { '.dockerconfigjson': JSON.stringify({ auths }) });
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

describe('the credential of an image', () => {
  const read = (source: string, of: string, sources: CredentialSources) => {
    const found = registryCredential(source, of, sources);
    return 'because' in found ? found.because : `${found.username}:${found.password.reveal()}`;
  };

  it.each([
    ['by host', { 'ghcr.io': auth('bot:pw') }, image, 'bot:pw'],
    ['by address', { 'https://ghcr.io/v2/': auth('bot:pw') }, image, 'bot:pw'],
    ['a password with colons', { 'ghcr.io': auth('bot:p:w:') }, image, 'bot:p:w:'],
    ['by name and password', { 'ghcr.io': { username: 'bot', password: 'pw', auth: '' } }, image, 'bot:pw'],
    ['with a port', { 'reg.example:5000': auth('bot:pw') }, 'reg.example:5000/shop', 'bot:pw'],
    ['by the longest path', { 'ghcr.io': auth('all:x'), 'ghcr.io/acme': auth('acme:x') }, image, 'acme:x'],
    ['of Docker Hub', { 'https://index.docker.io/v1/': auth('hub:pw') }, 'docker.io/library/nginx', 'hub:pw'],
    [
      'but not of another path',
      { 'ghcr.io/acm': auth('a:x'), 'ghcr.io/other': auth('o:x') },
      image,
      'Secret argocd/pull has no credential for ghcr.io/acme/shop',
    ],
    [
      'but not of a host that begins alike',
      { 'ghcr.io.evil.example': auth('a:x'), ghcr: auth('a:x') },
      image,
      /^Secret .* has no credential/,
    ],
    ['but not of another port', { 'reg.example': auth('a:x') }, 'reg.example:5000/shop', /^Secret .* has no credential/],
    ['but not where it is no login', { 'ghcr.io': { auth: 'bm9jb2xvbg==' } }, image, /^Secret .* has no credential/],
  ])('comes from a pull secret %s', (_, auths, of, expected) => {
    const got = read('pullsecret:argocd/pull', of, sourcesOf([docker(auths)]));
    if (typeof expected === 'string') expect(got).toBe(expected);
    else expect(got).toMatch(expected);
  });

  const sources = sourcesOf([secret('field', { login: 'bot:pw\n', odd: 'hunter2' }), secret('pull', { '.dockerconfigjson': 'hunter2{' })], {
    REGISTRY_LOGIN: 'bot:pw',
    ODD: 'hunter2',
  });

  it.each([
    ['secret:argocd/field#login', 'bot:pw'],
    ['creds=secret:argocd/field#login', 'bot:pw'],
    ['env:REGISTRY_LOGIN', 'bot:pw'],
    ['secret:argocd/field#odd', 'Secret argocd/field has no credential for ghcr.io/acme/shop'],
    ['secret:argocd/field', 'Secret argocd/field has no credential for ghcr.io/acme/shop'],
    ['pullsecret:argocd/pull', 'Secret argocd/pull has no credential for ghcr.io/acme/shop'],
    ['env:ODD', 'variable ODD holds no user:password'],
    ['env:ABSENT', 'variable ABSENT holds no user:password'],
    ['pullsecret:other/pull', 'Secret other/pull does not exist, or its namespace is not permitted (setting secretNamespaces)'],
    [
      'ext:/scripts/login.sh',
      'credentials "ext:/scripts/login.sh": expected pullsecret:NAMESPACE/NAME, secret:NAMESPACE/NAME#FIELD or env:NAME',
    ],
    ['secret:field#login', 'credentials "secret:field#login": expected pullsecret:NAMESPACE/NAME, secret:NAMESPACE/NAME#FIELD or env:NAME'],
  ])('%s', (source, expected) => {
    expect(read(source, image, sources)).toBe(expected);
    expect(expected).not.toContain('hunter2');
  });

  it('is not shown when it is printed', () => {
    const found = registryCredential('env:REGISTRY_LOGIN', image, sources);
    expect([JSON.stringify(found), inspect(found, { depth: 9 }), 'password' in found && String(found.password)]).toEqual([
      '{"username":"bot","password":"***"}',
      "{ username: 'bot', password: *** }",
      '***',
    ]);
  });
});

describe('the registry of an image', () => {
  const bound: RegistryHost = { prefix: 'ghcr.io', apiUrl: 'https://ghcr.io', credentials: 'secret:argocd/field#login' };
  const sources = sourcesOf([secret('field', { login: 'bot:pw' }), docker({ 'ghcr.io': auth('pull:pw') })], { LOGIN: 'env:pw' });
  const access = (of: string, pullSecret?: string, hosts: readonly RegistryHost[] = [bound]) => {
    const found = registryAccess(of, pullSecret, hosts, sources);
    return found.kind === 'refused' ? found.because : `${found.access.apiUrl} ${found.access.credential?.username ?? 'nobody'}`;
  };

  it.each([
    ['its own host', 'reg.example:5000/shop', undefined, 'https://reg.example:5000 nobody'],
    ['Docker Hub’s API', 'docker.io/library/nginx', undefined, 'https://registry-1.docker.io nobody'],
    ['the login of the settings', image, undefined, 'https://ghcr.io bot'],
    ['a pull secret before the settings', image, 'pullsecret:argocd/pull', 'https://ghcr.io pull'],
    ['the same text as in the settings', image, 'x=secret:argocd/field#login', 'https://ghcr.io bot'],
  ])('is asked at %s', (_, of, pullSecret, expected) => {
    expect(access(of, pullSecret)).toBe(expected);
  });

  it('is that of the longest prefix', () => {
    const hosts = [
      { prefix: 'ghcr.io', apiUrl: 'https://all.example' },
      { prefix: 'ghcr.io/acme', apiUrl: 'https://acme.example' },
      { prefix: 'ghcr.io/acm', apiUrl: 'https://evil.example' },
    ];
    expect(access(image, undefined, hosts)).toBe('https://acme.example nobody');
  });

  it.each([
    ['a Secret’s text for a foreign registry', 'evil.example/shop', 'secret:argocd/field#login', 'evil.example'],
    ['a variable for a foreign registry', 'evil.example/shop', 'env:LOGIN', 'evil.example'],
    ['another text than the one that is bound', image, 'env:LOGIN', 'ghcr.io'],
    ['a text that hides behind the name of another kind', image, 'pullsecret:a=env:LOGIN', 'ghcr.io'],
  ])('gets no %s', (_, of, pullSecret, registry) => {
    expect(access(of, pullSecret)).toBe(
      `credentials ${JSON.stringify(pullSecret)} are not bound to ${registry}: name them for this registry in the settings (registries.hosts), or use pullsecret:NAMESPACE/NAME, whose entries name their hosts`,
    );
  });
});
