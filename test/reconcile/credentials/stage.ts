import type { CredentialSources } from '../../../src/reconcile/credentials/sources.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';

/** A Secret of the namespace argocd, with Argo CD's label where a type is given. */
export function secret(name: string, texts: Readonly<Record<string, string>>, type?: string): KubeObject {
  const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  const labels = type === undefined ? {} : { 'argocd.argoproj.io/secret-type': type };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'argocd', labels }, data };
}

/** Sources that hold these Secrets and variables, and what else the test gives. */
export function sourcesOf(
  secrets: readonly KubeObject[],
  env: Readonly<Record<string, string>> = {},
  others: Partial<CredentialSources> = {},
): CredentialSources {
  return {
    secret: (namespace, name) => secrets.find((one) => one.metadata.namespace === namespace && one.metadata.name === name),
    secrets: () => secrets,
    env: (name) => env[name],
    ...others,
  };
}
