import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RepoAccess } from '../../../src/git/commit.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { createLocalClient } from '../../registry/local-client.ts';
import { pushImage, retag } from '../../../src/sandbox/registry/push.ts';
import { startGitea } from '../git/gitea.ts';
import type { GitServer } from '../git/servers.ts';
import { second } from './readers.ts';

/** The registry that comes with Gitea: written by others, below the names of people, with messages that are empty. Rows of its own say how it differs. */
export function describeForge(path: string): void {
  let forge: { readonly server: GitServer; readonly url: string; readonly credential: NonNullable<RepoAccess['credential']> } | undefined;
  const repository = 'bot/shop';

  beforeAll(async () => {
    const server = await startGitea(path);
    const { access } = await server.host('any');
    if (access.credential !== undefined) forge = { server, url: new URL(access.url).origin, credential: access.credential };
    await pushImage(parts().url, repository, '1', parts());
    await Promise.all(['v1.10', 'b', 'v1.9'].map((to) => retag(parts().url, repository, { from: '1', to }, parts().credential)));
  });
  afterAll(() => forge?.server.stop());

  function parts() {
    if (forge === undefined) throw new Error('Gitea did not start');
    const { url, credential } = forge;
    const password = credential.password.reveal();
    return { url, host: new URL(url).host, password, credential: { username: credential.username, password } };
  }

  function reading(written: string, pageSize = 1000) {
    const { url, host } = parts();
    const client = createLocalClient({ limits: { pageSize } });
    const access = { apiUrl: url, credential: { username: 'bot', password: new Secret(written) } };
    const signal = new AbortController().signal;
    return {
      tags: async (name = repository) => (await client.list(`${host}/${name}`, access, signal)).tags,
      facts: (tag: string) => client.facts(`${host}/${repository}`, tag, access, signal),
      close: () => client.close(),
    };
  }

  const asSecond = () => ({ ...parts(), stop: () => Promise.resolve() });

  it.each([1, 2, 3, 4, 1000])('all tags, %i a page, though every page has a Link', async (pageSize) => {
    const ours = reading(parts().password, pageSize);
    expect(await ours.tags()).toEqual(['1', 'b', 'v1.10', 'v1.9']);
    await ours.close();
    expect(await second.tags(asSecond(), { repository, password: parts().password })).toEqual(['1', 'b', 'v1.10', 'v1.9']);
  });

  it('a repository that is not there, and one of nobody', async () => {
    const ours = reading(parts().password);
    await expect(ours.tags('bot/none')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('NAME_UNKNOWN') as string,
    });
    await expect(ours.tags('nobody/none')).rejects.toMatchObject({ code: 'not-found' });
    await ours.close();
  });

  it('a wrong password is refused by the token server', async () => {
    const ours = reading('wrong');
    await expect(ours.tags()).rejects.toMatchObject({ code: 'unauthorized', message: expect.stringContaining('as bot') as string });
    await ours.close();
  });

  it('a tag that moved, one that was deleted, and one that never was', async () => {
    const { url, credential, password } = parts();
    const ours = reading(password);
    const { digest } = await retag(url, repository, { from: '1', to: 'moving' }, credential);
    expect(await ours.facts('moving')).toMatchObject({ digest, createdAt: '2026-01-01T00:00:00.000Z' });
    const moved = await pushImage(url, repository, 'moving', { credential, seed: 'another' });
    expect(await ours.facts('moving')).toMatchObject({ digest: moved.digest });
    expect(await second.digest(asSecond(), 'moving', { repository, password })).toBe(moved.digest);
    const authorization = `Basic ${Buffer.from(`bot:${password}`).toString('base64')}`;
    const deleted = await fetch(`${url}/v2/${repository}/manifests/moving`, { method: 'DELETE', headers: { authorization } });
    expect(deleted.status).toBe(202);
    expect(await ours.facts('moving')).toBe('absent');
    expect(await ours.facts('never')).toBe('absent');
    expect(await ours.facts('1')).toMatchObject({ digest });
    await ours.close();
  });

  describe('what it does otherwise than distribution', () => {
    const ask = async (query: string) => {
      const authorization = `Basic ${Buffer.from(`bot:${parts().password}`).toString('base64')}`;
      const response = await fetch(`${parts().url}/v2/${repository}/tags/list${query}`, { headers: { authorization } });
      return { status: response.status, link: response.headers.get('link'), tags: ((await response.json()) as { tags: unknown }).tags };
    };

    it('its last page has a Link, which leads to an empty one', async () => {
      expect(await ask('')).toMatchObject({ status: 200, link: `</v2/${repository}/tags/list?last=v1.9>; rel="next"` });
      expect(await ask('?last=v1.9')).toEqual({ status: 200, link: null, tags: [] });
    });

    it('a number of tags that is none is zero', async () => {
      expect(await ask('?n=abc')).toEqual({ status: 200, link: null, tags: [] });
    });

    it('it offers Bearer and Basic in one header, with a scope for everything', async () => {
      const { headers } = await fetch(`${parts().url}/v2/${repository}/tags/list`);
      expect(headers.get('www-authenticate')).toMatch(
        /^Bearer realm="[^"]+\/v2\/token",service="container_registry",scope="\*", Basic realm=/,
      );
    });
  });
}
