import { describe, expect, it } from 'vitest';
import { ours, second } from './readers.ts';
import type { RegistryStage } from './stage.ts';
import { credential } from './servers.ts';

const basicOf = (username: string, password: string) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Logging in: what a registry asks for, what both clients do about it. */
export function describeLogin(stage: RegistryStage): void {
  describe('login', () => {
    it.each(['none', 'basic', 'bearer'] as const)('both clients read tags and digests (%s)', async (auth) => {
      const { registry, repository, digest } = await stage.filled(['1', '2'], auth);
      for (const reader of [ours, second]) {
        expect(await reader.tags(registry, { repository })).toEqual(['1', '2']);
        expect(await reader.digest(registry, '2', { repository })).toBe(digest);
        expect(await reader.digest(registry, '9', { repository })).toBe('absent');
      }
    });

    it('basic: everything asks for it, and nothing tells whether it is there', async () => {
      const { repository } = await stage.filled(['1'], 'basic');
      for (const path of ['', `${repository}/tags/list`, 'no/such/tags/list', `${repository}/manifests/1`]) {
        const said = await stage.ask(path, {}, 'basic');
        expect(said).toMatchObject({ status: 401, error: 'UNAUTHORIZED: authentication required' });
        expect(said.challenge).toMatch(/^Basic realm="[a-z]+"$/);
      }
    });

    it.each([
      ['GET', '', undefined],
      ['GET', 'tags/list', 'pull'],
      ['HEAD', 'manifests/1', 'pull'],
      ['DELETE', 'manifests/1', 'delete'],
      ['POST', 'blobs/uploads/', 'pull,push'],
    ])('bearer: %s /v2/%s asks for its scope', async (method, path, actions) => {
      const { repository } = await stage.filled(['1'], 'bearer');
      const said = await stage.ask(path === '' ? '' : `${repository}/${path}`, { method }, 'bearer');
      const scope = actions === undefined ? '' : `,scope="repository:${repository}:${actions}"`;
      expect(said.status).toBe(401);
      expect(said.challenge).toMatch(/^Bearer realm="http:\/\/127\.0\.0\.1:\d+\/token",service="[a-z.]+"/);
      // Distribution writes the actions in an order that changes from one answer to the next.
      const inOrder = said.challenge?.replace(/[a-z,]+(?="$)/, (written) => written.split(',').sort().join(','));
      expect(inOrder?.replace(/^.*?service="[^"]*"/, '')).toBe(scope);
    });

    it.each([
      ['a token that is none', 'Bearer xyz', ',error="invalid_token"'],
      ['a password', basicOf(credential.username, credential.password), ''],
    ])('bearer: %s in the place of a token', async (_, authorization, error) => {
      const { repository } = await stage.filled(['1'], 'bearer');
      const { status, challenge } = await stage.ask(`${repository}/tags/list`, { headers: { authorization } }, 'bearer');
      expect(status).toBe(401);
      expect(challenge?.replace(/^.*?service="[^"]*"/, '')).toBe(`,scope="repository:${repository}:pull"${error}`);
    });

    it.each(['basic', 'bearer'] as const)('ours says unauthorized for a wrong password (%s)', async (auth) => {
      const { registry, repository } = await stage.filled(['1'], auth);
      const asking = { repository, password: 'wrong' };
      const refused = { code: 'unauthorized', message: expect.stringContaining(`401 for ${repository}`) as string };
      await expect(ours.tags(registry, asking)).rejects.toMatchObject(refused);
      await expect(ours.digest(registry, '1', asking)).rejects.toMatchObject(refused);
      await expect(second.tags(registry, asking)).rejects.toMatchObject({ statusCode: 401 });
    });

    it('an address that is none is no matter of a login', async () => {
      const { repository } = await stage.filled(['1'], 'basic');
      expect(await stage.ask(`${repository}/nothing`, {}, 'basic')).toMatchObject({
        status: 404,
        body: '404 page not found\n',
        challenge: null,
      });
    });
  });
}
