import { createHash } from 'node:crypto';
import { Failure } from '../kernel/failure.ts';
import type { Digest } from '../kernel/image.ts';
import { isDigest } from '../kernel/image.ts';
import type { Answer, Question } from './question.ts';
import { headerOf, sentence } from './question.ts';

const algorithms: ReadonlySet<string> = new Set(['sha256', 'sha512']);

/** The digest of bytes that were read; throws a broken-answer `Failure` where they are not what `claimed` says. Without a claim sha256 is computed. */
export function verifyDigest(question: Question, body: Uint8Array, claimed: Digest | undefined): Digest {
  const algorithm = claimed?.slice(0, claimed.indexOf(':')) ?? 'sha256';
  if (!algorithms.has(algorithm)) throw new Failure('unsupported', sentence(question, `a digest of the algorithm ${algorithm}`));
  const computed = `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`;
  if (claimed !== undefined && claimed !== computed) {
    throw new Failure('broken-answer', sentence(question, 'a false digest', `it says ${claimed}, the bytes have ${computed}`));
  }
  return computed;
}

/** What Docker-Content-Digest claims; undefined where it is absent. */
export function claimedDigest(question: Question, answer: Answer): Digest | undefined {
  const claimed = headerOf(answer, 'docker-content-digest');
  if (claimed !== undefined && !isDigest(claimed)) throw new Failure('broken-answer', sentence(question, 'a digest that is none'));
  return claimed;
}
