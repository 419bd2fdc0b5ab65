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

/** The failure that a thrown value of the HTTP client stands for. */
export function connectionFailure(question: Question, thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
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
  return code === '' ? sentenceOf(thrown) : code;
}

/** True where a kept connection may have been closed by the other side before it read the request. */
export function isStaleConnection(thrown: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(systemCode(thrown));
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
