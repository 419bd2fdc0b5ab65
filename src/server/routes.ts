import type { Answers, Asked } from './answers.ts';
import type { Reply } from './reply.ts';
import { refusal } from './reply.ts';
import { answerWebhook } from './webhooks.ts';

type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly answer: (answers: Answers, asked: Asked, parts: readonly (string | undefined)[]) => Promise<Reply>;
};

const objectName = '[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?';

const routes: readonly Route[] = [
  { method: 'GET', path: /^\/healthz$/, answer: () => Promise.resolve({ status: 200, body: 'ok\n' }) },
  { method: 'GET', path: /^\/readyz$/, answer: ({ ready }) => Promise.resolve(readiness(ready())) },
  { method: 'GET', path: /^\/metrics$/, answer: answerMetrics },
  // `/webhook` is where Image Updater has it: registries that were told so need no change.
  { method: 'POST', path: /^\/(?:webhooks\/registry|webhook)\/?$/, answer: (answers, asked) => answerWebhook('registry', answers, asked) },
  { method: 'POST', path: /^\/webhooks\/git\/?$/, answer: (answers, asked) => answerWebhook('git', answers, asked) },
  { method: 'GET', path: new RegExp(`^/api/applications/(?:(${objectName})/)?(${objectName})/explain$`), answer: answerExplain },
];

/** Finds the route of a request and answers it; what no route knows is a 404 with a sentence. */
export async function answerRequest(answers: Answers, asked: Asked): Promise<Reply> {
  const route = routes.find(({ path }) => path.test(asked.path));
  if (route === undefined) {
    const others = '/webhooks/registry (or /webhook), /webhooks/git';
    return refusal(404, `nothing is here; try /healthz, /readyz, /metrics, ${others} or /api/applications/NAMESPACE/NAME/explain`);
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
