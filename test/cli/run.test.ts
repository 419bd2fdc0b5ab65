import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockFolder } from '../../src/git/state-lock.ts';
import { cli, play } from './play.ts';

const page = '<html><head><title>Login</title></head><body><h1>Unauthorized</h1>\n<p>by the <b>proxy</b></p></body></html>';
const proxy = createServer((_, response) => response.writeHead(401).end(page));

let folder: string;
let port: number;
let unlock: () => void;

function kubeconfig(server: string): string {
  return JSON.stringify({
    'current-context': 'shop',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'shop', context: { cluster: 'c', user: 'u' } }],
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-run-'));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  port = (proxy.address() as AddressInfo).port;
  await writeFile(join(folder, 'nobody'), kubeconfig('http://127.0.0.1:1'));
  await writeFile(join(folder, 'behind-proxy'), kubeconfig(`http://127.0.0.1:${port}`));
  await writeFile(join(folder, 'broken'), '{{{');
  await writeFile(join(folder, 'without-contexts'), 'kind: Config');
  unlock = lockFolder(join(folder, 'taken'));
});

afterAll(async () => {
  unlock();
  proxy.close();
  await rm(folder, { recursive: true });
});

/** Exit status, what is on standard error, and the last line of the log. */
async function failure(...set: readonly string[]) {
  const own = `--git.stateDir=${randomUUID()}`;
  const { status, stdout, stderr } = await play(folder, ['run', '--http.host=127.0.0.1', '--http.port=0', own, ...set]);
  const lines = stdout.trim().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '') as Readonly<Record<string, unknown>>;
  return { status, stderr, level: last['level'], msg: last['msg'], because: last['because'], err: last['err'] };
}

describe('a service that cannot start says why in one sentence', () => {
  it.concurrent.each([
    [
      'no kubeconfig anywhere',
      () => [],
      'no kubeconfig: KUBECONFIG is not set, ~/.kube/config does not exist, and there is no ServiceAccount; set cluster.kubeconfig',
    ],
    ['a broken one', () => ['--cluster.kubeconfig=broken'], 'cannot read broken: unexpected end of the stream'],
    ['an empty one', () => ['--cluster.kubeconfig=without-contexts'], 'without-contexts holds no context'],
    [
      'a context that it does not have',
      () => ['--cluster.kubeconfig=nobody', '--cluster.context=prod'],
      'nobody has no cluster for context "prod"; it has: shop; set cluster.context',
    ],
    ['nobody at the address', () => ['--cluster.kubeconfig=nobody'], 'cannot discover /api of http://127.0.0.1:1: connect ECONNREFUSED'],
    [
      'a refused login, in the words of the page',
      () => ['--cluster.kubeconfig=behind-proxy'],
      /^cannot discover \/api of http:\/\/127\.0\.0\.1:\d+: the API server answered 401: Unauthorized by the proxy$/,
    ],
    ['a port in use', () => ['--cluster.kubeconfig=nobody', `--http.port=${port}`], 'cannot listen on 127.0.0.1:'],
    ['a locked state folder', () => ['--cluster.kubeconfig=nobody', '--git.stateDir=taken'], /^taken is in use by process \d+; end it/],
    [
      'a state folder that cannot be made',
      () => ['--cluster.kubeconfig=nobody', '--git.stateDir=/proc/x'],
      'git.stateDir: got /proc/x (no such file or directory), expected a directory that is there or can be made',
    ],
  ])('%s', async (_, set, because) => {
    expect(await failure(...set())).toMatchObject({
      status: 1,
      stderr: '',
      level: 'fatal',
      msg: 'the service cannot run',
      because: typeof because === 'string' ? (expect.stringContaining(because) as string) : (expect.stringMatching(because) as string),
      err: undefined,
    });
  });

  it.concurrent.each([
    [
      'settings that cannot be read',
      ['--settings', 'none.yaml', '--set', 'foo', '--http.prot=1', '--set', 'git.timeout=5'],
      [
        'cannot read the settings file none.yaml: no such file or directory',
        '--set foo: got no value, expected --set PATH=VALUE, for example --set http.port=9090',
        '--http.prot: got an unknown setting, expected a known setting (nearest: --http.port)',
        '--set git.timeout: got "5", expected a duration above zero with its unit, such as 30s or 2m',
      ],
    ],
    [
      'what they name and is not there',
      ['--cluster.kubeconfig=none', '--webhooks.secretEnv=HUSH'],
      [
        '--cluster.kubeconfig: got none (no such file or directory), expected a file that can be read',
        '--webhooks.secretEnv: got HUSH, a variable that is not set, expected the name of a variable that holds the secret',
      ],
    ],
  ])('wrong usage, told all at once: %s', async (_, args, lines) => {
    expect(await play(folder, ['run', ...args])).toEqual({ status: 2, stdout: '', stderr: `${lines.join('\n')}\n` });
  });
});

describe('SIGTERM while the service starts', () => {
  it('ends it, though its API server never answers', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    await writeFile(join(folder, 'mute'), kubeconfig(`http://127.0.0.1:${(mute.address() as AddressInfo).port}`));
    const args = ['run', '--http.enabled=false', '--cluster.kubeconfig=mute', '--git.stateDir=mute-state'];
    const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { HOME: folder }, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    await once(mute, 'request');
    child.kill('SIGTERM');
    const [status] = (await once(child, 'close')) as [number | null];
    mute.closeAllConnections();
    mute.close();
    const messages = said.trim().split('\n');
    expect(messages.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['stopping', 'stopped']);
    expect(status).toBe(0);
  });
});
