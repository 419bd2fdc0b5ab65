import type { ServerResponse } from 'node:http';
import { resourceOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import type { ApiObject } from './object.ts';
import { Refusal, statusOf } from './refusal.ts';
import type { Matches } from './selectors.ts';
import type { Change, Store } from './store.ts';
import { tableOf } from './tables.ts';

export type WatchRequest = {
  readonly kind: Kind;
  readonly matches: Matches;
  /** Undefined or '0': what is there comes first, as ADDED. */
  readonly since: string | undefined;
  /** sendInitialEvents: what is there, then a bookmark that says so. */
  readonly initialEvents: boolean;
  readonly bookmarks: boolean;
  /** Every object comes as a Table of one row. */
  readonly table: boolean;
  readonly timeoutMs: number;
};

/** One open watch. */
export type Watch = {
  /** Sends the current version, where the client asked for bookmarks. */
  bookmark(): void;
  /** Ends the answer properly, as a time-out does. */
  end(): void;
  /** Cuts the connection in the middle, as a restarted proxy does. */
  cut(): void;
};

const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

/** Streams the changes of a kind as JSON lines until the client goes, the time is over or it is ended. */
export function streamChanges(store: Store, request: WatchRequest, response: ServerResponse, closed: () => void): Watch {
  const write = (type: string, object: unknown): void => void response.write(`${JSON.stringify({ type, object })}\n`);
  const resource = resourceOf(request.kind);
  const send = (type: string, object: ApiObject): void => {
    const shown = presented(request.kind, object);
    write(type, request.table ? tableOf(request.kind, [shown]) : shown);
  };
  const deliver = (change: Change): void => {
    const seen = change.resource === resource ? asSeen(change, request.matches) : undefined;
    if (seen !== undefined) send(seen, change.object);
  };
  const bookmark = (annotations?: object): void => {
    const metadata = { resourceVersion: String(store.version), creationTimestamp: null, ...(annotations ? { annotations } : {}) };
    if (request.bookmarks) write('BOOKMARK', { kind: request.kind.kind, apiVersion: request.kind.apiVersion, metadata });
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  if (!sendBacklog(store, request, { deliver, send, write })) {
    response.end();
    closed();
    return { bookmark, end: () => undefined, cut: () => undefined };
  }
  if (request.initialEvents) bookmark(initialEventsEnd);
  const unsubscribe = store.subscribe(deliver);
  const end = (): void => void response.end();
  const timer = setTimeout(end, request.timeoutMs);
  response.on('close', () => {
    clearTimeout(timer);
    unsubscribe();
    closed();
  });
  return { bookmark, end, cut: () => void response.destroy() };
}

type Outputs = {
  deliver: (change: Change) => void;
  send: (type: string, object: ApiObject) => void;
  write: (type: string, object: unknown) => void;
};

/** What happened before the watch began; false where that is no longer known (the client was told 410). */
function sendBacklog(store: Store, request: WatchRequest, { deliver, send, write }: Outputs): boolean {
  const { since, kind } = request;
  if (request.initialEvents || since === undefined || since === '0') {
    for (const object of store.list(resourceOf(kind)).filter(request.matches)) send('ADDED', object);
    return true;
  }
  try {
    store.since(Number(since)).forEach(deliver);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    write('ERROR', statusOf(thrown));
    return false;
  }
}

/** The event as a client with a selector sees it: an object that begins to match is new, one that no longer does is gone. */
function asSeen(change: Change, matches: Matches): Change['type'] | undefined {
  const matched = change.before !== undefined && matches(change.before);
  const matching = change.type !== 'DELETED' && matches(change.object);
  if (matching) return matched ? 'MODIFIED' : 'ADDED';
  return matched ? 'DELETED' : undefined;
}

/** An object as a version of its kind shows it. */
export function presented(kind: Kind, object: ApiObject): ApiObject {
  return object.apiVersion === kind.apiVersion ? object : { ...object, apiVersion: kind.apiVersion };
}
