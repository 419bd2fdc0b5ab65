import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { createLocalClient } from './local-client.ts';
import type { Scripted, Seen } from './scripted-server.ts';
import { startScripted } from './scripted-server.ts';

const password = 'canary:p/w=12';
const pair = Buffer.from(`bot:${password}`).toString('base64');
const token = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from('{"sub":"canary"}').toString('base64url')}.c2lnbmF0dXJl`;
const planted = [password, pair, token, encodeURIComponent(password)];

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Every text that a server may hand back, with what it was sent in it. */
const echo = (seen: Seen) =>
  [seen.headers.authorization ?? '', password, pair, token, encodeURIComponent(password), `Bearer ${token}`].join(' ');
const errors = (seen: Seen) => JSON.stringify({ errors: [{ code: 'DENIED', message: echo(seen) }] });
const challenge = (realm: string) => ({ status: 401, headers: { 'www-authenticate': realm } });

/** What a registry says to somebody who is logged in. */
const said: Readonly<Record<string, (seen: Seen, url: string) => Scripted | 'drop'>> = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 405, 409, 410, 418, 429, 500, 503].map((status) => [
      String(status),
      (seen: Seen) => ({ status, body: errors(seen) }),
    ]),
  ),
  'no JSON': (seen) => ({ body: echo(seen) }),
  'tags that are none': (seen) => ({ body: JSON.stringify({ tags: echo(seen) }) }),
  'a false digest': (seen) => ({ body: '{}', headers: { 'docker-content-digest': echo(seen) } }),
  'a redirect to nowhere': (seen) => ({ status: 307, headers: { location: `file:///${encodeURIComponent(echo(seen))}` } }),
  'a redirect with a login': () => ({ status: 307, headers: { location: `http://bot:${encodeURIComponent(password)}@localhost:1/` } }),
  'a page elsewhere': (seen) => ({
    body: '{"tags":[]}',
    headers: { link: `<http://evil.example/${encodeURIComponent(echo(seen))}>; rel="next"` },
  }),
  'another challenge': (seen) => challenge(`Negotiate ${seen.headers.authorization ?? 'x'}`),
  'a token server elsewhere': (seen) => challenge(`Bearer realm="http://evil.example/${encodeURIComponent(echo(seen))}"`),
  'a time to wait': (seen) => ({ status: 429, headers: { 'retry-after': '90', 'ratelimit-remaining': echo(seen) }, body: errors(seen) }),
  nothing: () => 'drop',
};

const basic = (seen: Seen, url: string, what: string) =>
  seen.headers.authorization === undefined ? challenge('Basic realm="x"') : (said[what]?.(seen, url) ?? 'drop');
const bearer = (seen: Seen, url: string, what: string) => {
  if (seen.target.startsWith('/token')) return { body: JSON.stringify({ token }) };
  return seen.headers.authorization === undefined ? challenge(`Bearer realm="${url}/token"`) : (said[what]?.(seen, url) ?? 'drop');
};
const tokenServer = (seen: Seen, url: string, what: string) =>
  seen.target.startsWith('/token') ? (said[what]?.(seen, url) ?? 'drop') : challenge(`Bearer realm="${url}/token"`);

describe.each([
  ['the registry, with a password', basic],
  ['the registry, with a token', bearer],
  ['the token server', tokenServer],
])('no planted secret comes back from %s', (_, answer) => {
  it.each(Object.keys(said))('that says %s', async (what) => {
    const server = await startScripted((seen, url) => answer(seen, url, what));
    stops.push(() => server.stop());
    const access = { apiUrl: server.url, credential: { username: 'bot', password: new Secret(password) } };
    const { signal } = new AbortController();
    const image = `${server.host}/team/shop`;
    const attempts: readonly ((client: RegistryClient) => Promise<unknown>)[] = [
      (client) => client.list(image, access, signal),
      (client) => client.facts(image, '1', access, signal),
      (client) => client.served(image, '1', access, signal),
    ];
    for (const attempt of attempts) {
      // A client of its own, so that none waits for what another one was told.
      const client = createLocalClient({ timeoutMs: 2000 });
      const thrown = await attempt(client).catch((error: unknown) => error);
      const budget = client.budget(image, access);
      await client.close();
      const shown = [inspect(thrown, { depth: 9 }), thrown instanceof Error ? thrown.message : '', inspect(budget)].join('\n');
      for (const secret of planted) expect(shown).not.toContain(secret);
    }
  });
});
