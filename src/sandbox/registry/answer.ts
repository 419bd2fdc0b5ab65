import type { IncomingHttpHeaders } from 'node:http';

/** One request, its body read to the end. */
export type Asked = { readonly method: string; readonly url: URL; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export type Answered = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: Buffer | string };

/** An error as the OCI distribution specification 1.1 writes it. */
export function refuse(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): Answered {
  return json(status, { errors: [{ code, message, detail: null }] }, headers);
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answered {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
