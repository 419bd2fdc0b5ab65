import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import { isBody } from '../kernel/json.ts';
import type { Body } from '../kernel/json.ts';
import type { KubeObject } from '../resources/meta.ts';
import type { WatchEvent } from './answers.ts';
import type { ObjectCache } from './cache.ts';
import { failureOfAnswer, messageOf } from './failures.ts';
import { isKubeObject, readObject } from './objects.ts';
import { apiVersionOf, collectionPath } from './paths.ts';
import type { ServedKind } from './paths.ts';
import type { Transport } from './transport.ts';
import { readWatchLines } from './watch-lines.ts';
import type { WatchLine } from './watch-lines.ts';

/** What a reflector needs of its surroundings. */
export type Surroundings = {
  readonly transport: Transport;
  readonly cache: ObjectCache;
  readonly emit: (event: WatchEvent) => void;
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly random: () => number;
  readonly signal: AbortSignal;
};

const pageSize = '500';
const watchSeconds = 280;
const healthyAfterMs = 5000;

/**
 * Lists all objects of a kind into the cache; the version from which a watch continues. Throws Failure. A kind that is no longer
 * served (404) has no objects.
 */
export async function listInto(kind: ServedKind, around: Surroundings): Promise<string> {
  const { items, version } = await listAll(kind, around);
  around.cache.replace(items, version).forEach(around.emit);
  return version;
}

/** Keeps the cache current from a version on until the signal aborts: watches, reconnects with back-off, lists again after 410. */
export async function follow(kind: ServedKind, from: string, around: Surroundings): Promise<void> {
  const position = { version: from, failures: 0 };
  const stopped = (): boolean => around.signal.aborted;
  while (!stopped()) {
    try {
      if (position.version === '') position.version = await listInto(kind, around);
      await watchOnce(kind, position, around);
    } catch (thrown) {
      if (stopped()) return;
      noteFailure(kind, position, thrown, around);
    }
    await backOff(position.failures, around);
  }
}

type Position = { version: string; failures: number };

function noteFailure(kind: ServedKind, position: Position, thrown: unknown, { warn }: Surroundings): void {
  position.failures += 1;
  const code = thrown instanceof Failure ? thrown.code : 'unexpected';
  // Too old, or stuck at the same line: only a new list helps.
  if (code === 'gone' || position.failures % 4 === 3) position.version = '';
  if (code === 'gone') position.failures = 0;
  warn({ kind: kind.kind, group: kind.group, code, because: sentenceOf(thrown) }, 'watch interrupted');
}

async function backOff(failures: number, { random, signal }: Surroundings): Promise<void> {
  if (failures === 0) return;
  const ms = Math.min(30_000, 50 * 2 ** Math.min(failures, 10)) * (0.5 + random());
  // An abort ends the pause; the loop sees it.
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

async function watchOnce(kind: ServedKind, position: Position, around: Surroundings): Promise<void> {
  const timeoutSeconds = Math.round(watchSeconds * (0.8 + around.random() * 0.4));
  const query = { watch: '1', allowWatchBookmarks: 'true', resourceVersion: position.version, timeoutSeconds: String(timeoutSeconds) };
  const what = `watch ${kind.plural}`;
  const ended = new AbortController();
  let opened = Infinity;
  const signal = AbortSignal.any([around.signal, ended.signal]);
  try {
    const chunks = await around.transport.open(
      { method: 'GET', path: collectionPath(kind), query, what },
      (timeoutSeconds + 30) * 1000,
      signal,
    );
    opened = performance.now();
    let lines = 0;
    for await (const line of readWatchLines(chunks, what)) {
      take(line, position, around, what);
      lines += 1;
      position.failures = 0;
    }
    // A server that accepts and closes at once must not be asked in a tight loop.
    if (lines === 0) position.failures = Math.max(1, position.failures);
  } catch (thrown) {
    throw thrown instanceof Failure ? thrown : new Failure('unreachable', `cannot ${what}: ${sentenceOf(thrown)}`, { cause: thrown });
  } finally {
    // A quiet watch that a proxy cuts now and then is no run of failures.
    if (performance.now() - opened > healthyAfterMs) position.failures = 0;
    ended.abort();
  }
}

function take({ type, object }: WatchLine, position: Position, { cache, emit }: Surroundings, what: string): void {
  if (type === 'ERROR') throw failureOfAnswer({ code: typeof object['code'] === 'number' ? object['code'] : 500, body: object }, what);
  position.version = versionIn(object['metadata']) ?? position.version;
  if (type === 'BOOKMARK') return;
  const seen = readObject(object, what);
  const event = type === 'DELETED' ? cache.remove(seen) : cache.put(seen);
  if (event !== undefined) emit(event);
}

function versionIn(metadata: unknown): string | undefined {
  const version = isBody(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

type Listed = { readonly items: readonly KubeObject[]; readonly version: string };

async function listAll(kind: ServedKind, around: Surroundings): Promise<Listed> {
  const pages: KubeObject[] = [];
  let limit = true;
  let next = '';
  for (;;) {
    const page = await listPage(kind, { ...(limit ? { limit: pageSize } : {}), ...(next === '' ? {} : { continue: next }) }, around);
    if (page === 'expired') {
      // The chunks took too long: once more, in one piece.
      pages.length = 0;
      limit = false;
      next = '';
      continue;
    }
    pages.push(...page.items);
    next = page.next;
    if (next === '') return { items: pages, version: page.version };
  }
}

type Page = Listed & { readonly next: string };

async function listPage(kind: ServedKind, query: Readonly<Record<string, string>>, around: Surroundings): Promise<Page | 'expired'> {
  const what = `list ${kind.plural}`;
  const answer = await around.transport.send({ method: 'GET', path: collectionPath(kind), query, what }, around.signal);
  if (answer.code === 404) return { items: [], version: '0', next: '' };
  if (answer.code === 410 && query['continue'] !== undefined) return 'expired';
  if (answer.code >= 300) throw failureOfAnswer(answer, what);
  const list: Body = isBody(answer.body) ? answer.body : {};
  const metadata = isBody(list['metadata']) ? list['metadata'] : {};
  const version = versionIn(metadata);
  const items: unknown = list['items'];
  if (!Array.isArray(items) || version === undefined)
    throw new Failure('broken-answer', `cannot ${what}: no list: ${messageOf(answer.body)}`);
  const next = metadata['continue'];
  return { items: items.map((item: unknown) => complete(kind, item, what)), version, next: typeof next === 'string' ? next : '' };
}

/** Items of built-in lists come without apiVersion and kind. */
function complete(kind: ServedKind, item: unknown, what: string): KubeObject {
  const whole: unknown = isBody(item) ? { ...item, apiVersion: apiVersionOf(kind), kind: kind.kind } : item;
  return isKubeObject(whole) ? whole : readObject(item, what);
}
