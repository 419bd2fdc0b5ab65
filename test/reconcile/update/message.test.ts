import { describe, expect, it } from 'vitest';
import type { Hold, Verdict } from '../../../src/kernel/hold.ts';
import type { GitPlace } from '../../../src/kernel/place.ts';
import type { ObjectRef } from '../../../src/kernel/refs.ts';
import { trailerValues } from '../../../src/kernel/trailers.ts';
import type { WrittenImage } from '../../../src/reconcile/update/message.ts';
import { raiseText, verdictText } from '../../../src/reconcile/update/message.ts';

const digest = (fill: string) => `sha256:${fill.repeat(64)}`;
const place: GitPlace = {
  repo: 'git.example.com/acme/deploy',
  branch: 'main',
  file: 'shop/kustomization.yaml',
  path: ['images', { key: 'name', is: 'ghcr.io/acme/shop' }, 'newTag'],
};
const app = (name: string): ObjectRef => ({ cluster: 'c', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name });
const shop: WrittenImage = {
  place,
  image: 'ghcr.io/acme/shop',
  from: { tag: '1.0.0' },
  to: { tag: '1.1.0' },
  digests: [digest('a'), digest('b'), digest('c')],
  because: '1.1.0 is the newest version in ^1.',
};
const keyOf = 'git.example.com/acme/deploy#main:shop/kustomization.yaml:images[name=ghcr.io/acme/shop].newTag';

describe('the text of a raise', () => {
  it('begins as Image Updater’s, gives the reason, and names place, image and every digest in trailers', () => {
    expect(raiseText([app('shop')], [shop])).toEqual({
      message: "build: automatic update of shop\n\nupdates image acme/shop tag '1.0.0' to '1.1.0'\n\n1.1.0 is the newest version in ^1.",
      trailers: [
        ['Windlass-Application', 'argocd/shop'],
        ['Windlass-Place', keyOf],
        ['Windlass-Image', 'ghcr.io/acme/shop:1.1.0'],
        ['Windlass-Digest', digest('a')],
        ['Windlass-Digest', digest('b')],
        ['Windlass-Digest', digest('c')],
        ['Windlass-Reason', '1.1.0 is the newest version in ^1.'],
      ],
    });
  });

  it('names every Application, and keeps each image’s trailers behind its place', () => {
    const proxy: WrittenImage = {
      ...shop,
      place: { ...place, file: 'proxy/kustomization.yaml' },
      image: 'ghcr.io/acme/proxy',
      digests: [digest('d')],
    };
    const { message, trailers } = raiseText([app('shop'), app('shop-eu')], [shop, proxy]);
    expect(message.split('\n').slice(0, 4)).toEqual([
      'build: automatic update of shop, shop-eu',
      '',
      "updates image acme/shop tag '1.0.0' to '1.1.0'",
      "updates image acme/proxy tag '1.0.0' to '1.1.0'",
    ]);
    expect(trailers.map(([name]) => name.replace('Windlass-', ''))).toEqual(
      'Application Application Place Image Digest Digest Digest Reason Place Image Digest Reason'.split(' '),
    );
  });

  it.each([
    ['a tag with its digest', { tag: '1.1.0', digest: digest('a') }, `1.1.0@${digest('a')}`],
    ['a digest alone', { digest: digest('a') }, `@${digest('a')}`],
  ])('writes %s out', (_, to, text) => {
    const { message, trailers } = raiseText([app('shop')], [{ ...shop, from: {}, to }]);
    expect(message).toContain(`updates image acme/shop tag 'no tag' to '${text}'`);
    expect(trailerValues(trailers, 'Windlass-Image')).toEqual([`ghcr.io/acme/shop:${text}`]);
  });

  it('names the index and the first platforms of an image with very many', () => {
    const digests = Array.from({ length: 100 }, (_, index) => `sha256:${String(index).padStart(64, '0')}`);
    const { trailers } = raiseText([app('shop')], [{ ...shop, digests }]);
    expect(trailerValues(trailers, 'Windlass-Digest')).toEqual(digests.slice(0, 24));
  });

  it.each([
    ['a newline that would begin a trailer', '1.1.0\n\nWindlass-Verdict: forged', '1.1.0 Windlass-Verdict: forged'],
    ['a mark that keeps CI from running', 'newest [skip ci]', 'newest (skip ci)'],
    ['a mention', 'built by @maintainer', 'built by (at)maintainer'],
    ['a closing keyword', 'Fixes #12', 'Fixes no. #12'],
    ['a leading dash', '--force', 'force'],
    ['a very long text', 'x'.repeat(900), `${'x'.repeat(797)}...`],
  ])('makes one harmless line of %s', (_, because, line) => {
    const { message, trailers } = raiseText([app('shop')], [{ ...shop, because }]);
    expect(message.split('\n').at(-1)).toBe(line);
    expect(trailers.at(-1)).toEqual(['Windlass-Reason', line]);
    expect(message.split('\n\n')).toHaveLength(3);
  });
});

const verdict: Verdict = {
  id: 'run-uid',
  at: '2026-01-01T00:00:00.000Z',
  cluster: 'c',
  rollout: { cluster: 'c', group: 'argoproj.io', kind: 'Rollout', namespace: 'shop', name: 'web' },
  application: app('shop'),
  template: 'abc',
  images: [{ image: shop.image, tag: '1.1.0', digests: [digest('a')] }],
  kind: 'failed',
  evidence: { metric: 'error-rate', value: 0.2, limit: 'result[0] < 0.05' },
};
const hold: Hold = {
  place,
  image: shop.image,
  tag: '1.1.0',
  digests: [digest('a')],
  verdict: 'run-uid',
  because: 'error-rate was 0.2',
  since: verdict.at,
};
const back: WrittenImage = { ...shop, from: { tag: '1.1.0' }, to: { tag: '1.0.0' }, digests: [digest('f')], because: 'error-rate was 0.2' };

describe('the text of a verdict', () => {
  it('says what goes back, what is held, why, and how to allow it again; the last trailer settles the verdict', () => {
    expect(verdictText(verdict, [back], { holds: [hold], because: 'error-rate was 0.2' })).toEqual({
      message:
        'build: take acme/shop back to 1.0.0, hold acme/shop:1.1.0\n\nerror-rate was 0.2\n\nTo allow it again, remove its entry from the holds file.',
      trailers: [
        ['Windlass-Application', 'argocd/shop'],
        ['Windlass-Place', keyOf],
        ['Windlass-Image', 'ghcr.io/acme/shop:1.0.0'],
        ['Windlass-Digest', digest('f')],
        ['Windlass-Reason', 'error-rate was 0.2'],
        ['Windlass-Verdict', 'run-uid'],
      ],
    });
  });

  it('of a hold alone names no place as written, so that nobody takes it for the value’s commit', () => {
    const { message, trailers } = verdictText(verdict, [], { holds: [hold], because: 'Git moved on' });
    expect(message.split('\n')[0]).toBe('build: hold acme/shop:1.1.0');
    expect(trailers).toEqual([
      ['Windlass-Application', 'argocd/shop'],
      ['Windlass-Reason', 'Git moved on'],
      ['Windlass-Verdict', 'run-uid'],
    ]);
  });

  it('says since when nothing is lowered, where that is why only a hold is written', () => {
    const storm = '2026-01-31T12:00:00.000Z';
    const { trailers } = verdictText(verdict, [], { holds: [hold], because: 'too many at once', storm });
    expect(trailers.slice(-2)).toEqual([
      ['Windlass-Storm', storm],
      ['Windlass-Verdict', 'run-uid'],
    ]);
  });

  it('names each of several images, and one without a tag by its digest', () => {
    const proxy = { image: 'ghcr.io/acme/proxy', digests: [digest('d')] };
    const { tag: _, ...untagged } = { ...hold, ...proxy };
    const { message, trailers } = verdictText(verdict, [back, { ...back, ...proxy }], {
      holds: [hold, untagged],
      because: 'error-rate was 0.2',
    });
    expect(message.split('\n')[0]).toBe(
      `build: take acme/shop back to 1.0.0, acme/proxy back to 1.0.0, hold acme/shop:1.1.0, acme/proxy:${digest('d')}`,
    );
    expect(trailerValues(trailers, 'Windlass-Verdict')).toEqual(['run-uid']);
  });

  it('makes one harmless line of foreign text', () => {
    const forged = { ...verdict, id: 'x\nWindlass-Verdict: another' };
    const { message, trailers } = verdictText(forged, [], { holds: [hold], because: 'bad\n\nWindlass-Verdict: forged' });
    expect(message.split('\n\n')[1]).toBe('bad Windlass-Verdict: forged');
    expect(trailerValues(trailers, 'Windlass-Verdict')).toEqual(['x Windlass-Verdict: another']);
  });
});
