import { Agent, request } from 'undici';
import type { ApiServer } from './api-servers.ts';

export type Answer = { readonly code: number; readonly body: Answered };

/** Every field of every answer that the contract reads; which of them are there is what its tests are about. */
export interface Answered {
  readonly kind: string;
  readonly message: string;
  readonly details: { readonly causes: readonly { readonly field: string }[] };
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly generation: number;
    readonly continue?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly object[];
    readonly managedFields: readonly { readonly manager: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas: number;
    readonly items: readonly object[];
    readonly ports: readonly { readonly name: string }[];
    readonly selector: object;
    readonly template: { readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] } };
  };
  readonly status?: { readonly replicas?: number; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  readonly items: readonly Answered[];
  /** Of a table. */
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
  /** Of discovery. */
  readonly resources: readonly { readonly name: string; readonly resource: string }[];
  readonly versions: readonly Answered[];
}

export type WatchEvent = { readonly type: string; readonly object: Answered };

export const types = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** Raw requests to an API server, as a contract test writes them. */
export class RawClient {
  readonly #api: ApiServer;
  readonly #dispatcher: Agent;

  constructor(api: ApiServer) {
    this.#api = api;
    this.#dispatcher = new Agent({ allowH2: false, bodyTimeout: 0, connect: api.ca === undefined ? {} : { ca: api.ca } });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send('GET', path, { headers });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.#send('POST', path, { body, headers: { 'content-type': 'application/json' } });
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.#send('PUT', path, { body, headers: { 'content-type': 'application/json' } });
  }

  patch(path: string, type: keyof typeof types, body: unknown): Promise<Answer> {
    return this.#send('PATCH', path, { body, headers: { 'content-type': types[type] } });
  }

  apply(path: string, body: unknown, manager: string, more = ''): Promise<Answer> {
    return this.patch(`${path}?fieldManager=${manager}${more}`, 'apply', body);
  }

  delete(path: string, body: object = {}): Promise<Answer> {
    return this.#send('DELETE', path, { body, headers: { 'content-type': 'application/json' } });
  }

  /** Events of a watch, until `enough` says so. */
  async watch(path: string, enough: (events: readonly WatchEvent[]) => boolean): Promise<readonly WatchEvent[]> {
    const { body } = await this.#request('GET', path, { headers: {} });
    const events: WatchEvent[] = [];
    let pending = '';
    for await (const chunk of body) {
      const lines = `${pending}${String(chunk)}`.split('\n');
      pending = lines.pop() ?? '';
      events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
      if (enough(events)) break;
    }
    return events;
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  async #send(method: Method, path: string, sent: Sent): Promise<Answer> {
    const { statusCode, body } = await this.#request(method, path, sent);
    const text = await body.text();
    return { code: statusCode, body: JSON.parse(text) as Answered };
  }

  #request(method: Method, path: string, { body, headers }: Sent) {
    return request(`${this.#api.url}${path}`, {
      method,
      dispatcher: this.#dispatcher,
      headers: { authorization: `Bearer ${this.#api.token}`, 'user-agent': 'contract/1', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Sent = { readonly body?: unknown; readonly headers: Record<string, string> };
