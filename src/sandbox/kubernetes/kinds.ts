import { builtInShapes, plainShape } from './shape.ts';
import type { Shape } from './shape.ts';

/** A kind that the server serves in one version. */
export type Kind = {
  readonly group: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Writes of the object leave `status` alone, writes of `/status` everything else. */
  readonly status: boolean;
  readonly scale: boolean;
  /** metadata.generation counts the changes outside metadata (and status). */
  readonly generation: boolean;
  readonly shape: Shape;
  /** Defined by a CustomResourceDefinition: strategic merge is not known for it. */
  readonly custom: boolean;
  /** What kubectl prints of a custom kind. */
  readonly columns: readonly { readonly name: string; readonly type: string; readonly jsonPath: string }[];
  /** Paths that cannot change after creation. */
  readonly immutable: readonly (readonly string[])[];
};

/** The name under which the objects of all versions of a kind are stored: `deployments.apps`. */
export function resourceOf(kind: Pick<Kind, 'group' | 'plural'>): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

type Traits = 'cluster' | 'status' | 'scale' | 'generation';

function builtIn(groupVersion: string, kind: string, [plural = '', ...shortNames]: readonly string[], traits: readonly Traits[]): Kind {
  const slash = groupVersion.indexOf('/');
  const selects = groupVersion === 'apps/v1' || kind === 'Job';
  return {
    group: slash < 0 ? '' : groupVersion.slice(0, slash),
    version: groupVersion.slice(slash + 1),
    apiVersion: groupVersion,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    namespaced: !traits.includes('cluster'),
    status: traits.includes('status'),
    scale: traits.includes('scale'),
    generation: traits.includes('generation'),
    shape: builtInShapes[kind] ?? plainShape,
    custom: false,
    columns: [],
    immutable: selects ? [['spec', 'selector'], ...(kind === 'Job' ? [['spec', 'template']] : [])] : [],
  };
}

/** The kinds that every cluster has, as far as the loop needs them. */
export const builtInKinds: readonly Kind[] = [
  builtIn('v1', 'Namespace', ['namespaces', 'ns'], ['cluster', 'status']),
  builtIn('v1', 'Pod', ['pods', 'po'], ['status', 'generation']),
  builtIn('v1', 'Service', ['services', 'svc'], ['status']),
  builtIn('v1', 'ConfigMap', ['configmaps', 'cm'], []),
  builtIn('v1', 'Secret', ['secrets'], []),
  builtIn('v1', 'Event', ['events', 'ev'], []),
  builtIn('v1', 'ServiceAccount', ['serviceaccounts', 'sa'], []),
  builtIn('apps/v1', 'Deployment', ['deployments', 'deploy'], ['status', 'scale', 'generation']),
  builtIn('apps/v1', 'ReplicaSet', ['replicasets', 'rs'], ['status', 'scale', 'generation']),
  builtIn('apps/v1', 'StatefulSet', ['statefulsets', 'sts'], ['status', 'scale', 'generation']),
  builtIn('apps/v1', 'DaemonSet', ['daemonsets', 'ds'], ['status', 'generation']),
  builtIn('batch/v1', 'Job', ['jobs'], ['status', 'generation']),
  builtIn('coordination.k8s.io/v1', 'Lease', ['leases'], []),
  builtIn('networking.k8s.io/v1', 'Ingress', ['ingresses', 'ing'], ['status', 'generation']),
  builtIn('autoscaling/v2', 'HorizontalPodAutoscaler', ['horizontalpodautoscalers', 'hpa'], ['status']),
  builtIn('policy/v1', 'PodDisruptionBudget', ['poddisruptionbudgets', 'pdb'], ['status', 'generation']),
  builtIn('rbac.authorization.k8s.io/v1', 'Role', ['roles'], []),
  builtIn('rbac.authorization.k8s.io/v1', 'RoleBinding', ['rolebindings'], []),
  builtIn('rbac.authorization.k8s.io/v1', 'ClusterRole', ['clusterroles'], ['cluster']),
  builtIn('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', ['clusterrolebindings'], ['cluster']),
  builtIn(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    ['customresourcedefinitions', 'crd', 'crds'],
    ['cluster', 'status', 'generation'],
  ),
];

/** The kinds that are served now; custom ones come and go with their CustomResourceDefinitions. */
export class KindTable {
  readonly #kinds = new Map<string, Kind>(builtInKinds.map((kind) => [servedAs(kind), kind]));

  all(): readonly Kind[] {
    return [...this.#kinds.values()];
  }

  find(group: string, version: string, plural: string): Kind | undefined {
    return this.#kinds.get(`${group}/${version}/${plural}`);
  }

  /** Any served version of a stored resource. */
  byResource(resource: string): Kind | undefined {
    return this.all().find((kind) => resourceOf(kind) === resource);
  }

  /** Replaces what is served of a resource by these versions. */
  serve(resource: string, versions: readonly Kind[]): void {
    this.withdraw(resource);
    for (const kind of versions) this.#kinds.set(servedAs(kind), kind);
  }

  withdraw(resource: string): void {
    for (const [key, kind] of this.#kinds) if (resourceOf(kind) === resource) this.#kinds.delete(key);
  }
}

function servedAs(kind: Kind): string {
  return `${kind.group}/${kind.version}/${kind.plural}`;
}
