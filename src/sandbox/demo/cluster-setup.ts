import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Api } from '../kubernetes/api.ts';
import { createApi } from '../kubernetes/api.ts';

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

/** Installs the chart's custom resource definitions. */
export async function installKinds(api: Api): Promise<void> {
  const folder = new URL('../../../charts/windlass/crds/', import.meta.url);
  for (const file of (await readdir(folder)).sort()) await applyObject(api, parse(await readFile(new URL(file, folder), 'utf8')));
}
