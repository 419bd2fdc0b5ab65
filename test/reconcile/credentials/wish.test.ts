import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/kernel/failure.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { parseCredential } from '../../../src/policy/annotations/credential.ts';
import type { CredentialSources, Keeping } from '../../../src/reconcile/credentials/sources.ts';
import { describeWish, grantWritten } from '../../../src/reconcile/credentials/wish.ts';
import { secret, sourcesOf } from './stage.ts';

const image = 'ghcr.io/acme/shop';
const docker = (auths: unknown) => secret('pull', { '.dockerconfigjson': JSON.stringify({ auths }) });
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

async function read(written: string, of: string, sources: CredentialSources, keeping: Keeping = {}): Promise<string> {
  const found = await grantWritten(written, of, sources, keeping);
  return 'because' in found ? found.because : `${found.username}:${found.password.reveal()}`;
}

describe('a wish is written', () => {
  it.each(['pullsecret:shop/pull', 'secret:shop/login#token', 'env:LOGIN', 'ext:/scripts/login.sh'])('%s', (written) => {
    const wish = parseCredential(`ghcr.io=${written}`);
    expect(wish === undefined ? undefined : describeWish(wish)).toBe(written);
  });
});

describe('the credential of an image', () => {
  it.each([
    ['by host', { 'ghcr.io': auth('bot:pw') }, image, 'bot:pw'],
    ['by address', { 'https://ghcr.io/v2/': auth('bot:pw') }, image, 'bot:pw'],
    ['a password with colons', { 'ghcr.io': auth('bot:p:w:') }, image, 'bot:p:w:'],
    ['by name and password', { 'ghcr.io': { username: 'bot', password: 'pw', auth: '' } }, image, 'bot:pw'],
    ['with a port', { 'reg.example:5000': auth('bot:pw') }, 'reg.example:5000/shop', 'bot:pw'],
    ['by the longest path', { 'ghcr.io': auth('all:x'), 'ghcr.io/acme': auth('acme:x') }, image, 'acme:x'],
    ['of Docker Hub', { 'https://index.docker.io/v1/': auth('hub:pw') }, 'docker.io/library/nginx', 'hub:pw'],
    ['for every host below a name', { '*.azurecr.io': auth('acr:pw') }, 'acme.azurecr.io/shop', 'acr:pw'],
    ['but not for hosts further below', { '*.azurecr.io': auth('a:x') }, 'a.b.azurecr.io/shop', /has no credential/],
    ['but not for a name with two stars', { '*a*.io': auth('a:x') }, 'bab.io/shop', /has no credential/],
    [
      'but not of another path',
      { 'ghcr.io/acm': auth('a:x'), 'ghcr.io/other': auth('o:x') },
      image,
      /^Secret argocd\/pull has no credential for ghcr\.io\/acme\/shop$/,
    ],
    ['but not of a host that begins alike', { 'ghcr.io.evil.example': auth('a:x'), ghcr: auth('a:x') }, image, /has no credential/],
    ['but not of another port', { 'reg.example': auth('a:x') }, 'reg.example:5000/shop', /has no credential/],
    ['but not where it is no login', { 'ghcr.io': { auth: 'bm9jb2xvbg==' } }, image, /has no credential/],
  ])('comes from a pull secret %s', async (_, auths, of, expected) => {
    const got = await read('pullsecret:argocd/pull', of, sourcesOf([docker(auths)]));
    if (typeof expected === 'string') expect(got).toBe(expected);
    else expect(got).toMatch(expected);
  });

  it('comes from a pull secret of the legacy kind', async () => {
    const legacy = secret('pull', { '.dockercfg': JSON.stringify({ 'https://ghcr.io': auth('old:p:w') }) });
    expect(await read('pullsecret:argocd/pull', image, sourcesOf([legacy]))).toBe('old:p:w');
    expect(await read('pullsecret:argocd/pull', 'quay.io/acme/shop', sourcesOf([legacy]))).toMatch(/has no credential/);
  });

  const sources = sourcesOf(
    [secret('field', { login: 'bot:p:w\n', odd: 'hunter2' }), secret('pull', { '.dockerconfigjson': 'hunter2{' })],
    { REGISTRY_LOGIN: 'bot:pw', ODD: 'hunter2', EMPTY: '' },
  );
  const expected = 'expected pullsecret:NAMESPACE/NAME, secret:NAMESPACE/NAME#FIELD, env:NAME or ext:PATH';

  it.each([
    ['secret:argocd/field#login', 'bot:p:w'],
    ['creds=secret:argocd/field#login', 'bot:p:w'],
    ['env:REGISTRY_LOGIN', 'bot:pw'],
    ['secret:argocd/field#odd', 'Secret argocd/field has no user:password in odd'],
    ['secret:argocd/field', `credentials "secret:argocd/field": ${expected}`],
    ['pullsecret:argocd/pull', 'Secret argocd/pull has no credential for ghcr.io/acme/shop'],
    ['env:ODD', 'variable ODD holds no user:password'],
    ['env:EMPTY', 'variable EMPTY is empty'],
    ['env:ABSENT', 'variable ABSENT is not set'],
    ['pullsecret:other/pull', 'Secret other/pull does not exist, or its namespace is not permitted (setting secretNamespaces)'],
    ['ext:/scripts/login.sh', 'ext:/scripts/login.sh is not run: the setting registries.scriptDir names no directory'],
    ['ext:login.sh', `credentials "ext:login.sh": ${expected}`],
    ['secret:field#login', `credentials "secret:field#login": ${expected}`],
  ])('%s', async (written, said) => {
    expect(await read(written, image, sources)).toBe(said);
    expect(said).not.toContain('hunter2');
  });

  it('comes from a script, which is told how long it may be kept, and whose failure is the reason', async () => {
    const asked: unknown[] = [];
    const script: NonNullable<CredentialSources['script']> = (path, keeping) => {
      asked.push([path, keeping]);
      return path.endsWith('broken')
        ? Promise.reject(new Failure('rejected', `ext:${path} ended with status 1`))
        : Promise.resolve({ username: 'AWS', password: new Secret('pw') });
    };
    const running = sourcesOf([], {}, { script });
    expect(await read('ext:/scripts/ecr', image, running, { forMs: 60_000 })).toBe('AWS:pw');
    expect(await read('ext:/scripts/broken', image, running)).toBe('ext:/scripts/broken ended with status 1');
    expect(asked).toEqual([
      ['/scripts/ecr', { forMs: 60_000 }],
      ['/scripts/broken', {}],
    ]);
  });

  it('is not shown when it is printed', async () => {
    const found = await grantWritten('env:REGISTRY_LOGIN', image, sources, {});
    expect([JSON.stringify(found), inspect(found, { depth: 9 }), 'password' in found && String(found.password)]).toEqual([
      '{"username":"bot","password":"***"}',
      "{ username: 'bot', password: *** }",
      '***',
    ]);
  });
});
