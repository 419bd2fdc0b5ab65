import { createClientV2 } from 'docker-registry-client';
import { pino } from 'pino';
import { Secret } from '../../../src/kernel/secret.ts';
import type { RegistryClientOptions } from '../../../src/registry/client.ts';
import { createLocalClient } from '../../registry/local-client.ts';
import type { RegistryServer } from './servers.ts';
import { credential } from './servers.ts';

/** What is asked of a registry about one repository; `password` is the right one where absent. */
export type Asking = { readonly repository?: string; readonly password?: string; readonly limits?: RegistryClientOptions['limits'] };

/** A client of registries: both must say the same of one registry. A tag that is not there has the digest `absent`. */
export type Reader = {
  readonly tags: (registry: RegistryServer, asking?: Asking) => Promise<readonly string[]>;
  readonly digest: (registry: RegistryServer, tag: string, asking?: Asking) => Promise<string>;
};

const { username } = credential;

export const ours: Reader = {
  tags: (registry, asking = {}) =>
    withOurs(registry, asking, async ({ client, image, access, signal }) => (await client.list(image, access, signal)).tags),
  digest: (registry, tag, asking = {}) =>
    withOurs(registry, asking, async ({ client, image, access, signal }) => {
      const facts = await client.facts(image, tag, access, signal);
      return facts === 'absent' ? facts : facts.digest;
    }),
};

type Ours = ReturnType<typeof openOurs>;

/** Our client, and the words that it is asked with. */
export function openOurs(registry: RegistryServer, { repository = 'team/shop', password = credential.password, limits = {} }: Asking = {}) {
  const client = createLocalClient({ limits });
  const access = { apiUrl: registry.url, credential: { username, password: new Secret(password) } };
  return { client, access, image: `${registry.host}/${repository}`, signal: new AbortController().signal };
}

async function withOurs<Said>(registry: RegistryServer, asking: Asking, work: (reading: Ours) => Promise<Said>): Promise<Said> {
  const reading = openOurs(registry, asking);
  try {
    return await work(reading);
  } finally {
    await reading.client.close();
  }
}

export const second: Reader = {
  tags: (registry, asking) =>
    withSecond(registry, asking, (client, resolve, reject) =>
      client.listTags((error, answer) => (error === null || error === undefined ? resolve(answer.tags) : reject(error))),
    ),
  digest: (registry, tag, asking) =>
    withSecond(registry, asking, (client, resolve, reject) =>
      client.getManifest({ ref: tag }, (error, _manifest, response) => {
        if (error === null || error === undefined) resolve(response.headers['docker-content-digest'] ?? 'none');
        else if (error.statusCode === 404) resolve('absent');
        else reject(error);
      }),
    ),
};

type Second = ReturnType<typeof createClientV2>;

async function withSecond<Said>(
  registry: RegistryServer,
  { repository = 'team/shop', password = credential.password }: Asking = {},
  work: (client: Second, resolve: (said: Said) => void, reject: (error: Error) => void) => void,
): Promise<Said> {
  const client = createClientV2({
    name: `${registry.host}/${repository}`,
    username,
    password,
    insecure: true,
    maxSchemaVersion: 2,
    acceptManifestLists: true,
    log: pino({ level: 'silent' }),
  });
  try {
    return await new Promise((resolve, reject) => work(client, resolve, reject));
  } finally {
    client.close();
  }
}
