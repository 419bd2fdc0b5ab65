import { connect } from 'node:net';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { createLocalClient } from './local-client.ts';
import type { ScriptedServer } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Registry and token server in one, reached under any name: only the Host header tells who was asked. */
async function everyHost(realm: string): Promise<{ server: ScriptedServer; dispatcher: Agent }> {
  const server = await startScripted(({ target, headers }) => {
    if (target.startsWith('/token')) return { body: '{"token":"t"}' };
    if (headers.authorization === 'Bearer t') return { body: '{"tags":["1"]}' };
    return { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } };
  });
  const port = Number(new URL(server.url).port);
  const dispatcher = new Agent({
    connect: (_options, done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', (error) => done(error, null));
      socket.once('connect', () => done(null, socket));
    },
  });
  stops.push(
    () => dispatcher.destroy(),
    () => server.stop(),
  );
  return { server, dispatcher };
}

describe('a token server on another host than the registry', () => {
  const ours = 'https://registry.example.com';
  const credential = { username: 'bot', password: new Secret('s3cret') };
  const list = (client: RegistryClient, apiUrl: string) =>
    client.list('registry.example.com/team/shop', { apiUrl, credential }, new AbortController().signal);

  it.each([
    ['of the same party', 'https://auth.example.com/token', []],
    ['that the settings name', 'https://auth.example.net/token', ['auth.example.net']],
  ])('%s gets the credential', async (_, realm, tokenHosts) => {
    const { server, dispatcher } = await everyHost(realm);
    expect(await list(createLocalClient({ dispatcher, tokenHosts }), ours)).toMatchObject({ tags: ['1'] });
    const asked = server.seen.find(({ target }) => target.startsWith('/token'));
    expect(asked?.headers).toMatchObject({ host: new URL(realm).host, authorization: expect.stringContaining('Basic ') as string });
  });

  it.each([
    ['of another party', ours, 'https://auth.example.net/token'],
    ['that only looks alike', ours, 'https://registry.example.com.evil.net/token'],
    ['below a name that customers share', 'https://a.azurecr.io', 'https://b.azurecr.io/token'],
    ['of the cluster', ours, 'https://vault.vault.svc/token'],
  ])('%s is not asked', async (_, apiUrl, realm) => {
    const { server, dispatcher } = await everyHost(realm);
    await expect(list(createLocalClient({ dispatcher }), apiUrl)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('name its host in registries.tokenHosts') as string,
    });
    expect(server.seen.some(({ target }) => target.startsWith('/token'))).toBe(false);
  });

  it.each([['http://auth.example.com/token'], ['http://registry.example.com/token']])(
    'a registry on https may not send to %s',
    async (realm) => {
      const { server, dispatcher } = await everyHost(realm);
      const client = createLocalClient({ dispatcher });
      const asked = client.list('registry.example.com/team/shop', { apiUrl: 'https://registry.example.com' }, new AbortController().signal);
      await expect(asked).rejects.toMatchObject({ code: 'broken-answer' });
      expect(server.seen).toHaveLength(1);
    },
  );
});
