import type { ApiServer } from './api-servers.ts';
import { RawClient } from './client.ts';

/** What the rows of the contract run on: one server, and a namespace of its own for every test. */
export class Stage {
  #running: { readonly api: ApiServer; readonly client: RawClient } | undefined;
  namespace = '';

  async start(begin: () => Promise<ApiServer>): Promise<void> {
    const api = await begin();
    this.#running = { api, client: new RawClient(api) };
  }

  async enterNamespace(): Promise<void> {
    const created = await this.client.post('/api/v1/namespaces', { metadata: { generateName: 'contract-' } });
    this.namespace = created.body.metadata.name;
    await this.client.post(this.core('serviceaccounts'), { metadata: { name: 'default' } });
  }

  async stop(): Promise<void> {
    await this.#running?.client.close();
    await this.#running?.api.stop();
  }

  get client(): RawClient {
    return this.#started().client;
  }

  get api(): ApiServer {
    return this.#started().api;
  }

  core(plural: string, name = ''): string {
    return `/api/v1/namespaces/${this.namespace}/${plural}${name === '' ? '' : `/${name}`}`;
  }

  apps(plural: string, name = ''): string {
    return `/apis/apps/v1/namespaces/${this.namespace}/${plural}${name === '' ? '' : `/${name}`}`;
  }

  #started(): { readonly api: ApiServer; readonly client: RawClient } {
    if (this.#running === undefined) throw new Error('the API server did not start');
    return this.#running;
  }
}

export function deployment(name: string, spec: object = {}) {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'shop:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template, ...spec },
  };
}

export function configMap(name: string, data: object = {}, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...(Object.keys(data).length > 0 ? { data } : {}) };
}
