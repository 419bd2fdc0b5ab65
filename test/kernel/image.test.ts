import { describe, expect, it } from 'vitest';
import { canonicalImageName, parseImageReference } from '../../src/kernel/image.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('canonicalImageName', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx'],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx'],
    ['team/shop', 'docker.io/team/shop'],
    ['ghcr.io/team/shop', 'ghcr.io/team/shop'],
    ['localhost:5000/shop', 'localhost:5000/shop'],
    ['localhost/shop', 'localhost/shop'],
    ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c'],
    ['Team/shop', 'Team/shop'] /* capitals make the first part a host, as in distribution/reference */,
    ['docker.io/shop', 'docker.io/library/shop'],
    ['docker.io', 'docker.io/library/docker.io'],
    ['ghcr.io/Team/shop', undefined],
    ['/shop', undefined],
    ['', undefined],
    ['ghcr.io/', undefined],
    ['a b', undefined],
  ])('%s is %s', (written, name) => expect(canonicalImageName(written)).toBe(name));
});

describe('parseImageReference', () => {
  it.each([
    ['nginx:1.2', { image: 'docker.io/library/nginx', tag: '1.2' }],
    ['localhost:5000/shop', { image: 'localhost:5000/shop' }],
    ['localhost:5000/shop:1', { image: 'localhost:5000/shop', tag: '1' }],
    [`ghcr.io/a/b:v1@${digest}`, { image: 'ghcr.io/a/b', tag: 'v1', digest }],
    [`ghcr.io/a/b@${digest}`, { image: 'ghcr.io/a/b', digest }],
    ['ghcr.io/a/b:.bad', undefined],
    ['ghcr.io/a/b@sha256:abc', undefined],
  ])('%s', (text, parsed) => expect(parseImageReference(text)).toEqual(parsed));
});
