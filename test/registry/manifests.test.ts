import { describe, expect, it } from 'vitest';
import { parseImageConfig } from '../../src/registry/image-config.ts';
import { parseManifest } from '../../src/registry/manifests.ts';

const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'2'.repeat(64)}`;
const oci = { index: 'application/vnd.oci.image.index.v1+json', image: 'application/vnd.oci.image.manifest.v1+json' };
const imageConfig = 'application/vnd.oci.image.config.v1+json';
const amd = { digest: one, platform: { os: 'linux', architecture: 'amd64' } };
const arm = { digest: two, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } };

describe('reading a manifest', () => {
  it.each([
    ['an index without mediaType', { schemaVersion: 2, manifests: [amd, arm] }, oci.index],
    ['an index whose type has a parameter', { schemaVersion: 2, manifests: [amd, arm] }, `${oci.index}; charset=utf-8`],
    ['a Docker manifest list', { manifests: [amd, arm] }, 'application/vnd.docker.distribution.manifest.list.v2+json'],
    ['an index sent as plain JSON', { mediaType: oci.index, manifests: [amd, arm] }, 'application/json'],
    ['an index without any type', { manifests: [amd, arm] }, undefined],
  ])('%s lists its platforms', (_, body, type) => {
    expect(parseManifest(body, type)).toEqual({
      kind: 'index',
      children: [
        { platform: 'linux/amd64', digest: one },
        { platform: 'linux/arm/v7', digest: two },
      ],
    });
  });

  it.each([['attestations are no platform', { digest: two, platform: { os: 'unknown', architecture: 'unknown' } }]])('%s', (_, entry) => {
    expect(parseManifest({ manifests: [amd, entry] }, oci.index)).toEqual({
      kind: 'index',
      children: [{ platform: 'linux/amd64', digest: one }],
    });
  });

  it('an entry without a platform is none of them, and not forgotten', () => {
    expect(parseManifest({ manifests: [amd, { digest: two }] }, oci.index)).toEqual({
      kind: 'index',
      children: [{ platform: 'linux/amd64', digest: one }],
      others: [two],
    });
  });

  it.each([
    ['an image', { schemaVersion: 2, config: { mediaType: imageConfig, digest: one } }, { kind: 'image', config: one }],
    [
      'an artifact with a config of its own',
      { schemaVersion: 2, config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: one } },
      { kind: 'image' },
    ],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, { kind: 'unreadable', because: 'a manifest of another schema version than 2' }],
    ['no object', undefined, { kind: 'unreadable', because: 'a manifest that is no JSON object' }],
    ['an image without a config', { schemaVersion: 2 }, { kind: 'unreadable', because: 'a manifest without a config' }],
    [
      'a config without a digest',
      { schemaVersion: 2, config: {} },
      { kind: 'unreadable', because: 'a manifest whose config has no digest' },
    ],
  ])('%s', (_, body, expected) => {
    expect(parseManifest(body, oci.image)).toEqual(expected);
  });

  it.each([
    ['the type says index, the body has no list', { schemaVersion: 2 }, 'an index without a list of manifests'],
    ['an entry has no digest', { manifests: [{ platform: amd.platform }] }, 'an index with an entry without a digest'],
  ])('%s', (_, body, because) => {
    expect(parseManifest(body, oci.index)).toEqual({ kind: 'unreadable', because });
  });
});

describe('reading an image configuration', () => {
  it.each([
    [
      'time and revision',
      { created: '2026-01-31T12:00:00.123456789Z', config: { Labels: { 'org.opencontainers.image.revision': 'abc' } } },
      { createdAt: '2026-01-31T12:00:00.123Z', revision: 'abc' },
    ],
    ['a time in another zone', { created: '2026-01-31T13:00:00+01:00' }, { createdAt: '2026-01-31T12:00:00.000Z' }],
    ["Go's zero time is none", { created: '0001-01-01T00:00:00Z' }, {}],
    ['no time, empty label', { created: 'yesterday', config: { Labels: { 'org.opencontainers.image.revision': '' } } }, {}],
    ['null labels', { config: { Labels: null } }, {}],
    ['no object', 'text', {}],
  ])('%s', (_, config, expected) => {
    expect(parseImageConfig(config)).toEqual(expected);
  });
});
