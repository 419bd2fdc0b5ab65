import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { PushHint } from '../../src/server/git-events.ts';
import { createServer } from '../../src/server/server.ts';
import type { Server } from '../../src/server/server.ts';

const started: Server[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

async function serve(secret = 'hush') {
  const pushes: PushHint[] = [];
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    ready: () => ({ ready: true, because: '' }),
    metricsText: () => Promise.resolve(''),
    onPush: (push) => {
      pushes.push(push);
      return [`${push.repositories[0] ?? ''}#${push.branch}`];
    },
    webhookSecret: new Secret(secret),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  started.push(server);
  const url = await server.start();
  const send = async (body: unknown, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(`${url}/webhooks/git`, { method: 'POST', headers, body: text(body) });
    return { status: response.status, said: await response.json() };
  };
  return { pushes, send };
}

const text = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));
const bearer = { authorization: 'Bearer hush' };
const signature = (body: unknown, key = 'hush'): string => createHmac('sha256', key).update(text(body)).digest('hex');

const gitea = {
  ref: 'refs/heads/main',
  after: 'c0ffee',
  repository: {
    full_name: 'team/config',
    html_url: 'https://git.example.com/team/config',
    clone_url: 'https://git.example.com/team/config.git',
    ssh_url: 'ssh://git@git.example.com/team/config.git',
  },
};
const gitlab = {
  object_kind: 'push',
  ref: 'refs/heads/release/1.x',
  project: { git_http_url: 'https://gitlab.example.com/a/b/c.git', git_ssh_url: 'git@gitlab.example.com:a/b/c.git' },
};
const bitbucket = {
  push: { changes: [{ new: { type: 'branch', name: 'main' } }, { new: { type: 'tag', name: 'v1' } }, { new: null }] },
  repository: { links: { html: { href: 'https://bitbucket.org/team/config' } } },
};

describe('a push that a forge tells of', () => {
  it.each([
    ['Gitea and GitHub', gitea, { repositories: ['git.example.com/team/config'], branch: 'main' }],
    ['GitLab', gitlab, { repositories: ['gitlab.example.com/a/b/c'], branch: 'release/1.x' }],
    ['Bitbucket', bitbucket, { repositories: ['bitbucket.org/team/config'], branch: 'main' }],
  ])('%s: the repository under each of its names, and the branch', async (_, body, push) => {
    const { pushes, send } = await serve();
    expect(await send(body, bearer)).toEqual({ status: 202, said: { looking: [`${push.repositories[0] ?? ''}#${push.branch}`] } });
    expect(pushes).toEqual([push]);
  });

  it.each([
    ['a tag', { ...gitea, ref: 'refs/tags/v1' }],
    ['an event without a ref, such as a test of the address', { repository: gitea.repository }],
  ])('passes over %s', async (_, body) => {
    const { pushes, send } = await serve();
    expect(await send(body, bearer)).toEqual({ status: 202, said: { looking: [] } });
    expect(pushes).toEqual([]);
  });

  it.each([
    ['a form as GitHub sends it', 'application/x-www-form-urlencoded', `payload=${encodeURIComponent(text(gitea))}`],
    ['JSON that is called a form, as curl does', 'application/x-www-form-urlencoded', text(gitea)],
    ['JSON', 'application/json; charset=utf-8', text(gitea)],
  ])('takes %s, signed as it comes', async (_, type, body) => {
    const { pushes, send } = await serve();
    const { status } = await send(body, { 'content-type': type, 'x-hub-signature-256': `sha256=${signature(body)}` });
    expect([status, pushes]).toEqual([202, [{ repositories: ['git.example.com/team/config'], branch: 'main' }]]);
  });

  it.each([
    ['text/plain', 'payload=%7B%7D', "the body is no JSON (Unexpected token 'p')"],
    ['application/x-www-form-urlencoded', 'other=%7B%7D', "the body is no JSON (Unexpected token 'o')"],
    ['application/x-www-form-urlencoded', 'payload=hush', "the field payload of the body is no JSON (Unexpected token 'h')"],
    ['application/x-www-form-urlencoded', 'payload=', 'the field payload of the body is empty'],
    ['application/json', ' ', 'the body is empty'],
  ])('refuses as %s: %s', async (type, body, error) => {
    const { send } = await serve();
    expect(await send(body, { ...bearer, 'content-type': type })).toEqual({ status: 400, said: { error } });
  });

  it.each([
    ['no address', {}],
    ['no repository', { ref: 'refs/heads/main' }],
    ['a repository of another shape', { ref: 'refs/heads/main', repository: 'team/config' }],
  ])('refuses %s and says what is missing', async (_, body) => {
    const { send } = await serve();
    expect(await send(body, bearer)).toEqual({
      status: 400,
      said: { error: expect.stringContaining('an address of the repository is missing') as string },
    });
  });
});

describe('who may tell of a push', () => {
  it.each([
    ['Bearer', bearer],
    ['X-Gitlab-Token', { 'x-gitlab-token': 'hush' }],
    ['X-Hub-Signature-256', { 'x-hub-signature-256': `sha256=${signature(gitea)}` }],
    ['X-Hub-Signature', { 'x-hub-signature': `sha256=${signature(gitea)}` }],
    ['X-Gitea-Signature', { 'x-gitea-signature': signature(gitea) }],
  ])('who proves by %s to know the secret', async (_, headers) => {
    const { send } = await serve();
    expect((await send(gitea, headers)).status).toBe(202);
  });

  it.each([
    ['nothing', {}],
    ['another token', { 'x-gitlab-token': 'husk' }],
    ['an empty token', { 'x-gitlab-token': '' }],
    ['a signature by another key', { 'x-hub-signature-256': `sha256=${signature(gitea, 'husk')}` }],
    ['a signature of another body', { 'x-gitea-signature': signature(gitlab) }],
    ['a signature without its scheme', { 'x-hub-signature-256': signature(gitea) }],
    ['the secret in place of a signature', { 'x-gitea-signature': 'hush' }],
  ])('nobody who shows %s', async (_, headers) => {
    const { pushes, send } = await serve();
    const { status, said } = await send(gitea, headers);
    expect([status, JSON.stringify(said)]).toEqual([401, expect.stringContaining('a signature made with it')]);
    expect(pushes).toEqual([]);
  });

  it('nobody where no secret is set', async () => {
    const { send } = await serve('');
    expect((await send(gitea, { authorization: 'Bearer ' })).status).toBe(401);
  });
});
