import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRegistry } from '../../../src/sandbox/registry/start-registry.ts';
import { answersOk, freePort, makeHome, realOr, startProgram } from '../programs.ts';
import type { Contender } from '../programs.ts';
import { startTokenServer } from './token-server.ts';

export type Auth = 'none' | 'basic' | 'bearer';

/** A running registry; `host` is its `127.0.0.1:PORT`. */
export type RegistryServer = { readonly url: string; readonly host: string; readonly stop: () => Promise<void> };

/** `username` logs in with the password of `credential`; `bot` where absent. */
export type StartRegistry = (auth: Auth, username?: string) => Promise<RegistryServer>;

export const credential = { username: 'bot', password: 's3cret' };
/** bcrypt of the password: the one kind that distribution reads. */
const hash = '$2b$04$yteupb60Gw010X3M0BSk7e225Sln9Zq1oHCC3r1IO5FEDFG5waChW';

export const registries: readonly Contender<StartRegistry>[] = [
  ['the sandbox registry', (auth, username = 'bot') => startRegistry({ auth, credential: { ...credential, username } })],
  ...realOr<StartRegistry>('Registry', 'registry', (path) => (auth, username) => startDistribution(path, auth, username)),
];

async function startDistribution(path: string, auth: Auth, username = 'bot'): Promise<RegistryServer> {
  const [home, port] = await Promise.all([makeHome(), freePort()]);
  const tokens = auth === 'bearer' ? await startTokenServer(credential) : undefined;
  await writeFile(join(home, 'htpasswd'), `${username}:${hash}\n`);
  await writeFile(join(home, 'keys.json'), tokens?.keys ?? '');
  const { realm, service, issuer } = tokens ?? {};
  const guards = {
    none: {},
    basic: { auth: { htpasswd: { realm: 'contract', path: join(home, 'htpasswd') } } },
    bearer: { auth: { token: { realm, service, issuer, jwks: join(home, 'keys.json') } } },
  };
  const settings = {
    version: '0.1',
    log: { level: 'error' },
    storage: { inmemory: {}, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
    health: { storagedriver: { enabled: false } },
    ...guards[auth],
  };
  // JSON is YAML too.
  await writeFile(join(home, 'registry.yml'), JSON.stringify(settings));
  const host = `127.0.0.1:${port}`;
  const args = ['serve', join(home, 'registry.yml')];
  const env = { OTEL_TRACES_EXPORTER: 'none' };
  const running = await startProgram({ path, home, args, env, ready: () => answersOk(`http://${host}/`) });
  const stop = async (): Promise<void> => {
    await running.stop();
    await tokens?.stop();
  };
  return { url: `http://${host}`, host, stop };
}
