import type { Answers, Asked, Hook } from './answers.ts';
import { readBody } from './body.ts';
import { pushesOf } from './git-events.ts';
import { parseNotification } from './notification.ts';
import { hintsOf } from './registry-events.ts';
import type { Reply } from './reply.ts';
import { refusal } from './reply.ts';
import { isSender } from './sender.ts';

const webhookLimitBytes = 2 ** 20;
/** How many names of one list are logged. */
const loggedNames = 20;

/** What a hook makes of a notification: what it answers with 202, or a sentence for 400. */
type Taken = Readonly<Record<string, readonly string[]>>;
type Reading = { readonly kind: 'taken'; readonly taken: Taken } | { readonly kind: 'refused'; readonly because: string };
type Read = (answers: Answers, notification: unknown, asked: Asked) => Reading;

const readers: Readonly<Record<Hook, Read>> = { registry: readRegistryEvent, git: readPush };

/** Answers a notification; each is one line of the log and one count, without its query: that may hold the secret. */
export async function answerWebhook(hook: Hook, answers: Answers, asked: Asked): Promise<Reply> {
  const { log, countWebhook } = answers;
  const reading = await receive(hook, answers, asked);
  if (reading.kind === 'taken') {
    const listed = Object.entries(reading.taken).map(([name, all]) => [name, all.slice(0, loggedNames)] as const);
    log.info({ path: asked.path, ...Object.fromEntries(listed) }, 'took a webhook');
    countWebhook?.(hook, 'taken');
    return { status: 202, body: reading.taken };
  }
  const { status, because, headers } = reading;
  log.warn({ path: asked.path, status, because }, 'refused a webhook');
  countWebhook?.(hook, String(status));
  return refusal(status, because, headers);
}

type Refusal = {
  readonly kind: 'refused';
  readonly status: number;
  readonly because: string;
  readonly headers: Readonly<Record<string, string>>;
};

function refuse(status: number, because: string, headers: Refusal['headers'] = {}): Refusal {
  return { kind: 'refused', status, because, headers };
}

const waysToShow =
  'expected the webhook secret in the header Authorization (alone or after Bearer), X-Gitlab-Token, X-JFrog-Event-Auth or X-Webhook-Secret, ' +
  'a signature made with it (X-Hub-Signature-256, X-Hub-Signature, X-Gitea-Signature, X-JFrog-Event-Auth or Authorization), or ?secret= in the address';

async function receive(hook: Hook, answers: Answers, asked: Asked): Promise<Extract<Reading, { kind: 'taken' }> | Refusal> {
  const { request, query } = asked;
  const { webhookSecret } = answers;
  if (webhookSecret === undefined) return refuse(404, 'webhooks are off: set webhooks.secretEnv or webhooks.secretFile');
  const body = await readBody(request, webhookLimitBytes);
  if (body === undefined) return refuse(413, `a notification has at most ${webhookLimitBytes} bytes`, { connection: 'close' });
  if (!isSender({ headers: request.headers, query }, body, webhookSecret)) return refuse(401, waysToShow, { 'www-authenticate': 'Bearer' });
  const notification = parseNotification(body, request.headers['content-type']);
  const reading = notification.kind === 'refused' ? notification : readers[hook](answers, notification.json, asked);
  return reading.kind === 'refused' ? refuse(400, reading.because) : reading;
}

function readRegistryEvent({ onRegistryEvent }: Answers, notification: unknown, { query }: Asked): Reading {
  const registry = query.get('registry_url');
  const hints = hintsOf(notification, registry === null ? {} : { registry });
  if (hints.kind === 'refused') return hints;
  const seen = hints.pushed.map((names) => {
    const watched = names.filter((image) => onRegistryEvent?.({ image }) === true);
    return { watched, notWatched: watched.length === 0 ? names : [] };
  });
  const lists = { notWatched: seen.flatMap((one) => one.notWatched), passedOver: hints.passedOver };
  const told = Object.entries(lists).filter(([, list]) => list.length > 0);
  return { kind: 'taken', taken: { looking: [...new Set(seen.flatMap((one) => one.watched))], ...Object.fromEntries(told) } };
}

function readPush({ onPush }: Answers, notification: unknown): Reading {
  const hints = pushesOf(notification);
  if (hints.kind === 'refused') return hints;
  return { kind: 'taken', taken: { looking: hints.pushes.flatMap((push) => onPush?.(push) ?? []) } };
}
