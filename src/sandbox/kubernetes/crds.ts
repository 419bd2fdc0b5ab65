import { kubeTime } from '../../kernel/time.ts';
import { builtInKinds, resourceOf } from './kinds.ts';
import type { Kind, KindTable } from './kinds.ts';
import { at, bodyAt, listAt, textAt } from './object.ts';
import type { Draft } from './object.ts';
import { invalid } from './refusal.ts';
import { shapeOfSchema } from './shape.ts';
import type { Store } from './store.ts';

/** A CustomResourceDefinition with the status of one that is served. Throws 422 where it cannot be. */
export function establish(definition: Draft): Draft {
  checkDefinition(definition);
  const condition = { status: 'True', lastTransitionTime: kubeTime(Date.now()) };
  return {
    ...definition,
    status: {
      acceptedNames: bodyAt(definition, 'spec', 'names'),
      conditions: [
        { type: 'NamesAccepted', reason: 'NoConflicts', message: 'no conflicts found', ...condition },
        { type: 'Established', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted', ...condition },
      ],
      storedVersions: listAt(definition, 'spec', 'versions').flatMap((version) => textAt(version, 'name') ?? []),
    },
  };
}

function checkDefinition(definition: Draft): void {
  const wanted = [
    ['spec.group', textAt(definition, 'spec', 'group')],
    ['spec.names.plural', textAt(definition, 'spec', 'names', 'plural')],
    ['spec.names.kind', textAt(definition, 'spec', 'names', 'kind')],
    ['spec.scope', textAt(definition, 'spec', 'scope')],
    ['spec.versions', listAt(definition, 'spec', 'versions')[0]],
  ] as const;
  const subject = builtInKinds.find((kind) => kind.kind === 'CustomResourceDefinition');
  const missing = wanted.filter(([, value]) => value === undefined);
  if (missing.length === 0 || subject === undefined) return;
  throw invalid(
    subject,
    definition.metadata.name ?? '',
    missing.map(([field]) => ({ reason: 'FieldValueRequired', message: 'Required value', field })),
  );
}

/** Serves the kinds of every CustomResourceDefinition from the moment it is stored until it is gone. */
export function serveDefinitions(store: Store, kinds: KindTable): () => void {
  return store.subscribe(({ resource, type, object }) => {
    if (resource !== 'customresourcedefinitions.apiextensions.k8s.io') return;
    const versions = kindsOf(object);
    const defined = versions[0] === undefined ? object.metadata.name : resourceOf(versions[0]);
    if (type === 'DELETED') kinds.withdraw(defined);
    else kinds.serve(defined, versions);
  });
}

function kindsOf(definition: Draft): readonly Kind[] {
  const group = textAt(definition, 'spec', 'group') ?? '';
  const names = bodyAt(definition, 'spec', 'names');
  const kind = textAt(names, 'kind') ?? '';
  return listAt(definition, 'spec', 'versions')
    .filter((version) => at(version, 'served') !== false)
    .map((version) => ({
      group,
      version: textAt(version, 'name') ?? '',
      apiVersion: `${group}/${textAt(version, 'name') ?? ''}`,
      kind,
      plural: textAt(names, 'plural') ?? '',
      singular: textAt(names, 'singular') ?? kind.toLowerCase(),
      shortNames: listAt(names, 'shortNames').filter((name) => typeof name === 'string'),
      namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
      status: at(version, 'subresources', 'status') !== undefined,
      scale: at(version, 'subresources', 'scale') !== undefined,
      generation: true,
      shape: shapeOfSchema(at(version, 'schema', 'openAPIV3Schema')),
      custom: true,
      columns: listAt(version, 'additionalPrinterColumns').map((column) => ({
        name: textAt(column, 'name') ?? '',
        type: textAt(column, 'type') ?? '',
        jsonPath: textAt(column, 'jsonPath') ?? '',
      })),
      immutable: [],
    }));
}
