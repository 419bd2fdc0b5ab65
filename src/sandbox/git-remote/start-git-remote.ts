import { execFileSync } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { backend } from './backend.ts';

export type GitRemoteOptions = {
  /** Folder for the bare repositories. */
  readonly folder: string;
  /** The one login that is let in; without it everybody is. */
  readonly credential?: { readonly username: string; readonly password: string };
  /** 0, the default, takes any free port. */
  readonly port?: number;
};

/** Requests since the start: objects fetched, packs pushed, refs asked for; `refused` were without the login. */
type GitRequests = { fetches: number; pushes: number; refs: number; refused: number };

export type GitRemote = {
  /** Address of a repository; it is made at first use, empty, with the default branch main. */
  url(name: string): string;
  readonly requests: Readonly<GitRequests>;
  /** Path of the bare repository. */
  repository(name: string): string;
  /** Installs a hook (`pre-receive`, `post-receive` ...) from its shell text; undefined removes it. */
  hook(name: string, hook: string, script: string | undefined): void;
  stop(): Promise<void>;
};

/** Bytes of a request that are looked into to tell what it asks. */
const bodyLimit = 256 * 1024 * 1024;

/** A Git server on loopback: smart HTTP by `git http-backend` behind node's own server. */
export async function startGitRemote(options: GitRemoteOptions): Promise<GitRemote> {
  fs.mkdirSync(options.folder, { recursive: true });
  const folder = fs.realpathSync(options.folder);
  const requests: GitRequests = { fetches: 0, pushes: 0, refs: 0, refused: 0 };
  const server = http.createServer((request, response) => {
    handle({ folder, options, requests }, request, response).catch((thrown: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(thrown));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const repository = (name: string) => ensureRepository(folder, name);
  return {
    url: (name) => `http://127.0.0.1:${port}/${path.relative(folder, repository(name))}`,
    requests,
    repository,
    hook: (name, hook, script) => installHook(path.join(repository(name), 'hooks', hook), script),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function ensureRepository(folder: string, name: string): string {
  if (!/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot be the name of a repository`);
  const bare = path.join(folder, name.endsWith('.git') ? name : `${name}.git`);
  if (fs.existsSync(path.join(bare, 'HEAD'))) return bare;
  fs.mkdirSync(bare, { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: bare, env: backendEnvironment(), stdio: 'pipe' });
  git('init', '--bare', '--quiet', '--template=', '--initial-branch=main', '.');
  const settings = {
    'http.receivepack': 'true',
    'uploadpack.allowFilter': 'true',
    'uploadpack.allowAnySHA1InWant': 'true',
    // Newer gits would tidy up in a process that outlives the push.
    'receive.autogc': 'false',
    // Of two pushes at a time the second waits for the first, and is told what it lost to; git gives up after a tenth of a second.
    'core.filesRefLockTimeout': '10000',
  };
  for (const [key, value] of Object.entries(settings)) git('config', key, value);
  return bare;
}

function backendEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
}

function installHook(file: string, script: string | undefined): void {
  fs.rmSync(file, { force: true });
  if (script === undefined) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, script.startsWith('#!') ? script : `#!/bin/sh\n${script}`, { mode: 0o755 });
}

type Serving = { readonly folder: string; readonly options: GitRemoteOptions; readonly requests: GitRequests };

async function handle({ folder, options, requests }: Serving, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const { credential } = options;
  if (credential !== undefined && !letIn(credential, request.headers.authorization ?? '')) {
    requests.refused += 1;
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
    return;
  }
  const asked = kindOf(request, body);
  if (asked !== undefined) requests[asked] += 1;
  await backend({ folder, environment: backendEnvironment(), user: credential?.username }, { request, body }, response);
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    held += chunk.length;
    if (held > bodyLimit) throw new Error(`the request holds more than ${bodyLimit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function letIn(credential: { readonly username: string; readonly password: string }, header: string): boolean {
  const [held, given] = [`${credential.username}:${credential.password}`, Buffer.from(header.replace(/^Basic /i, ''), 'base64')];
  const expected = Buffer.from(held);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** What a request counts as. Protocol v2 names its command in the first line; the first look at a repository asks for nothing yet. */
function kindOf(request: http.IncomingMessage, body: Buffer): keyof GitRequests | undefined {
  if (request.method !== 'POST') return undefined;
  if (request.url?.endsWith('/git-receive-pack') === true) return isProbe(body) ? undefined : 'pushes';
  if (request.url?.endsWith('/git-upload-pack') !== true) return undefined;
  return body.subarray(0, 64).includes('command=ls-refs') ? 'refs' : 'fetches';
}

/** A flush packet alone: git tries its login before it sends a large pack. */
function isProbe(body: Buffer): boolean {
  return body.length === 4 && body.toString() === '0000';
}
