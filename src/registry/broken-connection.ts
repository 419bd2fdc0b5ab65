import { errors } from 'undici';
import type { FailureCode } from '../kernel/failure.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { Question } from './question.ts';
import { sentence } from './question.ts';

const timeouts: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

const happened = {
  unreachable: 'no connection',
  'timed-out': 'no answer in time',
  'broken-answer': 'an answer that is not HTTP',
  cancelled: 'the client was closed',
} satisfies Partial<Record<FailureCode, string>>;

/** What a limit of one phase says; the code alone tells nobody. */
const phases: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made in time',
  UND_ERR_HEADERS_TIMEOUT: 'the answer did not begin in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped in its middle',
};

/** The failure that a thrown value of the HTTP client stands for. */
export function connectionFailure(question: Question, thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    // What is refused before it is asked says which address, and not yet for what.
    return thrown.code === 'forbidden'
      ? new Failure('forbidden', sentence(question, 'not asked', thrown.message), { cause: thrown })
      : thrown;
  }
  const code = systemCode(thrown);
  const kind = thrown instanceof errors.HTTPParserError ? 'broken-answer' : kindOf(code);
  return new Failure(kind, sentence(question, happened[kind], detailOf(question, code, thrown)), { cause: thrown });
}

/** The code of the system, or in words what a person can do about it. */
function detailOf(question: Question, code: string, thrown: unknown): string {
  const { host, hostname, protocol } = question.url;
  if (code === 'ENOTFOUND') return `there is no host ${hostname}; where its API is elsewhere, set apiUrl in registries.hosts`;
  // What a server without TLS answers does not begin as TLS does.
  const plain = protocol === 'https:' && /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/.test(code);
  if (plain) return `it speaks plain HTTP; set its apiUrl in registries.hosts to http://${host}`;
  return phases[code] ?? (code === '' ? sentenceOf(thrown) : code);
}

/** True where a kept connection may have been closed by the other side before it read the request. */
export function isStaleConnection(thrown: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(systemCode(thrown));
}

/** True where another try in a moment may find it otherwise: nobody listens just now, or a name server does not answer. */
export function isTransient(thrown: unknown): boolean {
  return ['ECONNREFUSED', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(systemCode(thrown));
}

function kindOf(code: string): keyof typeof happened {
  if (timeouts.has(code)) return 'timed-out';
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return 'cancelled';
  return /^UND_ERR_(RES_|HEADERS_OVERFLOW|RESPONSE|NOT_SUPPORTED)/.test(code) ? 'broken-answer' : 'unreachable';
}

function systemCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
