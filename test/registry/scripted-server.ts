import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Seen = { readonly method: string; readonly target: string; readonly headers: IncomingHttpHeaders; readonly body: string };

export type Scripted = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
};

export type ScriptedServer = { readonly url: string; readonly host: string; readonly seen: readonly Seen[]; stop(): Promise<void> };

/** A server on loopback that answers as the test says: 'hang' never answers, 'drop' closes the connection. */
export async function startScripted(answer: (seen: Seen, url: string) => Scripted | 'hang' | 'drop'): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body };
      seen.push(one);
      const scripted = answer(one, url);
      if (scripted === 'drop') response.destroy();
      if (typeof scripted === 'object') send(response, scripted);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, host, seen, stop };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: Scripted): void {
  response.writeHead(status, headers);
  response.end(body);
}
