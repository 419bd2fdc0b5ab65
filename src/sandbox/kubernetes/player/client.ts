import { Agent, request } from 'undici';
import { isBody } from '../../../kernel/json.ts';
import type { Body } from '../../../kernel/json.ts';
import { bodyAt, listAt, textAt } from '../object.ts';
import type { Api } from '../api.ts';
import type { ApiObject } from '../object.ts';

export type Client = {
  /** The answered object, or undefined where it is gone (404) or somebody else was first (409). Throws on everything else. */
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object): Promise<Body | undefined>;
  /** Follows all objects of a path until the signal aborts; the first list is in when the promise resolves. */
  mirror(path: string, changed: (object: ApiObject) => void): Promise<Mirror>;
  readonly signal: AbortSignal;
};

/** The objects of one kind, by `namespace/name`. */
export type Mirror = {
  all(): readonly ApiObject[];
  get(key: string): ApiObject | undefined;
  /** Takes in an answer before the watch brings it. */
  put(object: unknown): void;
};

export type Access = { readonly server: string; readonly token: string; readonly ca?: string };

export function accessTo({ url, token, ca }: Api): Access {
  return { server: url, token, ...(ca === undefined ? {} : { ca }) };
}

/** A client of a Kubernetes API, as small as the player needs it. */
export function createClient(access: Access, signal: AbortSignal): Client {
  const dispatcher = new Agent({ allowH2: false, bodyTimeout: 0, connect: access.ca === undefined ? {} : { ca: access.ca } });
  signal.addEventListener('abort', () => void dispatcher.destroy());
  const authorization = `Bearer ${access.token}`;
  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) =>
    request(`${access.server}${path}`, {
      dispatcher,
      method,
      signal,
      headers: { authorization, 'user-agent': 'windlass-player', 'content-type': typeOf(method) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const read = async (path: string): Promise<Body> => {
    const response = await ask('GET', path);
    const answer: unknown = await response.body.json();
    if (response.statusCode >= 300 || !isBody(answer)) throw new Error(`GET ${path}: ${response.statusCode}`);
    return answer;
  };
  return {
    signal,
    send: async (method, path, body) => {
      const response = await ask(method, path, body);
      const answer: unknown = await response.body.json();
      if (response.statusCode === 404 || response.statusCode === 409) return undefined;
      if (response.statusCode < 300 && isBody(answer)) return answer;
      throw new Error(`${method} ${path}: ${response.statusCode} ${textAt(answer, 'message') ?? ''}`);
    },
    mirror: (path, changed) =>
      startMirror({ path, changed, signal, list: () => read(path), open: async (query) => (await ask('GET', `${path}?${query}`)).body }),
  };
}

function typeOf(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

type Source = {
  readonly path: string;
  readonly changed: (object: ApiObject) => void;
  readonly signal: AbortSignal;
  readonly list: () => Promise<Body>;
  readonly open: (query: string) => Promise<AsyncIterable<Uint8Array>>;
};

async function startMirror(source: Source): Promise<Mirror> {
  const held = new HeldObjects(source.changed);
  let version = await relist(source, held);
  const follow = async (): Promise<void> => {
    while (!source.signal.aborted) {
      try {
        await readLines(await source.open(`watch=1&resourceVersion=${version}`), (line) => held.take(line));
      } catch {
        // Whatever ended the watch: the list below brings what was missed.
      }
      version = await relistUntilDone(source, held);
    }
  };
  void follow();
  return held;
}

/** Lists again and again until the server answers; '' when the player was stopped meanwhile. */
async function relistUntilDone(source: Source, held: HeldObjects): Promise<string> {
  while (!source.signal.aborted) {
    try {
      return await relist(source, held);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return '';
}

async function relist(source: Source, held: HeldObjects): Promise<string> {
  const list = await source.list();
  const kind = (textAt(list, 'kind') ?? '').replace(/List$/, '');
  // Items of built-in lists come without apiVersion and kind.
  held.replace(listAt(list, 'items').map((item) => ({ apiVersion: list['apiVersion'], kind, ...(isBody(item) ? item : {}) })));
  return textAt(list, 'metadata', 'resourceVersion') ?? '';
}

class HeldObjects implements Mirror {
  readonly #objects = new Map<string, ApiObject>();
  readonly #changed: (object: ApiObject) => void;

  constructor(changed: (object: ApiObject) => void) {
    this.#changed = changed;
  }

  all(): readonly ApiObject[] {
    return [...this.#objects.values()];
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key);
  }

  put(value: unknown): void {
    if (!isApiObject(value)) return;
    const held = this.#objects.get(keyOf(value));
    if (held !== undefined && Number(held.metadata.resourceVersion) >= Number(value.metadata.resourceVersion)) return;
    this.#objects.set(keyOf(value), value);
    this.#changed(value);
  }

  replace(items: readonly unknown[]): void {
    const objects = items.filter(isApiObject);
    const keys = new Set(objects.map(keyOf));
    for (const [key, object] of this.#objects) if (!keys.has(key)) this.#remove(object);
    for (const object of objects) this.put(object);
  }

  take(line: string): void {
    const event: unknown = JSON.parse(line);
    const object = bodyAt(event, 'object');
    if (textAt(event, 'type') !== 'DELETED') this.put(object);
    else if (isApiObject(object)) this.#remove(object);
  }

  #remove(object: ApiObject): void {
    if (this.#objects.get(keyOf(object))?.metadata.uid !== object.metadata.uid) return;
    this.#objects.delete(keyOf(object));
    this.#changed(object);
  }
}

function isApiObject(value: unknown): value is ApiObject {
  return textAt(value, 'metadata', 'name') !== undefined && textAt(value, 'metadata', 'uid') !== undefined;
}

export function keyOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

async function readLines(chunks: AsyncIterable<Uint8Array>, take: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of chunks) {
    const lines = `${pending}${decoder.decode(chunk, { stream: true })}`.split('\n');
    pending = lines.pop() ?? '';
    lines.filter((line) => line !== '').forEach(take);
  }
}
