import { spawn } from 'node:child_process';
import type http from 'node:http';

type Backend = { readonly folder: string; readonly environment: Readonly<Record<string, string>>; readonly user: string | undefined };
type Asked = { readonly request: http.IncomingMessage; readonly body: Buffer };

/** Answers one request by `git http-backend` (CGI: RFC 3875, gitprotocol-http of git 2.39). */
export function backend({ folder, environment, user }: Backend, { request, body }: Asked, response: http.ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const env = {
    ...environment,
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(body.length),
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: headerText(request.headers['git-protocol']),
    REMOTE_USER: user ?? '',
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
  };
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const output: Buffer[] = [];
    child.on('error', reject);
    child.stdin.on('error', () => undefined).end(body);
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('close', () => {
      answer(Buffer.concat(output), response);
      resolve();
    });
    response.on('close', () => child.kill());
  });
}

function headerText(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(':') : (header ?? '');
}

/** Turns the backend's CGI headers into an answer. */
function answer(output: Buffer, response: http.ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  if (end < 0) {
    response.writeHead(502).end();
    return;
  }
  const headers = output
    .toString('latin1', 0, end)
    .split('\r\n')
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
  const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1];
  const rest = headers.filter(([name]) => name.toLowerCase() !== 'status');
  response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10), Object.fromEntries(rest)).end(output.subarray(end + 4));
}
