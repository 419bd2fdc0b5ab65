import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pushImage, retag } from '../../../src/sandbox/registry/push.ts';
import { openOurs, ours, second } from './readers.ts';
import type { RegistryStage } from './stage.ts';
import { everyType, types } from './stage.ts';

const unknownManifest = 'MANIFEST_UNKNOWN: manifest unknown';
const nobody = `sha256:${'1'.repeat(64)}`;

const emptyImage = {
  schemaVersion: 2,
  mediaType: types.image,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: nobody, size: 1 },
  layers: [],
};

/** Manifests and what they name: read, pushed, moved and deleted. */
export function describeManifests(stage: RegistryStage): void {
  describe('manifests', () => {
    it.each(['GET', 'HEAD'])('%s by tag and by digest', async (method) => {
      const { repository, digest } = await stage.filled(['1']);
      for (const reference of ['1', digest]) {
        const said = await stage.ask(`${repository}/manifests/${reference}`, { method, headers: { accept: everyType } });
        expect(said).toMatchObject({ status: 200, type: types.image, digest, etag: `"${digest}"` });
      }
    });

    it('the digest is that of the bytes', async () => {
      const { registry, repository, digest } = await stage.filled(['1']);
      const response = await fetch(`${registry.url}/v2/${repository}/manifests/1`, { headers: { accept: types.image } });
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest);
    });

    it('nothing is sent again to who has it', async () => {
      const { repository, digest } = await stage.filled(['1']);
      const headers = { accept: everyType, 'if-none-match': `"${digest}"` };
      for (const method of ['GET', 'HEAD'])
        expect(await stage.ask(`${repository}/manifests/1`, { method, headers })).toMatchObject({ status: 304, body: '' });
    });

    it.each([['*/*'], ['application/json'], [types.docker], [types.index]])('an OCI manifest is not for who accepts %s', async (accept) => {
      const { repository } = await stage.filled(['1']);
      expect(await stage.ask(`${repository}/manifests/1`, { headers: { accept } })).toMatchObject({
        status: 404,
        error: 'MANIFEST_UNKNOWN: OCI manifest found, but accept header does not support OCI manifests',
      });
    });

    it('an OCI index is for everybody; a Docker list becomes its linux/amd64 image for who does not accept one', async () => {
      const { repository, digest } = await stage.filled(['1']);
      const index = await stage.put(repository, 'index', types.index, stage.index(types.index, digest));
      const list = await stage.put(repository, 'list', types.list, stage.index(types.list, digest));
      const get = async (reference: string, accept: string) =>
        (await stage.ask(`${repository}/manifests/${reference}`, { headers: { accept } })).digest;
      expect(await get('index', types.image)).toBe(index.digest);
      expect(await get('list', types.list)).toBe(list.digest);
      expect(await get('list', types.image)).toBe(digest);
      expect(await get(list.digest ?? '', types.image)).toBe(list.digest);
    });

    it.each([
      ['a repository', 'no/such/manifests/1', 'GET'],
      ['a tag', 'known/manifests/9', 'GET'],
      ['a digest', `known/manifests/${nobody}`, 'GET'],
      ['a digest to delete', `known/manifests/${nobody}`, 'DELETE'],
      ['a tag to delete', 'known/manifests/9', 'DELETE'],
    ])('%s that is not there', async (_, path, method) => {
      const { repository } = await stage.filled(['1']);
      const said = await stage.ask(path.replace('known', repository), { method, headers: { accept: everyType } });
      expect(said).toMatchObject({ status: 404, type: 'application/json', error: unknownManifest });
    });

    it('a text that can be neither tag nor digest is no address', async () => {
      const { repository } = await stage.filled(['1']);
      expect(await stage.ask(`${repository}/manifests/-1`)).toMatchObject({ status: 404, body: '404 page not found\n' });
    });

    it('every kind of index is read with its platforms, and both clients tell its digest', async () => {
      const { registry, repository, digest } = await stage.filled(['1']);
      const reading = openOurs(registry, { repository });
      for (const mediaType of [types.index, types.list]) {
        const put = await stage.put(repository, 'all', mediaType, stage.index(mediaType, digest));
        const facts = await reading.client.facts(reading.image, 'all', reading.access, reading.signal);
        expect(facts).toMatchObject({ digest: put.digest, children: [{ platform: 'linux/amd64', digest }] });
        expect(await second.digest(registry, 'all', { repository })).toBe(put.digest);
      }
      await reading.client.close();
    });

    it('ours reads an index without mediaType; docker-registry-client takes it for an image without layers', async () => {
      const { registry, repository, digest } = await stage.filled(['1']);
      const put = await stage.put(repository, 'all', types.index, stage.index(undefined, digest));
      expect(await ours.digest(registry, 'all', { repository })).toBe(put.digest);
      await expect(second.digest(registry, 'all', { repository })).rejects.toThrow('no layers');
    });

    it.each([
      ['text', types.image, 'text', 'MANIFEST_INVALID: manifest invalid'],
      ['another schema', types.image, {}, 'UNKNOWN: unknown error'],
      ['an unknown type', 'application/json', { schemaVersion: 2 }, 'MANIFEST_INVALID: manifest invalid'],
      [
        'an index as an image',
        types.image,
        { schemaVersion: 2, mediaType: types.index, manifests: [] },
        'MANIFEST_INVALID: manifest invalid',
      ],
      ['an unknown child', types.index, stage.index(types.index), 'MANIFEST_BLOB_UNKNOWN: blob unknown to registry'],
      ['an unknown blob', types.image, emptyImage, 'MANIFEST_BLOB_UNKNOWN: blob unknown to registry'],
    ])('a push of %s is refused', async (_, mediaType, body, error) => {
      const { repository } = await stage.filled(['1']);
      expect(await stage.put(repository, '2', mediaType, body)).toMatchObject({ status: error.startsWith('UNKNOWN') ? 500 : 400, error });
    });

    it('a push by another digest is refused', async () => {
      const { repository } = await stage.filled(['1']);
      expect(await stage.put(repository, nobody, types.image, {})).toMatchObject({
        status: 400,
        error: 'DIGEST_INVALID: provided digest did not match uploaded content',
      });
    });
  });

  describe('moving and deleting', () => {
    it('a tag that moved tells its new digest, and the old one stays to be had', async () => {
      const { registry, repository, digest } = await stage.filled(['1']);
      const reading = openOurs(registry, { repository });
      const facts = () => reading.client.facts(reading.image, '1', reading.access, reading.signal);
      expect(await facts()).toMatchObject({ digest });
      const { digest: moved } = await pushImage(registry.url, repository, '1', { seed: 'another' });
      expect(await facts()).toMatchObject({ digest: moved });
      expect(await second.digest(registry, '1', { repository })).toBe(moved);
      expect(await reading.client.served(reading.image, digest, reading.access, reading.signal)).toBe(digest);
      await reading.client.close();
    });

    it('a digest that is deleted takes its tags along, and no other', async () => {
      const { registry, repository, digest } = await stage.filled(['1', '2']);
      const other = await pushImage(registry.url, repository, '3', { seed: 'another' });
      expect(await stage.ask(`${repository}/manifests/${digest}`, { method: 'DELETE' })).toMatchObject({ status: 202 });
      for (const reader of [ours, second]) {
        expect(await reader.tags(registry, { repository })).toEqual(['3']);
        expect(await reader.digest(registry, '1', { repository })).toBe('absent');
        expect(await reader.digest(registry, '3', { repository })).toBe(other.digest);
      }
      expect(await stage.ask(`${repository}/manifests/${digest}`, { method: 'DELETE' })).toMatchObject({
        status: 404,
        error: unknownManifest,
      });
    });

    it('a tag that is deleted leaves its digest', async () => {
      const { registry, repository, digest } = await stage.filled(['1', '2']);
      expect(await stage.ask(`${repository}/manifests/1`, { method: 'DELETE' })).toMatchObject({ status: 202 });
      expect(await ours.tags(registry, { repository })).toEqual(['2']);
      expect(await ours.digest(registry, '1', { repository })).toBe('absent');
      expect(await ours.digest(registry, '2', { repository })).toBe(digest);
    });

    it('a child that is deleted leaves its index', async () => {
      const { registry, repository, digest } = await stage.filled(['1']);
      const index = await stage.put(repository, 'all', types.index, stage.index(types.index, digest));
      await stage.ask(`${repository}/manifests/${digest}`, { method: 'DELETE' });
      expect(await ours.digest(registry, 'all', { repository })).toBe(index.digest);
    });

    it('a tag can be had again under another name', async () => {
      const { registry, repository, digest } = await stage.filled(['1']);
      expect(await retag(registry.url, repository, { from: '1', to: '2' })).toEqual({ digest });
    });
  });

  describe('blobs', () => {
    it('an image tells its configuration from the blob that its manifest names', async () => {
      const { registry, repository } = await stage.filled(['1']);
      await pushImage(registry.url, repository, '2', {
        labels: { 'org.opencontainers.image.revision': 'abc' },
        created: '2026-02-03T04:05:06Z',
      });
      const reading = openOurs(registry, { repository });
      const facts = await reading.client.facts(reading.image, '2', reading.access, reading.signal);
      expect(facts).toMatchObject({ revision: 'abc', createdAt: '2026-02-03T04:05:06.000Z' });
      await reading.client.close();
    });

    it('a blob of another repository is unknown until it is mounted', async () => {
      const { repository } = await stage.filled(['1']);
      const { body } = await stage.ask(`${repository}/manifests/1`, { headers: { accept: everyType } });
      const { digest } = (body as { config: { digest: string } }).config;
      const other = stage.newRepository();
      expect(await stage.ask(`${other}/blobs/${digest}`)).toMatchObject({ status: 404, error: 'BLOB_UNKNOWN: blob unknown to registry' });
      const mounted = await stage.ask(`${other}/blobs/uploads/?mount=${digest}&from=${repository}`, { method: 'POST' });
      expect(mounted).toMatchObject({ status: 201, digest });
      expect(await stage.ask(`${other}/blobs/${digest}`, { method: 'HEAD' })).toMatchObject({ status: 200, digest, etag: `"${digest}"` });
    });
  });
}
