import { oneLine } from '../../kernel/escape.ts';
import type { FailureCode } from '../../kernel/failure.ts';
import { Failure, sentenceOf } from '../../kernel/failure.ts';
import { isBody } from '../../kernel/json.ts';
import { iamGrant } from './iam.ts';

/** One call of the control API: its IAM action, and for a person what it was for. */
export type Call = { readonly host: string; readonly action: string; readonly trying: string };

/** How long a throttled registry is left alone after the SDK's own attempts, in ms. */
const throttledMs = 30_000;

// Names of exceptions: Amazon ECR API reference, "Common Errors", and what the SDK throws by itself.
const codes: readonly (readonly [names: RegExp, code: FailureCode])[] = [
  [/^(?:Throttling\w*|ThrottledException|TooManyRequests\w*|RequestLimitExceeded|LimitExceededException|SlowDown)$/, 'rate-limited'],
  [/^AccessDenied/, 'forbidden'],
  [/^(?:RepositoryNotFound|RegistryNotFound|ImageNotFound)Exception$/, 'not-found'],
  [/^(?:CredentialsProviderError|TokenProviderError|ExpiredToken\w*|UnrecognizedClientException|InvalidClientTokenId)$/, 'unauthorized'],
  [/^(?:InvalidSignatureException|IncompleteSignature\w*|MissingAuthenticationToken\w*|InvalidIdentityToken\w*)$/, 'unauthorized'],
  [/^(?:TimeoutError|RequestTimeout\w*)$/, 'timed-out'],
  [/^(?:ServerException|InternalFailure|ServiceUnavailable\w*)$/, 'server-error'],
];

const unreachable: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EPIPE']);

/** The failure that a thrown value of the SDK stands for. */
export function ecrFailure(call: Call, thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const code = codeOf(thrown);
  const text = `${call.host}: ${happened(code, thrown)} (${call.trying}, ${call.action})`;
  const retry = code === 'rate-limited' ? { retry: { afterMs: throttledMs } } : {};
  return new Failure(code, `${text}: ${detailOf(call, code, thrown)}`, { cause: thrown, ...retry });
}

function codeOf(thrown: unknown): FailureCode {
  const name = thrown instanceof Error ? thrown.name : '';
  const named = codes.find(([names]) => names.test(name))?.[1];
  if (named !== undefined) return named;
  if (unreachable.has(systemCode(thrown))) return 'unreachable';
  const status = statusOf(thrown);
  if (status === 429) return 'rate-limited';
  if (status === undefined) return 'broken-answer';
  return status >= 500 ? 'server-error' : 'rejected';
}

function happened(code: FailureCode, thrown: unknown): string {
  if (code === 'unauthorized' && nameOf(thrown) === 'CredentialsProviderError') return 'no AWS credentials';
  return nameOf(thrown) || code;
}

function detailOf({ action }: Call, code: FailureCode, thrown: unknown): string {
  const said = oneLine(sentenceOf(thrown));
  if (code === 'forbidden') return `${iamGrant(sentenceOf(thrown)) ?? `the IAM policy must allow ${action}`}; AWS says: ${said}`;
  if (code !== 'unauthorized') return said;
  return `${said}; they are looked for in the environment, a web identity (IRSA), Pod Identity, profiles and instance metadata`;
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : '';
}

function systemCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

function statusOf(thrown: unknown): number | undefined {
  const metadata: unknown = isBody(thrown) ? thrown['$metadata'] : undefined;
  const status = isBody(metadata) ? metadata['httpStatusCode'] : undefined;
  return typeof status === 'number' ? status : undefined;
}
