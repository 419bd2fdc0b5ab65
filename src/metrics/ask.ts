import { errors, Pool } from 'undici';
import { Failure, type FailureCode, sentenceOf } from '../kernel/failure.ts';
import { type AllowAddress, checkAddress, checkedLookup, literalAddress } from '../egress/addresses.ts';

const largestBody = 8 * 1024 * 1024;
const mostOrigins = 100;

export type Question = {
  readonly address: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Accepts any certificate, where the template says so. */
  readonly insecure: boolean;
};

export type Reply = { readonly status: number; readonly retryAfter: string | undefined; readonly text: string };

export type Ask = (question: Question, signal: AbortSignal) => Promise<Reply>;

/** HTTP with a few kept-alive connections per origin; every connection goes to an address that was checked. Throws `Failure`. */
export function createAsk(allow: AllowAddress): { readonly ask: Ask; readonly close: () => Promise<void> } {
  const pools = new Map<string, Pool>();
  const poolFor = ({ address, insecure }: Question): Pool => {
    const key = `${address.origin} ${String(insecure)}`;
    const kept =
      pools.get(key) ??
      new Pool(address.origin, {
        connections: 4,
        connect: { lookup: checkedLookup(address, allow), rejectUnauthorized: !insecure, timeout: 10_000 },
      });
    // Set again, so that the first key is the one that was not used for the longest time.
    pools.delete(key);
    pools.set(key, kept);
    const [oldest] = pools.keys();
    if (pools.size > mostOrigins && oldest !== undefined) retire(pools, oldest);
    return kept;
  };
  const ask: Ask = async (question, signal) => {
    const literal = literalAddress(question.address);
    if (literal !== undefined) checkAddress(question.address, literal, allow);
    return exchange(poolFor(question), question, signal);
  };
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(pools.values(), (pool) => pool.destroy()));
  };
  return { ask, close };
}

function retire(pools: Map<string, Pool>, key: string): void {
  const pool = pools.get(key);
  pools.delete(key);
  // Requests under way are finished first; nobody waits for that.
  void pool?.close();
}

async function exchange(pool: Pool, question: Question, signal: AbortSignal): Promise<Reply> {
  const limit = AbortSignal.timeout(question.timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  try {
    // A kept connection may have been closed by the other side; a query may be asked again.
    return await exchangeOnce(pool, question, either).catch((thrown: unknown) => {
      if (either.aborted || !isStaleConnection(thrown)) throw thrown;
      return exchangeOnce(pool, question, either);
    });
  } catch (thrown) {
    throw failureOf(thrown, question, { limit, signal });
  }
}

async function exchangeOnce(pool: Pool, { address, method, headers, body }: Question, signal: AbortSignal): Promise<Reply> {
  const response = await pool.request({ path: `${address.pathname}${address.search}`, method, headers, body: body ?? null, signal });
  const text = await readBody(response.body, address);
  return { status: response.statusCode, retryAfter: textOf(response.headers['retry-after']), text };
}

async function readBody(body: AsyncIterable<Uint8Array>, address: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > largestBody) throw new Failure('too-large', `${address.host} answered more than ${largestBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

function failureOf(
  thrown: unknown,
  { address, timeoutMs }: Question,
  signals: { readonly limit: AbortSignal; readonly signal: AbortSignal },
): Failure {
  if (thrown instanceof Failure) return thrown;
  const options = { cause: thrown };
  if (signals.signal.aborted) return new Failure('cancelled', `the question to ${address.host} was cancelled`, options);
  const late = signals.limit.aborted || thrown instanceof errors.ConnectTimeoutError;
  if (late) return new Failure('timed-out', `${address.host} did not answer within ${timeoutMs / 1000} seconds`, options);
  const code: FailureCode = thrown instanceof errors.HTTPParserError ? 'broken-answer' : 'unreachable';
  return new Failure(code, `${address.host} is not reachable: ${reasonOf(thrown)}`, options);
}

/** What a connection says that the other side closed before it read the request: an end, or a reset where the request met it. */
function isStaleConnection(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(thrown.code));
}

/** The plain reason of a failed connection; Node hides it in a list when a name has several addresses. */
function reasonOf(thrown: unknown): string {
  const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  return reasons[code] ?? sentenceOf(first);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be looked up now',
  UND_ERR_SOCKET: 'the connection was closed',
};
