import { createHash } from 'node:crypto';
import type { Credential } from '../kernel/secret.ts';
import type { Question } from './question.ts';

/** One text per registry host, repository and credential; the password only as a hash. */
export function keyOf(question: Question): string {
  const { credential } = question;
  const who = credential === undefined ? '' : `${credential.username}:${credential.password.reveal()}`;
  return `${question.url.host}/${question.repository} ${createHash('sha256').update(who).digest('hex')}`;
}

export function basicAuthorization(credential: Credential): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password.reveal()}`).toString('base64')}`;
}
