import type { IncomingHttpHeaders } from 'node:http';

/** One request, its body read to the end. */
export type Asked = { readonly method: string; readonly url: URL; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export type Answered = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: Buffer | string };

/** An error as the OCI distribution specification 1.1 writes it. */
export function refuse(
  status: number,
  code: string,
  message: string,
  more: { readonly headers?: Answered['headers']; readonly detail?: string } = {},
): Answered {
  return json(status, { errors: [{ code, message, detail: more.detail ?? null }] }, more.headers);
}

/** What the router of distribution says before any of its handlers is asked: text, not JSON. */
export function plain(status: 404 | 405): Answered {
  const body = status === 404 ? '404 page not found\n' : 'Method not allowed\n';
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** An address on this registry as a whole, as distribution writes its Location headers. */
export function absolute({ headers }: Asked, path: string): string {
  return `http://${headers.host ?? '127.0.0.1'}${path}`;
}

/** Content that its digest names; 304 where the client has it (RFC 9110, 13.1.2). */
export function content(asked: Asked, digest: string, held: { readonly mediaType: string; readonly bytes: Buffer }): Answered {
  const etag = `"${digest}"`;
  if (asked.headers['if-none-match'] === etag) return { status: 304 };
  return { status: 200, headers: { 'content-type': held.mediaType, 'docker-content-digest': digest, etag }, body: held.bytes };
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answered {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: `${JSON.stringify(body)}\n` };
}
