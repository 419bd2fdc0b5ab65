import type * as z from 'zod';
import type { Body } from '../kernel/json.ts';
import { AnalysisRun, AnalysisTemplate } from './analysis.ts';
import { Application } from './application.ts';
import { crdSchemaOf } from './crd-schema.ts';
import type { KubeObject } from './meta.ts';
import { Rollout } from './rollout.ts';

type Column = { readonly name: string; readonly type: 'string' | 'integer' | 'date'; readonly jsonPath: string };

type Definition = {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /** Undefined: an object of any shape. */
  readonly schema?: z.ZodType;
  readonly subresources?: Body;
  readonly columns: readonly Column[];
};

const group = 'argoproj.io';
const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const phase: Column = { name: 'Status', type: 'string', jsonPath: '.status.phase' };

const scale = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.HPAReplicas',
  labelSelectorPath: '.status.selector',
};

/** Names, scopes and subresources are those of Argo CD v3.5 and Argo Rollouts v1.9, whose objects and clients must keep working. */
const definitions: readonly Definition[] = [
  {
    kind: 'Application',
    plural: 'applications',
    shortNames: ['app', 'apps'],
    scope: 'Namespaced',
    schema: Application,
    // No status subresource: `operation` and `status` are written with the object.
    columns: [
      { name: 'Sync Status', type: 'string', jsonPath: '.status.sync.status' },
      { name: 'Health Status', type: 'string', jsonPath: '.status.health.status' },
      { name: 'Revision', type: 'string', jsonPath: '.status.sync.revision' },
    ],
  },
  {
    kind: 'Rollout',
    plural: 'rollouts',
    shortNames: ['ro'],
    scope: 'Namespaced',
    schema: Rollout,
    subresources: { status: {}, scale },
    columns: [
      { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas' },
      { name: 'Current', type: 'integer', jsonPath: '.status.replicas' },
      { name: 'Up-to-date', type: 'integer', jsonPath: '.status.updatedReplicas' },
      { name: 'Available', type: 'integer', jsonPath: '.status.availableReplicas' },
      age,
    ],
  },
  {
    kind: 'AnalysisRun',
    plural: 'analysisruns',
    shortNames: ['ar'],
    scope: 'Namespaced',
    schema: AnalysisRun,
    subresources: { status: {} },
    columns: [phase, age],
  },
  {
    kind: 'AnalysisTemplate',
    plural: 'analysistemplates',
    shortNames: ['at'],
    scope: 'Namespaced',
    schema: AnalysisTemplate,
    columns: [age],
  },
  {
    kind: 'ClusterAnalysisTemplate',
    plural: 'clusteranalysistemplates',
    shortNames: ['cat'],
    scope: 'Cluster',
    schema: AnalysisTemplate,
    columns: [age],
  },
  // Nothing here runs experiments; the kubectl plugin of Argo Rollouts lists them and fails where the kind is missing.
  {
    kind: 'Experiment',
    plural: 'experiments',
    shortNames: ['exp'],
    scope: 'Namespaced',
    subresources: { status: {} },
    columns: [phase, age],
  },
];

/** The CustomResourceDefinitions of every kind that is read, as they are installed. */
export function customResourceDefinitions(): readonly KubeObject[] {
  return definitions.map((definition) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${definition.plural}.${group}`, labels: { 'app.kubernetes.io/part-of': 'windlass' } },
    spec: {
      group,
      scope: definition.scope,
      names: {
        kind: definition.kind,
        listKind: `${definition.kind}List`,
        plural: definition.plural,
        singular: definition.kind.toLowerCase(),
        shortNames: definition.shortNames,
      },
      versions: [versionOf(definition)],
    },
  }));
}

function versionOf({ schema, subresources, columns }: Definition): Body {
  const anyShape = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    name: 'v1alpha1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: schema === undefined ? anyShape : crdSchemaOf(schema) },
    ...(subresources === undefined ? {} : { subresources }),
    additionalPrinterColumns: columns,
  };
}
