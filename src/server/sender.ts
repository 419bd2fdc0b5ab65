import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../kernel/secret.ts';

/**
 * Whether a notification comes from somebody who knows the webhook secret: `Authorization: Bearer` with the secret itself (registries,
 * Gitea), `X-Gitlab-Token` with it (GitLab), or an HMAC of the body in lower-case hex: `X-Hub-Signature-256: sha256=` (GitHub, Gitea, Forgejo),
 * `X-Hub-Signature: sha256=` (Bitbucket) and `X-Gitea-Signature`.
 */
export function isSender(headers: IncomingHttpHeaders, body: Buffer, secret: Secret): boolean {
  const text = secret.reveal();
  const bearer = /^Bearer\s+(\S.*)$/i.exec(headers.authorization ?? '')?.[1];
  const token = single(headers['x-gitlab-token']);
  const signatures = [headers['x-hub-signature-256'], headers['x-hub-signature']].map(
    (header) => /^sha256=(.+)$/.exec(single(header) ?? '')?.[1],
  );
  const signed = [...signatures, single(headers['x-gitea-signature'])];
  const expected = createHmac('sha256', text).update(body).digest('hex');
  return [bearer, token].some((given) => isSame(given, text)) || signed.some((given) => isSame(given, expected));
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

/** Compared by hash, so that neither content nor length shows in the time. */
function isSame(given: string | undefined, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given ?? ''), hash(expected)) && given !== undefined && given !== '';
}
