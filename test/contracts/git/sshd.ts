import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../../src/kernel/secret.ts';
import { freePort, makeHome, startProgram } from '../programs.ts';
import type { GitServer, HostedRepository } from './servers.ts';
import { refusal } from './servers.ts';

/** Comes with ssh itself. */
const keygen = 'ssh-keygen';

/** sshd on loopback with keys of its own, which lets one key in and runs git for it; with protocol 0 it does not pass on what git asks for. */
export async function startSshd(path: string, protocol: 0 | 2): Promise<GitServer> {
  const [home, port] = await Promise.all([makeHome(), freePort()]);
  const at = (name: string): string => join(home, name);
  for (const key of ['host', 'bot', 'stranger']) execFileSync(keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
  const publicKey = async (key: string): Promise<string> => (await readFile(at(`${key}.pub`), 'utf8')).trim();
  await writeFile(at('authorized_keys'), `command="git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"",restrict ${await publicKey('bot')}\n`);
  await writeFile(at('known_hosts'), `[127.0.0.1]:${port} ${await publicKey('host')}\n`);
  await writeFile(at('sshd_config'), settings(at, port, protocol));
  // Where it runs as root it wants this empty folder, which the package makes at boot.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const running = await startProgram({ path, home, args: ['-D', '-e', '-f', at('sshd_config')], ready: () => accepts(port) });
  const keys = { bot: await readFile(at('bot'), 'utf8'), stranger: await readFile(at('stranger'), 'utf8') };
  return {
    knownHostsFile: at('known_hosts'),
    host: async (name) => {
      const folder = await makeBare(at(`${name}.git`));
      const url = `ssh://${userInfo().username}@127.0.0.1:${port}${folder}`;
      return hosted(folder, url, keys);
    },
    stop: running.stop,
  };
}

function settings(at: (name: string) => string, port: number, protocol: 0 | 2): string {
  const lines = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`, `PidFile ${at('sshd.pid')}`],
    ...[`AuthorizedKeysFile ${at('authorized_keys')}`, 'PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
    // The keys stand in a temporary folder, which others may write to.
    ...['UsePAM no', 'StrictModes no', 'PermitRootLogin prohibit-password'],
    ...(protocol === 2 ? ['AcceptEnv GIT_PROTOCOL'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

async function makeBare(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '--bare', '--quiet', '--template=', '--initial-branch=main', '.');
  git('config', 'uploadpack.allowFilter', 'true');
  // Protocol 2 hands out any object that is asked for; protocol 0 wants to be told.
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  return folder;
}

function hosted(folder: string, url: string, keys: { readonly bot: string; readonly stranger: string }): HostedRepository {
  const refusePushes = async (): Promise<string> => {
    await mkdir(join(folder, 'hooks'), { recursive: true });
    await writeFile(join(folder, 'hooks/pre-receive'), `#!/bin/sh\necho "${refusal}" >&2\nexit 1\n`, { mode: 0o755 });
    return refusal;
  };
  const [access, wrong] = [keys.bot, keys.stranger].map((key) => ({ url, sshKey: new Secret(key) }));
  return { access: access ?? { url }, wrong: wrong ?? { url }, personUrl: folder, folder, refusePushes };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => (socket.destroy(), resolve(answer));
    socket
      .once('data', () => settle(true))
      .once('error', () => settle(false))
      .once('close', () => settle(false));
  });
}
