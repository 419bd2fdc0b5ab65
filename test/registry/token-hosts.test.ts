import { connect } from 'node:net';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
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

type Row = { readonly apiUrl: string; readonly realm: string; readonly gets: boolean; readonly tokenHosts?: readonly string[] };

describe('a token server on another host than the registry', () => {
  const ours = 'https://registry.example.com';

  it.each<[string, Row]>([
    ['of the same party gets the credential', { apiUrl: ours, realm: 'https://auth.example.com/token', gets: true }],
    ['of another party is asked without it', { apiUrl: ours, realm: 'https://auth.example.net/token', gets: false }],
    ['that only looks alike is asked without it', { apiUrl: ours, realm: 'https://registry.example.com.evil.net/token', gets: false }],
    [
      'below a name that customers share is asked without it',
      { apiUrl: 'https://a.azurecr.io', realm: 'https://b.azurecr.io/token', gets: false },
    ],
    [
      'that the settings name gets it',
      { apiUrl: ours, realm: 'https://auth.example.net/token', tokenHosts: ['auth.example.net'], gets: true },
    ],
  ])('%s', async (_, { apiUrl, realm, gets, tokenHosts = [] }) => {
    const { server, dispatcher } = await everyHost(realm);
    const client = createRegistryClient({ dispatcher, tokenHosts });
    const access = { apiUrl, credential: { username: 'bot', password: new Secret('s3cret') } };
    const listing = await client.list('registry.example.com/team/shop', access, new AbortController().signal);
    expect(listing.tags).toEqual(['1']);
    const asked = server.seen.find(({ target }) => target.startsWith('/token'));
    expect(asked?.headers.host).toBe(new URL(realm).host);
    expect(asked?.headers.authorization !== undefined).toBe(gets);
  });

  it.each([['http://auth.example.com/token'], ['http://registry.example.com/token']])(
    'a registry on https may not send to %s',
    async (realm) => {
      const { server, dispatcher } = await everyHost(realm);
      const client = createRegistryClient({ dispatcher });
      const asked = client.list('registry.example.com/team/shop', { apiUrl: 'https://registry.example.com' }, new AbortController().signal);
      await expect(asked).rejects.toMatchObject({ code: 'broken-answer' });
      expect(server.seen).toHaveLength(1);
    },
  );
});
