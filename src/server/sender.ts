import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../kernel/secret.ts';

/** What a notification came with: its headers, and the query of the address that it was sent to. */
export type Envelope = { readonly headers: IncomingHttpHeaders; readonly query: URLSearchParams };

/**
 * Whether a notification comes from somebody who knows the webhook secret. Either the secret itself: `Authorization`, alone or after
 * `Bearer` (registries, Harbor, Gitea), `X-Gitlab-Token` (GitLab), `X-JFrog-Event-Auth` (Artifactory), `X-Webhook-Secret` (EventBridge), and
 * `?secret=` for those that send no header (Docker Hub, Quay, Pub/Sub). Or an HMAC of the body with it, in lower-case hex: `X-Hub-Signature-256:
 * sha256=` (GitHub, Gitea, Forgejo), `X-Hub-Signature: sha256=` (Bitbucket), `X-Gitea-Signature`, `X-JFrog-Event-Auth`, and `Authorization` (Harbor
 * as Image Updater v0 wanted it).
 */
export function isSender({ headers, query }: Envelope, body: Buffer, secret: Secret): boolean {
  const text = secret.reveal();
  const authorization = (headers.authorization ?? '').replace(/^Bearer\s+/i, '');
  const [gitlab, jfrog, named] = ['x-gitlab-token', 'x-jfrog-event-auth', 'x-webhook-secret'].map((name) => single(headers[name]));
  const plain = [authorization, gitlab, jfrog, named, query.get('secret') ?? undefined];
  const schemed = ['x-hub-signature-256', 'x-hub-signature'].map((name) => /^sha256=(.+)$/.exec(single(headers[name]) ?? '')?.[1]);
  const bare = [authorization, jfrog].map((header) => header?.replace(/^sha256=/, ''));
  const signed = [...schemed, ...bare, single(headers['x-gitea-signature'])];
  const expected = createHmac('sha256', text).update(body).digest('hex');
  return plain.some((given) => isSame(given, text)) || signed.some((given) => isSame(given, expected));
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

/** Compared by hash, so that neither content nor length shows in the time. */
function isSame(given: string | undefined, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given ?? ''), hash(expected)) && given !== undefined && given !== '';
}
