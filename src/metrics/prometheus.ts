import { isBody } from '../kernel/json.ts';
import { Failure, type FailureCode } from '../kernel/failure.ts';
import type { Metric } from '../resources/analysis.ts';
import type { Ask, Question, Reply } from './ask.ts';
import type { Measured, ResolvedMetric } from './measured.ts';
import { parsePrometheusResponse } from './prometheus-response.ts';
import type { MetricProvider, ProviderContext } from './provider.ts';

type Settings = NonNullable<Metric['provider']['prometheus']>;

/** An instant query (`/api/v1/query`) at the metric's address, or at the default one where it has none. */
export const prometheus: MetricProvider = {
  async measure(metric: ResolvedMetric, context: ProviderContext, signal: AbortSignal): Promise<Measured> {
    const settings = metric.provider.prometheus ?? {};
    refuseUnsupported(metric.name, settings);
    const question = questionOf(metric, settings, context);
    const answer = await askEitherWay(context.ask, question, signal);
    return readAnswer(question.address, answer);
  },
};

const logins = ['sigv4', 'oauth2'];

/** Settings that would change the answer if they were left out, as paths below `prometheus`. */
export const notSupportedByPrometheus: readonly string[] = ['rangeQuery', ...logins.map((kind) => `authentication.${kind}`)];

/** A template is refused before its canary starts; this is for runs that somebody made by hand. */
function refuseUnsupported(name: string, settings: Settings): void {
  const authentication = isBody(settings['authentication']) ? settings['authentication'] : {};
  const used = logins.filter((kind) => isBody(authentication[kind]) && Object.keys(authentication[kind]).length > 0);
  const [first] = [...(settings['rangeQuery'] === undefined ? [] : ['rangeQuery']), ...used.map((kind) => `authentication.${kind}`)];
  if (first !== undefined) throw new Failure('unsupported', `metric ${name}: provider.prometheus.${first} is not supported`);
}

function questionOf(metric: ResolvedMetric, settings: Settings, context: ProviderContext): Question {
  const address = addressOf(metric.name, settings.address ?? context.defaultPrometheus);
  const { query } = settings;
  if (query === undefined || query === '') throw new Failure('rejected', `metric ${metric.name}: provider.prometheus.query is empty`);
  return {
    address: new URL(`${address.href.replace(/\/+$/, '')}/api/v1/query`),
    method: 'POST',
    headers: { ...headersOf(settings), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ query }).toString(),
    timeoutMs: timeoutOf(metric.name, settings, context),
    insecure: settings.insecure === true,
  };
}

function addressOf(name: string, written: string | undefined): URL {
  if (written === undefined || written === '')
    throw new Failure('rejected', `metric ${name}: provider.prometheus.address is not set and there is no default address`);
  const address = URL.canParse(written) ? new URL(written) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol) || address.username !== '') {
    throw new Failure('rejected', `metric ${name}: provider.prometheus.address ${JSON.stringify(written)} is no http or https address`);
  }
  address.search = '';
  address.hash = '';
  return address;
}

function timeoutOf(name: string, { timeout }: Settings, { timeoutMs }: ProviderContext): number {
  if (timeout === undefined) return timeoutMs;
  if (timeout < 0) throw new Failure('rejected', `metric ${name}: provider.prometheus.timeout is ${timeout}, expected seconds`);
  return timeout * 1000;
}

function headersOf({ headers = [] }: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(({ key, value }) => [key.toLowerCase(), value]));
}

/** POST, so that a long query fits; GET where a proxy or an old server permits only that. */
async function askEitherWay(ask: Ask, question: Question, signal: AbortSignal): Promise<Reply> {
  const reply = await ask(question, signal);
  if (reply.status !== 405 && reply.status !== 501) return reply;
  const { body = '', headers, ...rest } = question;
  const address = new URL(`${question.address.href}?${body}`);
  const { 'content-type': _type, ...others } = headers;
  return ask({ ...rest, address, method: 'GET', headers: others }, signal);
}

function readAnswer(address: URL, reply: Reply): Measured {
  const answer = parsePrometheusResponse(reply.text);
  if (answer.kind === 'refused') throw failureOf(address, reply, answer.because);
  if (reply.status < 200 || reply.status > 299) throw failureOf(address, reply, '');
  if (answer.kind === 'broken') throw new Failure('broken-answer', `${address.host}: ${answer.because}`);
  return answer.measured;
}

const codes: Readonly<Record<number, FailureCode>> = { 401: 'unauthorized', 403: 'forbidden', 404: 'not-found', 429: 'rate-limited' };

function failureOf(address: URL, { status, retryAfter }: Reply, because: string): Failure {
  const code = codes[status] ?? (status >= 500 ? 'server-error' : 'rejected');
  const seconds = Number(retryAfter);
  const retry = Number.isFinite(seconds) && retryAfter !== undefined ? { retry: { afterMs: seconds * 1000 } } : {};
  return new Failure(code, `${address.host} answered ${status}${because === '' ? '' : `: ${because}`}`, retry);
}
