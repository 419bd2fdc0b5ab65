import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { matchesRepository, repositoryAccess } from '../../../src/reconcile/credentials/repository.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { secret, sourcesOf } from './stage.ts';

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
