import { randomUUID } from 'node:crypto';
import type { PushedTag } from './manifests.ts';

export type NotifyTarget = { readonly url: string; readonly token?: string };

/** Tells `target` of a pushed tag as distribution's notifications do, once; a receiver that is down misses it. */
export async function notifyPush(target: NotifyTarget, pushed: PushedTag, registryUrl: string): Promise<void> {
  const { repository, tag, digest, mediaType, size } = pushed;
  const { host } = new URL(registryUrl);
  const event = {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    action: 'push',
    target: { mediaType, size, length: size, digest, repository, tag, url: `${registryUrl}/v2/${repository}/manifests/${digest}` },
    request: { id: randomUUID(), host, method: 'PUT' },
    actor: {},
    source: { addr: host },
  };
  const login = target.token === undefined ? {} : { authorization: `Bearer ${target.token}` };
  const headers = { 'content-type': 'application/vnd.docker.distribution.events.v1+json', ...login };
  await fetch(target.url, { method: 'POST', headers, body: JSON.stringify({ events: [event] }), signal: AbortSignal.timeout(5000) })
    .then((response) => response.arrayBuffer())
    .catch(() => undefined);
}
