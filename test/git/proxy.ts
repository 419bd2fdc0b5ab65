import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import net from 'node:net';
import { onTestFinished } from 'vitest';

export type Fault = 'none' | 'lose the answer' | 'lose the request';

/** Stands before a remote and spoils pushes; `url` is an address of the remote as seen through it. */
export async function startProxy(target: string): Promise<{ url: string; fault: Fault }> {
  const to = new URL(target);
  const proxy = { url: '', fault: 'none' as Fault };
  const server = http.createServer((request, response) => {
    const spoilt = request.method === 'POST' && request.url?.endsWith('git-receive-pack') === true ? proxy.fault : 'none';
    if (spoilt === 'lose the request') {
      request.socket.destroy();
      return;
    }
    const forwarded = http.request(
      { host: to.hostname, port: to.port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        if (spoilt === 'lose the answer') answer.resume().on('end', () => request.socket.destroy());
        else answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
      },
    );
    request.pipe(forwarded.on('error', () => request.socket.destroy()));
  });
  proxy.url = `http://127.0.0.1:${await listen(server)}${to.pathname}`;
  return proxy;
}

/** A server that answers every request in the same way. */
export async function startServer(status: number, headers: http.OutgoingHttpHeaders = {}): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.headers.authorization ?? 'no login');
    response.writeHead(status, headers).end();
  });
  return { url: `http://127.0.0.1:${await listen(server)}/shop.git`, seen };
}

/** A server that takes connections and never answers; `gone` resolves when all of them have been closed by the other side. */
export async function startSilence(): Promise<{ url: string; gone: () => Promise<unknown> }> {
  const closed: Promise<unknown>[] = [];
  const server = net.createServer((socket: Socket) => {
    closed.push(new Promise((resolve) => socket.on('error', resolve).on('close', resolve).resume()));
  });
  return { url: `http://127.0.0.1:${await listen(server)}/shop.git`, gone: () => Promise.all(closed) };
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
