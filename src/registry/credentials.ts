import { createHash } from 'node:crypto';
import type { Credential } from '../kernel/secret.ts';
import type { Account, Question } from './question.ts';

/** One text per registry host, repository and credential; the password only as a hash. */
export function keyOf(question: Question): string {
  return `${question.repository} ${accountOf(question)}`;
}

/** One text per registry host and credential. */
export function accountOf({ url, credential }: Account): string {
  return `${url.host} ${fingerprintOf(credential)}`;
}

/** One text per credential, from which it cannot be had; the same one for nobody. */
export function fingerprintOf(credential: Credential | undefined): string {
  const who = credential === undefined ? '' : `${credential.username}:${credential.password.reveal()}`;
  return createHash('sha256').update(who).digest('hex');
}

export function basicAuthorization(credential: Credential): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password.reveal()}`).toString('base64')}`;
}
