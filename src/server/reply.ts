import type { ServerResponse } from 'node:http';

/** What a route answers; `body` is JSON where it is not a text. */
export type Reply = { readonly status: number; readonly body: string | object; readonly headers?: Readonly<Record<string, string>> };

/** A refusal or an error as every route gives it: one sentence. */
export function refusal(status: number, because: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, body: { error: because }, headers };
}

/** Writes a reply, without its body for HEAD. */
export function send(response: ServerResponse, reply: Reply, headOnly: boolean): void {
  const text = typeof reply.body === 'string' ? reply.body : `${JSON.stringify(reply.body)}\n`;
  response.writeHead(reply.status, {
    'content-type': typeof reply.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
  });
  response.end(headOnly ? undefined : text);
}
