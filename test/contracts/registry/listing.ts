import { describe, expect, it } from 'vitest';
import { ours, second } from './readers.ts';
import type { RegistryStage } from './stage.ts';

const unknownName = 'NAME_UNKNOWN: repository name not known to registry';

/** Listing tags: pages, their links, repositories without tags. */
export function describeListing(stage: RegistryStage): void {
  describe('listing', () => {
    it.each([
      ['', ['B', 'a', 'b', 'v1.10', 'v1.9'], null],
      ['?n=2', ['B', 'a'], 'last=a&n=2'],
      ['?n=2&last=a', ['b', 'v1.10'], 'last=v1.10&n=2'],
      ['?n=2&last=v1.10', ['v1.9'], null],
      ['?n=5', ['B', 'a', 'b', 'v1.10', 'v1.9'], null],
      ['?n=100', ['B', 'a', 'b', 'v1.10', 'v1.9'], null],
      ['?n=0', [], null],
      ['?n=', ['B', 'a', 'b', 'v1.10', 'v1.9'], null],
      ['?last=zz', [], null],
      // A tag that was deleted between two pages takes the one behind it along.
      ['?n=1&last=aa', ['v1.10'], 'last=v1.10&n=1'],
    ])('tags/list%s', async (query, tags, next) => {
      const { repository } = await stage.filled(['b', 'v1.10', 'a', 'v1.9', 'B']);
      const said = await stage.ask(`${repository}/tags/list${query}`);
      const link = next === null ? null : `</v2/${repository}/tags/list?${next}>; rel="next"`;
      expect(said).toMatchObject({ status: 200, type: 'application/json', link, body: { name: repository, tags } });
    });

    it.each(['-1', 'abc'])('n=%s is refused', async (n) => {
      const { repository } = await stage.filled(['1']);
      expect(await stage.ask(`${repository}/tags/list?n=${n}`)).toMatchObject({
        status: 400,
        error: 'PAGINATION_NUMBER_INVALID: invalid number of results requested',
      });
    });

    it('a repository whose last tag is gone has none, and one that never had a tag is unknown', async () => {
      const { registry, repository, digest } = await stage.filled(['1', '2']);
      await stage.ask(`${repository}/manifests/${digest}`, { method: 'DELETE' });
      expect(await stage.ask(`${repository}/tags/list`)).toMatchObject({ status: 200, body: { name: repository, tags: [] } });
      expect(await ours.tags(registry, { repository })).toEqual([]);
      expect(await second.tags(registry, { repository })).toEqual([]);
      expect(await stage.ask('no/such/tags/list')).toMatchObject({ status: 404, error: unknownName });
      await expect(ours.tags(registry, { repository: 'no/such' })).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining(unknownName) as string,
      });
      await expect(second.tags(registry, { repository: 'no/such' })).rejects.toMatchObject({ statusCode: 404 });
    });

    it('HEAD of a listing is not known', async () => {
      const { repository } = await stage.filled(['1']);
      expect(await stage.ask(`${repository}/tags/list`, { method: 'HEAD' })).toMatchObject({ status: 405 });
    });

    it('ours reads 1,203 tags in two pages, and the same ones 500 at a time; docker-registry-client asks for all at once', async () => {
      const tags = Array.from({ length: 1203 }, (_, index) => `v1.${index}.0`);
      const { registry, repository } = await stage.filled(tags.slice(0, 1));
      const { body } = await stage.ask(`${repository}/manifests/${tags[0] ?? ''}`, {
        headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
      });
      for (let from = 1; from < tags.length; from += 50) {
        await Promise.all(
          tags.slice(from, from + 50).map((tag) => stage.put(repository, tag, 'application/vnd.oci.image.manifest.v1+json', body)),
        );
      }
      const sorted = tags.toSorted();
      const page = await stage.ask(`${repository}/tags/list?n=1000`);
      expect(page.link).toBe(`</v2/${repository}/tags/list?last=${sorted[999] ?? ''}&n=1000>; rel="next"`);
      expect(await ours.tags(registry, { repository })).toEqual(sorted);
      expect(await ours.tags(registry, { repository, limits: { pageSize: 500 } })).toEqual(sorted);
      expect(await second.tags(registry, { repository })).toEqual(sorted);
    });
  });
}
