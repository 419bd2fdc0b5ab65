import type { Body } from '../../../kernel/json.ts';
import { bodyAt } from '../object.ts';
import type { ApiObject, Draft } from '../object.ts';

/** The uid of the controller of an object. */
export function controllerOf(object: ApiObject): { uid: string; name: string; kind: string } | undefined {
  return (object.metadata.ownerReferences ?? []).find((owner) => owner.controller === true);
}

/** A pod as the template of its owner says. */
export function podFor(owner: ApiObject, extra: { labels?: Record<string, string>; spec?: Body } = {}): Draft {
  const template = bodyAt(owner, 'spec', 'template');
  const metadata = bodyAt(template, 'metadata');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      labels: { ...stringsAt(metadata, 'labels'), ...extra.labels },
      annotations: stringsAt(metadata, 'annotations'),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { ...bodyAt(template, 'spec'), ...extra.spec },
  };
}

export function ownerReference({ apiVersion, kind, metadata }: ApiObject): NonNullable<Draft['metadata']['ownerReferences']>[number] {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

export function stringsAt(value: unknown, ...path: readonly string[]): Record<string, string> {
  const entries = Object.entries(bodyAt(value, ...path));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
