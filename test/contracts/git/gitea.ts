import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../../src/kernel/secret.ts';
import { giteaFiles } from '../../real/counterparts.ts';
import { answersOk, freePort, makeHome, startProgram } from '../programs.ts';
import type { GitServer, HostedRepository } from './servers.ts';

const password = 'contract-Passw0rd';
const people = ['person', 'bot'] as const;

/** A Gitea: a Git server like others, and what only a forge has. */
export type Gitea = GitServer & {
  readonly url: string;
  /** Whose image repositories lie below `bot/`. */
  readonly bot: { readonly username: string; readonly password: string };
  /** The bare repository of one that is hosted. */
  readonly folder: (name: string) => string;
  /** From now on the bot's pushes to main are refused, by this text. */
  readonly refusePushes: (name: string) => Promise<string>;
  /** Anybody with write access may push to main again. */
  readonly allowPushes: (name: string) => Promise<void>;
  /** From now on every push is told to an address, signed with a secret. */
  readonly tell: (name: string, hook: { readonly url: string; readonly secret: string }) => Promise<void>;
};

/** Gitea on loopback with two people: `person` owns the repositories, `bot` may push to them. */
export async function startGitea(path: string): Promise<Gitea> {
  const [home, port] = await Promise.all([makeHome(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const file = join(home, 'app.ini');
  await writeFile(file, settings(home, port, url));
  const env = { GITEA_WORK_DIR: home, GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true', HOME: home };
  const run = (...args: string[]) =>
    execFileSync(path, ['-c', file, ...args], { cwd: home, stdio: 'pipe', env: { PATH: process.env['PATH'], ...env } });
  run('migrate');
  for (const name of people) {
    const user = ['--username', name, '--password', password, '--email', `${name}@example.dev`, '--must-change-password=false'];
    run('admin', 'user', 'create', ...user, ...(name === 'person' ? ['--admin'] : []));
  }
  const running = await startProgram({ path, home, args: ['-c', file, 'web'], env, ready: () => answersOk(`${url}/api/healthz`) });
  return {
    url,
    bot: { username: 'bot', password },
    host: (name) => host(url, name),
    folder: (name) => join(home, 'repositories', 'person', `${name}.git`),
    refusePushes: (name) => refusePushes(url, name),
    allowPushes: (name) => call(url, 'DELETE', `repos/person/${name}/branch_protections/main`),
    tell: (name, hook) => {
      const config = { url: hook.url, secret: hook.secret, content_type: 'json' };
      return call(url, 'POST', `repos/person/${name}/hooks`, { type: 'gitea', active: true, events: ['push'], config });
    },
    stop: running.stop,
  };
}

async function host(server: string, name: string): Promise<HostedRepository> {
  await call(server, 'POST', 'user/repos', { name, default_branch: 'main', auto_init: false });
  await call(server, 'PUT', `repos/person/${name}/collaborators/bot`, { permission: 'write' });
  const url = `${server}/person/${name}.git`;
  const as = (written: string) => ({ url, credential: { username: 'bot', password: new Secret(written) } });
  return {
    access: as(password),
    wrong: as('wrong'),
    personUrl: url.replace('://', `://person:${password}@`),
    refusePushes: () => refusePushes(server, name),
  };
}

async function refusePushes(server: string, name: string): Promise<string> {
  const rule = { rule_name: 'main', enable_push: true, enable_push_whitelist: true, push_whitelist_usernames: ['person'] };
  await call(server, 'POST', `repos/person/${name}/branch_protections`, rule);
  return 'Not allowed to push to protected branch main';
}

async function call(server: string, method: string, path: string, body: object = {}): Promise<void> {
  const authorization = `Basic ${Buffer.from(`person:${password}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(`${server}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`Gitea answered ${response.status} to ${method} ${path}: ${await response.text()}`);
}

function settings(home: string, port: number, url: string): string {
  const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    server: {
      HTTP_ADDR: '127.0.0.1',
      HTTP_PORT: String(port),
      ROOT_URL: `${url}/`,
      DISABLE_SSH: 'true',
      OFFLINE_MODE: 'true',
      STATIC_ROOT_PATH: giteaFiles() ?? home,
    },
    // By itself a writer that finds the database locked gives up after half a second.
    database: { DB_TYPE: 'sqlite3', PATH: join(home, 'gitea.db'), SQLITE_TIMEOUT: '60000', SQLITE_JOURNAL_MODE: 'WAL' },
    repository: { ROOT: join(home, 'repositories') },
    // By itself it tells nobody who lives on loopback.
    webhook: { ALLOWED_HOST_LIST: 'loopback' },
    security: { INSTALL_LOCK: 'true', PASSWORD_HASH_ALGO: 'pbkdf2_v1' },
    log: { LEVEL: 'error' },
  };
  const written = Object.entries(sections).map(([name, keys]) => {
    const lines = Object.entries(keys).map(([key, value]) => `${key} = ${value}`);
    return `[${name}]\n${lines.join('\n')}\n`;
  });
  return `RUN_MODE = prod\nWORK_PATH = ${home}\n${written.join('')}`;
}
