import { pushImage, retag } from '../../../src/sandbox/registry/push.ts';
import type { Auth, RegistryServer, StartRegistry } from './servers.ts';
import { credential } from './servers.ts';

export const types = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  docker: 'application/vnd.docker.distribution.manifest.v2+json',
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

export const everyType = Object.values(types).join(', ');
const nobody = `sha256:${'1'.repeat(64)}`;

/** What a registry said: the parts on which a client can rely, and those that say what went wrong. */
export type Said = {
  readonly status: number;
  readonly type: string | null;
  readonly digest: string | null;
  readonly link: string | null;
  readonly challenge: string | null;
  readonly etag: string | null;
  readonly body: unknown;
  /** Code and message of the first error of the body. */
  readonly error: string | undefined;
};

/** One kind of registry, started once for each way of logging in, and a repository of its own for every test. */
export class RegistryStage {
  readonly #start: StartRegistry;
  readonly #running = new Map<Auth, Promise<RegistryServer>>();
  #repositories = 0;

  constructor(start: StartRegistry) {
    this.#start = start;
  }

  registry(auth: Auth = 'none'): Promise<RegistryServer> {
    const running = this.#running.get(auth) ?? this.#start(auth);
    this.#running.set(auth, running);
    return running;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(async (running) => (await running).stop()));
  }

  newRepository(): string {
    this.#repositories += 1;
    return `team/shop-${this.#repositories}`;
  }

  /** A new repository with these tags, all on one digest. */
  async filled(tags: readonly string[], auth: Auth = 'none'): Promise<{ registry: RegistryServer; repository: string; digest: string }> {
    const registry = await this.registry(auth);
    const repository = this.newRepository();
    const [first = '1', ...rest] = tags;
    const { digest } = await pushImage(registry.url, repository, first, { credential });
    await Promise.all(rest.map((to) => retag(registry.url, repository, { from: first, to }, credential)));
    return { registry, repository, digest };
  }

  /** Asks the registry without a login, below `/v2/`. */
  async ask(path: string, init: RequestInit = {}, auth: Auth = 'none'): Promise<Said> {
    const response = await fetch(`${(await this.registry(auth)).url}/v2/${path}`, init);
    const header = (name: string): string | null => response.headers.get(name);
    const body = bodyOf(await response.text());
    return {
      status: response.status,
      type: header('content-type'),
      digest: header('docker-content-digest'),
      link: header('link'),
      challenge: header('www-authenticate'),
      etag: header('etag'),
      body,
      error: errorOf(body),
    };
  }

  put(repository: string, reference: string, mediaType: string, body: unknown): Promise<Said> {
    const headers = { 'content-type': mediaType };
    return this.ask(`${repository}/manifests/${reference}`, {
      method: 'PUT',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** An index of one image, without a media type where it says none; `nobody` where no child is given. */
  index(mediaType: string | undefined, child = nobody): object {
    const platform = { os: 'linux', architecture: 'amd64' };
    return { schemaVersion: 2, mediaType, manifests: [{ mediaType: types.image, digest: child, size: 397, platform }] };
  }
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function errorOf(body: unknown): string | undefined {
  const { errors } = (typeof body === 'object' && body !== null ? body : {}) as { errors?: readonly { code: string; message: string }[] };
  return errors?.[0] && `${errors[0].code}: ${errors[0].message}`;
}
