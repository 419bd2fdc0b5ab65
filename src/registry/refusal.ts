import { describeDuration } from '../kernel/duration.ts';
import { oneLine, reasonLine } from '../kernel/escape.ts';
import type { FailureCode } from '../kernel/failure.ts';
import { Failure } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import type { Millis } from '../kernel/time.ts';
import { iamGrant } from './ecr/iam.ts';
import { parseJson } from './json-body.ts';
import type { Answer, Question } from './question.ts';
import { sentence, withoutSecrets } from './question.ts';
import { isBusy, waitAskedFor } from './retry-after.ts';

const codes: Readonly<Record<number, FailureCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  408: 'timed-out',
  409: 'conflict',
  410: 'gone',
  429: 'rate-limited',
};

/** A body has room for thousands; the first ones say what it is about. */
const mostErrors = 3;

/** The failure that an answer other than 200 stands for; `now` is for a Retry-After that is a date. */
export function refusalOf(question: Question, answer: Answer, now: Millis): Failure {
  const retry = waitAskedFor(answer, now);
  const errors = registryErrors(answer.body).slice(0, mostErrors);
  // Secrets first: made harmless, one would be spelled otherwise and stay.
  const harmless = (text: string): string => oneLine(withoutSecrets(text, question.credential));
  const said = errors.map(({ code, message }) => harmless(message === '' ? code : `${code}: ${message}`));
  // AWS denies in sentences whose end, with the missing action, would be cut off.
  said.push(...errors.flatMap(({ message }) => iamGrant(message) ?? []).map(reasonLine));
  if (retry !== undefined) said.push(`asks to wait ${describeDuration(retry.afterMs)}`);
  const text = sentence({ ...question, url: answer.url }, String(answer.status), said.length === 0 ? undefined : said.join('; '));
  return new Failure(isBusy(answer) ? 'rate-limited' : codeOf(answer.status), text, retry === undefined ? {} : { retry });
}

function codeOf(status: number): FailureCode {
  if (status >= 500) return 'server-error';
  return codes[status] ?? (status >= 400 ? 'rejected' : 'broken-answer');
}

/** The errors of a registry's error body (OCI distribution 1.1 "Error Codes"); none where the body is something else. */
export function registryErrors(body: Uint8Array): readonly { readonly code: string; readonly message: string }[] {
  const parsed = parseJson(body);
  const errors: unknown = isBody(parsed) ? parsed['errors'] : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.filter(isBody).map((error) => ({ code: textOf(error['code']), message: textOf(error['message']) }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
