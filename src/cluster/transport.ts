import { request } from 'undici';
import type { Dispatcher } from 'undici';
import { Failure } from '../kernel/failure.ts';
import type { ClusterAccess } from './access.ts';
import { failureOfAnswer, failureOfThrown } from './failures.ts';
import type { ApiAnswer } from './failures.ts';

export type ApiRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** What is tried, for sentences; its first two words (`list pods`, `apply Deployment`) are what is counted. */
  readonly what: string;
};

/** Requests to one API server as raw JSON over one keep-alive pool. Throws Failure where there is no answer; any answer is a value. */
export interface Transport {
  /** The address of the API server, for sentences. */
  readonly server: string;
  send(asked: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>;
  /** Opens a streamed answer; one of 300 or more is a Failure. */
  open(asked: ApiRequest, idleMs: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Requests so far, by the first two words of what was tried. */
  requests(): Readonly<Record<string, number>>;
}

const bodyLimit = 256 * 1024 * 1024;

export function createTransport(access: ClusterAccess, options: { timeoutMs: number; userAgent: string }): Transport {
  const counts = new Map<string, number>();
  const start = async (asked: ApiRequest, idleMs: number, signal: AbortSignal): Promise<Dispatcher.ResponseData> => {
    const counted = asked.what.split(' ').slice(0, 2).join(' ');
    counts.set(counted, (counts.get(counted) ?? 0) + 1);
    const headers = {
      ...(await access.headers()),
      accept: asked.accept ?? 'application/json',
      'user-agent': options.userAgent,
      ...(asked.body === undefined ? {} : { 'content-type': asked.contentType ?? 'application/json' }),
    };
    const query = asked.query === undefined ? '' : `?${new URLSearchParams(asked.query).toString()}`;
    return request(`${access.server}${asked.path}${query}`, {
      dispatcher: access.dispatcher,
      method: asked.method,
      headers,
      signal,
      headersTimeout: options.timeoutMs,
      bodyTimeout: idleMs,
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    });
  };
  return {
    server: access.server,
    requests: () => Object.fromEntries(counts),
    send: async (asked, signal) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
      try {
        const response = await start(asked, options.timeoutMs, limited);
        return await readAnswer(response, asked.what);
      } catch (thrown) {
        throw failureOfThrown(thrown, asked.what, signal.aborted);
      }
    },
    open: async (asked, idleMs, signal) => {
      try {
        const response = await start(asked, idleMs, signal);
        if (response.statusCode < 300) return response.body;
        throw failureOfAnswer(await readAnswer(response, asked.what), asked.what);
      } catch (thrown) {
        throw failureOfThrown(thrown, asked.what, signal.aborted);
      }
    },
  };
}

async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData, what: string): Promise<ApiAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bodyLimit) throw new Failure('too-large', `cannot ${what}: the answer is larger than ${bodyLimit} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  const seconds = Number(headers['retry-after']);
  const retry = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {};
  return { code: statusCode, body: readJson(text, statusCode, what), ...retry };
}

function readJson(text: string, code: number, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    // A proxy in between answers errors in HTML or plain text.
    if (code >= 300) return text;
    throw new Failure('broken-answer', `cannot ${what}: the answer is no JSON: ${JSON.stringify(text.slice(0, 80))}`, { cause });
  }
}
