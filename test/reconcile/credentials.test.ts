import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { AccessWish } from '../../src/reconcile/credentials.ts';
import { registryAccess } from '../../src/reconcile/credentials.ts';
import type { CredentialSources } from '../../src/reconcile/credentials/sources.ts';
import type { RegistryHost } from '../../src/registry/registry-host.ts';
import { secret, sourcesOf } from './credentials/stage.ts';

const image = 'ghcr.io/acme/shop';
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const docker = (auths: unknown) => secret('pull', { '.dockerconfigjson': JSON.stringify({ auths }) });
const bound: RegistryHost = { prefix: 'ghcr.io', apiUrl: 'https://ghcr.io', credentials: 'secret:argocd/field#login' };
const held = [secret('field', { login: 'bot:pw' }), docker({ 'ghcr.io': auth('pull:pw') })];
const env = { LOGIN: 'env:pw' };
const sources = sourcesOf(held, env);

async function access(wish: AccessWish, hosts: readonly RegistryHost[] = [bound], from: CredentialSources = sources): Promise<string> {
  const found = await registryAccess(wish, hosts, from);
  if (found.kind === 'refused') return found.because;
  const { apiUrl, credential, repository = '' } = found.access;
  return `${apiUrl} ${credential?.username ?? 'nobody'} ${repository}`.trimEnd();
}

describe('the registry of an image', () => {
  it.each([
    ['its own host', 'reg.example:5000/shop', undefined, 'https://reg.example:5000 nobody'],
    ['Docker Hub’s API', 'docker.io/library/nginx', undefined, 'https://registry-1.docker.io nobody'],
    ['the login of the settings', image, undefined, 'https://ghcr.io bot'],
    ['a pull secret before the settings', image, 'pullsecret:argocd/pull', 'https://ghcr.io pull'],
    ['the same text as in the settings', image, 'x=secret:argocd/field#login', 'https://ghcr.io bot'],
  ])('is asked at %s', async (_, of, pullSecret, expected) => {
    expect(await access({ image: of, pullSecret })).toBe(expected);
  });

  it('is that of the longest prefix', async () => {
    const hosts = [
      { prefix: 'ghcr.io', apiUrl: 'https://all.example' },
      { prefix: 'ghcr.io/acme', apiUrl: 'https://acme.example' },
      { prefix: 'ghcr.io/acm', apiUrl: 'https://evil.example' },
    ];
    expect(await access({ image }, hosts)).toBe('https://acme.example nobody');
  });

  it('says how it is asked, too', async () => {
    const host = { prefix: 'ghcr.io', apiUrl: 'https://mirror.example', provider: 'harbor', providerUrl: 'https://harbor.example' };
    expect(await registryAccess({ image }, [host], sources)).toEqual({
      kind: 'found',
      access: { apiUrl: 'https://mirror.example', provider: 'harbor', providerUrl: 'https://harbor.example' },
    });
  });

  const mirror = { prefix: 'mirror.example', apiUrl: 'https://mirror.example' };
  it.each<[string, string, RegistryHost, string]>([
    ['images without a registry', 'docker.io/library/nginx', { ...mirror, default: true }, 'https://mirror.example nobody nginx'],
    ['images below a name too', 'docker.io/acme/shop', { ...mirror, default: true }, 'https://mirror.example nobody'],
    [
      'names without a slash below its own',
      'docker.io/library/nginx',
      { ...mirror, default: true, defaultNamespace: 'hub' },
      'https://mirror.example nobody hub/nginx',
    ],
    [
      'its own names without a slash',
      'mirror.example/shop',
      { ...mirror, defaultNamespace: 'team' },
      'https://mirror.example nobody team/shop',
    ],
    [
      'its own names with a slash as they are',
      'mirror.example/a/b',
      { ...mirror, defaultNamespace: 'team' },
      'https://mirror.example nobody',
    ],
    ['no images of others, where it is no default', 'docker.io/library/nginx', mirror, 'https://registry-1.docker.io nobody'],
    ['Docker Hub’s by their name there', 'docker.io/library/nginx', { ...mirror, prefix: 'docker.io' }, 'https://mirror.example nobody'],
  ])('of the settings serves %s', async (_, of, host, expected) => {
    expect(await access({ image: of }, [host])).toBe(expected);
  });

  it.each([
    ['a Secret’s text for a foreign registry', 'evil.example/shop', 'secret:argocd/field#login', 'evil.example'],
    ['a variable for a foreign registry', 'evil.example/shop', 'env:LOGIN', 'evil.example'],
    ['a script for a foreign registry', 'evil.example/shop', 'ext:/scripts/login', 'evil.example'],
    ['another text than the one that is bound', image, 'env:LOGIN', 'ghcr.io'],
    ['a text that hides behind the name of another kind', image, 'pullsecret:a=env:LOGIN', 'ghcr.io'],
  ])('gets no %s', async (_, of, pullSecret, registry) => {
    expect(await access({ image: of, pullSecret })).toBe(
      `credentials ${JSON.stringify(pullSecret)} are not bound to ${registry}: name them for this registry in the settings (registries.hosts), or use pullsecret:NAMESPACE/NAME, whose entries name their hosts`,
    );
  });

  it('takes a wish that was read before the text', async () => {
    const credential = { kind: 'env', variable: 'LOGIN' } as const;
    expect(await access({ image, credential }, [{ ...bound, credentials: 'env:LOGIN' }])).toBe('https://ghcr.io env');
  });
});

describe('an image for which nobody named a credential', () => {
  const config = sourcesOf(held, env, {
    dockerConfig: (of) => Promise.resolve(of.startsWith('ghcr.io/') ? { username: 'mounted', password: new Secret('pw') } : undefined),
    podSecrets: (namespace, of) => (namespace === 'argocd' && of === 'ghcr.io/acme/shop' ? ['absent', 'field', 'pull'] : []),
  });

  it('is asked for with the mounted docker configuration', async () => {
    expect(await access({ image }, [], config)).toBe('https://ghcr.io mounted');
    expect(await access({ image }, [bound], config)).toBe('https://ghcr.io bot');
  });

  it('and then with the first pull secret of its pods that has an entry for it, in a permitted namespace', async () => {
    const pods = { ...config, dockerConfig: () => Promise.resolve(undefined) };
    expect(await access({ image, namespace: 'argocd' }, [], pods)).toBe('https://ghcr.io pull');
    expect(await access({ image, namespace: 'other' }, [], { ...pods, podSecrets: () => ['pull'] })).toBe('https://ghcr.io nobody');
    expect(await access({ image: 'quay.io/acme/shop', namespace: 'argocd' }, [], { ...pods, podSecrets: () => ['pull'] })).toBe(
      'https://quay.io nobody',
    );
    expect(await access({ image }, [], pods)).toBe('https://ghcr.io nobody');
  });
});

describe('a refused credential', () => {
  it('is asked for again, as refused', async () => {
    let runs = 0;
    const seen: unknown[] = [];
    const script: NonNullable<CredentialSources['script']> = (_path, keeping) => {
      seen.push(keeping);
      return Promise.resolve({ username: 'AWS', password: new Secret(`pw-${++runs}`) });
    };
    const host = { ...bound, credentials: 'ext:/scripts/ecr', credentialsExpire: 60_000 };
    const found = await registryAccess({ image }, [host], sourcesOf([], {}, { script }));
    if (found.kind !== 'found') throw new Error(found.because);
    expect(found.access.credential?.password.reveal()).toBe('pw-1');
    expect((await found.access.renew?.())?.password.reveal()).toBe('pw-2');
    expect(seen).toEqual([{ forMs: 60_000 }, { refused: true }]);
  });
});
