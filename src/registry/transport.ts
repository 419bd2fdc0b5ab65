import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { Failure } from '../kernel/failure.ts';
import { connectionFailure } from './broken-connection.ts';
import { cancelled, startDeadline } from './deadline.ts';
import type { Gate } from './gate.ts';
import { createGate } from './gate.ts';
import { isDowngrade, isSameHost } from './hosts.ts';
import type { Pace } from './pace.ts';
import { createPace, waitFor } from './pace.ts';
import type { Answer, Question } from './question.ts';
import { headerOf, sentence } from './question.ts';
import type { Ended } from './retry.ts';
import { waitBeforeRetry } from './retry.ts';

export type Transport = {
  /** Sends a request and reads the whole answer, whatever its status; redirects are followed. Throws `Failure` where no answer came. */
  send(question: Question, authorization?: string): Promise<Answer>;
};

export type TransportOptions = {
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  /** For one request and its body, in ms; time spent waiting for other requests of ours does not count. */
  readonly timeoutMs: number;
  /** Requests at a time to a host (with port). */
  readonly inFlight: (host: string) => number;
  /** Requests begun per second at most at a host; undefined: no limit. */
  readonly perSecond: (host: string) => number | undefined;
  /** The wait before the first retry, in ms. */
  readonly retryMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Asked when a request's turn has come: throws where it must not be sent any more. */
  readonly admit?: (question: Question) => Promise<void>;
};

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 5;

export function createTransport(options: TransportOptions): Transport {
  const gates = new Map<string, Gate>();
  const paces = new Map<string, Pace>();

  function gateOf(host: string): Gate {
    const gate = gates.get(host) ?? createGate(options.inFlight(host));
    gates.set(host, gate);
    return gate;
  }

  function paceOf(host: string): Pace | undefined {
    const perSecond = options.perSecond(host);
    if (perSecond === undefined) return undefined;
    const pace = paces.get(host) ?? createPace(perSecond);
    paces.set(host, pace);
    return pace;
  }

  async function enter(question: Question): Promise<() => void> {
    const { host } = question.url;
    await paceOf(host)?.turn(question.signal);
    const gate = gateOf(host);
    const leave = await gate.enter(question.signal);
    return () => {
      leave();
      // Registries choose the hosts to which they redirect: what nobody is at is forgotten.
      if (gate.isEmpty() && gates.get(host) === gate) gates.delete(host);
    };
  }

  async function exchange(question: Question, authorization: string | undefined): Promise<Answer> {
    const leave = await enter(question).catch(() => Promise.reject(cancelled(question)));
    try {
      // The registry may have asked for a rest while this one waited for its turn.
      await options.admit?.(question);
      return await exchangeInTime(options, question, authorization);
    } finally {
      leave();
    }
  }

  async function send(question: Question, authorization?: string): Promise<Answer> {
    let url = question.url;
    let carried = authorization;
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const answer = await exchange({ ...question, url }, carried);
      // What a POST carries is for the host that was asked alone.
      const location = question.method !== 'POST' && redirects.has(answer.status) ? headerOf(answer, 'location') : undefined;
      if (location === undefined) return answer;
      url = redirectTarget(question, answer.url, location);
      // Blobs are often served by a storage host, which must not see the registry's credential; once dropped it stays dropped.
      if (!isSameHost(question.url, url)) carried = undefined;
    }
    throw new Failure('broken-answer', sentence(question, `more than ${maxRedirects} redirects`));
  }

  return { send };
}

function redirectTarget(question: Question, from: URL, location: string): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol) || isDowngrade(from, target)) {
    throw new Failure('broken-answer', sentence(question, 'a redirect that cannot be followed'));
  }
  return target;
}

async function exchangeInTime(options: TransportOptions, question: Question, authorization: string | undefined): Promise<Answer> {
  const deadline = startDeadline(question, options.timeoutMs);
  try {
    return await persist(options, { question, authorization, signal: deadline.signal });
  } catch (thrown) {
    throw connectionFailure(question, deadline.signal.aborted ? deadline.signal.reason : thrown);
  } finally {
    deadline.stop();
  }
}

type Sending = {
  readonly question: Question;
  readonly authorization: string | undefined;
  readonly signal: AbortSignal;
};

/** Tries again where that may help, within the time of the one request. */
async function persist(options: TransportOptions, sending: Sending): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const ended: Ended = await exchangeOnce(options, sending).then(
      (answer) => ({ answer }),
      (thrown: unknown) => ({ thrown }),
    );
    const waitMs = waitBeforeRetry(sending.question, ended, { tries, firstMs: options.retryMs, random: options.random() });
    if (waitMs !== undefined && !sending.signal.aborted) await waitFor(waitMs, sending.signal);
    else if ('answer' in ended) return ended.answer;
    else throw ended.thrown;
  }
}

async function exchangeOnce(options: TransportOptions, sending: Sending): Promise<Answer> {
  const { question, authorization, signal } = sending;
  const response = await request(question.url, {
    method: question.method,
    dispatcher: options.dispatcher,
    signal,
    // Without this undici closes the connection after every HEAD.
    reset: false,
    headers: {
      accept: question.accept,
      'user-agent': options.userAgent,
      ...(authorization === undefined ? {} : { authorization }),
      ...(question.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(question.body === undefined ? {} : { body: question.body }),
  });
  const answer = { status: response.statusCode, headers: response.headers, url: question.url };
  if (question.method !== 'HEAD') return { ...answer, body: await readBody(question, response.body) };
  await response.body.dump();
  return { ...answer, body: new Uint8Array() };
}

async function readBody(question: Question, body: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    // Leaving the loop closes the connection, so the rest is never read.
    if (size > question.maxBytes) throw new Failure('too-large', sentence(question, `an answer of more than ${question.maxBytes} bytes`));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
