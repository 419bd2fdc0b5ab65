import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Api } from '../kubernetes/api.ts';
import { createApi } from '../kubernetes/api.ts';
import { listAt, textAt } from '../kubernetes/object.ts';

type Named = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

const plurals: Readonly<Record<string, string>> = {
  Application: 'applications',
  CustomResourceDefinition: 'customresourcedefinitions',
  Namespace: 'namespaces',
  Secret: 'secrets',
};

function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && 'kind' in value && 'metadata' in value;
}

/** Server-side apply of one object over plain HTTP, as a person with curl would. */
export async function applyObject(api: Api, object: unknown): Promise<void> {
  if (!isNamed(object)) throw new Error(`not an object of Kubernetes: ${JSON.stringify(object).slice(0, 200)}`);
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const path = `${root}${scope}/${plurals[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}?fieldManager=demo&force=true`;
  const answer = await createApi(api)(path, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(object),
  });
  if (!answer.ok) throw new Error(`${kind} ${metadata.name}: ${answer.status} ${await answer.text()}`);
}

/** Installs the chart's custom resource definitions; when it resolves every client finds their kinds and may write objects of them. */
export async function installKinds(api: Api): Promise<void> {
  const folder = new URL('../../../charts/windlass/crds/', import.meta.url);
  const files = (await readdir(folder)).sort();
  const definitions = await Promise.all(files.map(async (file): Promise<unknown> => parse(await readFile(new URL(file, folder), 'utf8'))));
  for (const definition of definitions) await applyObject(api, definition);
  for (const definition of definitions) await untilServed(api, definition as Definition);
}

type Definition = {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
};

const servedAttempts = 600;
const attemptEveryMs = 50;
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/**
 * A real API server tells of a new kind up to a fifth of a second after it took the definition, and answers for it another tenth later:
 * who writes at once is told that there is no such kind.
 */
async function untilServed(api: Api, { spec }: Definition): Promise<void> {
  const ask = createApi(api);
  const { plural } = spec.names;
  const paths = spec.versions.map(({ name }) => `/apis/${spec.group}/${name}/${plural}?limit=1`);
  for (let attempt = 0; attempt < servedAttempts; attempt += 1) {
    const discovered = await (await ask('/apis', { headers: { accept: aggregated } })).json();
    const answers = await Promise.all(paths.map((path) => ask(path)));
    await Promise.all(answers.map((answer) => answer.text()));
    if (isDiscovered(discovered, spec) && answers.every(({ ok }) => ok)) return;
    await new Promise((resolve) => setTimeout(resolve, attemptEveryMs));
  }
  throw new Error(`${plural}.${spec.group} was not served within ${(servedAttempts * attemptEveryMs) / 1000} s`);
}

function isDiscovered(answer: unknown, { group, names, versions }: Definition['spec']): boolean {
  const found = listAt(answer, 'items').find((item) => textAt(item, 'metadata', 'name') === group);
  return versions.every(({ name }) => {
    const version = listAt(found, 'versions').find((one) => textAt(one, 'version') === name);
    return listAt(version, 'resources').some((resource) => textAt(resource, 'resource') === names.plural);
  });
}
