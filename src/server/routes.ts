import type { IncomingMessage } from 'node:http';
import type { ImageName } from '../kernel/image.ts';
import type { Secret } from '../kernel/secret.ts';
import { readBody } from './body.ts';
import type { PushHint } from './git-events.ts';
import { pushesOf } from './git-events.ts';
import { hintsOf } from './registry-events.ts';
import type { Reply } from './reply.ts';
import { refusal } from './reply.ts';
import { isSender } from './sender.ts';

/** What the HTTP edge asks the service. */
export type Answers = {
  readonly ready: () => { readonly ready: boolean; readonly because: string };
  readonly metricsText: () => Promise<string>;
  readonly explain?: (namespace: string | undefined, name: string, signal: AbortSignal) => Promise<unknown>;
  readonly onRegistryEvent?: (hint: { readonly image: ImageName }) => void;
  /** Answers the branches that somebody follows, and that are looked at now. */
  readonly onPush?: (hint: PushHint) => readonly string[];
  readonly webhookSecret?: Secret;
};

export type Asked = {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
};

type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly answer: (answers: Answers, asked: Asked, parts: readonly (string | undefined)[]) => Promise<Reply>;
};

const webhookLimitBytes = 2 ** 20;
const objectName = '[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?';

const routes: readonly Route[] = [
  { method: 'GET', path: /^\/healthz$/, answer: () => Promise.resolve({ status: 200, body: 'ok\n' }) },
  { method: 'GET', path: /^\/readyz$/, answer: ({ ready }) => Promise.resolve(readiness(ready())) },
  { method: 'GET', path: /^\/metrics$/, answer: answerMetrics },
  // `/webhook` is where Image Updater has it: registries that were told so need no change.
  { method: 'POST', path: /^\/webhooks\/registry$|^\/webhook$/, answer: answerRegistryWebhook },
  { method: 'POST', path: /^\/webhooks\/git$/, answer: answerGitWebhook },
  { method: 'GET', path: new RegExp(`^/api/applications/(?:(${objectName})/)?(${objectName})/explain$`), answer: answerExplain },
];

/** Finds the route of a request and answers it; what no route knows is a 404 with a sentence. */
export async function answerRequest(answers: Answers, asked: Asked): Promise<Reply> {
  const route = routes.find(({ path }) => path.test(asked.path));
  if (route === undefined) {
    return refusal(404, 'nothing is here; try /healthz, /readyz, /metrics or /api/applications/NAMESPACE/NAME/explain');
  }
  const method = asked.request.method === 'HEAD' ? 'GET' : asked.request.method;
  if (method !== route.method) return refusal(405, `${asked.path} takes ${route.method}`, { allow: route.method });
  return route.answer(answers, asked, route.path.exec(asked.path)?.slice(1) ?? []);
}

function readiness({ ready, because }: { readonly ready: boolean; readonly because: string }): Reply {
  return { status: ready ? 200 : 503, body: `${ready ? 'ready' : 'not ready'}: ${because}\n` };
}

async function answerMetrics({ metricsText }: Answers): Promise<Reply> {
  // The version of the text format that Prometheus 3 asks for by name.
  return { status: 200, body: await metricsText(), headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } };
}

async function answerExplain({ explain }: Answers, { signal }: Asked, parts: readonly (string | undefined)[]): Promise<Reply> {
  const [namespace, name = ''] = parts;
  const explained = await explain?.(namespace, name, signal);
  if (typeof explained === 'object' && explained !== null) return { status: 200, body: explained };
  return refusal(404, `there is no Application ${namespace === undefined ? '' : `${namespace}/`}${name} that this service acts on`);
}

async function answerRegistryWebhook(answers: Answers, asked: Asked): Promise<Reply> {
  const { onRegistryEvent } = answers;
  const read = await readNotification(answers, asked);
  if (read.kind === 'refused') return read.reply;
  const registry = asked.query.get('registry_url');
  const hints = hintsOf(read.body, registry === null ? {} : { registry });
  if (hints.kind === 'refused') return refusal(400, hints.because);
  for (const image of hints.images) onRegistryEvent?.({ image });
  return { status: 202, body: { looking: hints.images } };
}

async function answerGitWebhook(answers: Answers, asked: Asked): Promise<Reply> {
  const { onPush } = answers;
  const read = await readNotification(answers, asked);
  if (read.kind === 'refused') return read.reply;
  const hints = pushesOf(read.body);
  if (hints.kind === 'refused') return refusal(400, hints.because);
  return { status: 202, body: { looking: hints.pushes.flatMap((push) => onPush?.(push) ?? []) } };
}

type Notification = { readonly kind: 'read'; readonly body: Buffer } | { readonly kind: 'refused'; readonly reply: Reply };

/** The body of a notification whose sender knows the secret, or what is answered to anybody else. */
async function readNotification({ webhookSecret }: Answers, { request, query }: Asked): Promise<Notification> {
  const refuse = (...because: Parameters<typeof refusal>): Notification => ({ kind: 'refused', reply: refusal(...because) });
  if (webhookSecret === undefined) return refuse(404, 'webhooks are off: set webhooks.secretEnv or webhooks.secretFile');
  const body = await readBody(request, webhookLimitBytes);
  if (body === undefined) return refuse(413, `a notification has at most ${webhookLimitBytes} bytes`, { connection: 'close' });
  if (isSender({ headers: request.headers, query }, body, webhookSecret)) return { kind: 'read', body };
  const expected =
    'expected the header Authorization: Bearer with the webhook secret, a signature made with it, or ?secret= in the address';
  return refuse(401, expected, { 'www-authenticate': 'Bearer' });
}
