import { describe, expect, it } from 'vitest';
import { podSecrets } from '../../../src/reconcile/credentials/pod-secrets.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';

function pod(name: string, spec: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec };
}

const pods = [
  pod('a', { containers: [{ image: 'ghcr.io/acme/shop:1.0.0' }], imagePullSecrets: [{ name: 'team' }, { name: 'all' }] }),
  pod('b', {
    containers: [{ image: 'nginx' }],
    initContainers: [{ image: 'ghcr.io/acme/shop@sha256:' + 'a'.repeat(64) }],
    imagePullSecrets: [{ name: 'all' }, {}],
  }),
  pod('c', { containers: [{ image: 'ghcr.io/acme/shop-api:1' }, { image: '???' }, {}], imagePullSecrets: [{ name: 'other' }] }),
  pod('d', { containers: [{ image: 'docker.io/library/nginx:1' }] }),
];

describe('the pull secrets of pods', () => {
  it.each([
    ['ghcr.io/acme/shop', ['all', 'team']],
    ['docker.io/library/nginx', ['all']],
    ['ghcr.io/acme/shop-api', ['other']],
    ['ghcr.io/acme/nobody', []],
  ])('for %s are %j', (image, names) => {
    const asked: unknown[] = [];
    const list = (kind: unknown, namespace?: string) => {
      asked.push([kind, namespace]);
      return pods;
    };
    expect(podSecrets({ list }, 'shop', image)).toEqual(names);
    expect(asked).toEqual([[{ group: '', kind: 'Pod' }, 'shop']]);
  });
});
