import type { ObjectRef } from '../kernel/refs.ts';
import type { Application } from '../resources/application.ts';
import type { Resource } from '../resources/meta.ts';
import { isRunning } from './operation.ts';

/** Whether `spec.syncPolicy.syncOptions` hold an option, by exact text (Argo CD v3.5 ignores what it does not know). */
export function hasOption(application: Application, option: string): boolean {
  return (application.spec.syncPolicy?.syncOptions ?? []).includes(option);
}

/** Deletion propagation of pruned objects: foreground unless the Application says otherwise. */
export function propagationOf(application: Application): 'Foreground' | 'Background' | 'Orphan' {
  if (hasOption(application, 'PrunePropagationPolicy=background')) return 'Background';
  return hasOption(application, 'PrunePropagationPolicy=orphan') ? 'Orphan' : 'Foreground';
}

/** The namespace that a sync creates where it is missing (CreateNamespace=true). Put its live object into `SyncQuestion.live`. */
export function namespaceToCreate(application: Application, cluster: string): ObjectRef | undefined {
  const name = application.spec.destination.namespace ?? '';
  if (name === '' || !hasOption(application, 'CreateNamespace=true')) return undefined;
  return { cluster, group: '', kind: 'Namespace', namespace: '', name };
}

/** The Application as an operation sees it: options that somebody wrote into the operation stand in for its own (Argo CD v3.5). */
export function underOperation(application: Resource<Application>): Resource<Application> {
  const { view } = application;
  const last = view.status?.operationState;
  const operation = isRunning(last) ? last.operation : view.operation;
  const options: unknown = operation?.sync?.['syncOptions'];
  if (!Array.isArray(options) || options.length === 0) return application;
  const syncOptions = options.filter((option) => typeof option === 'string');
  return { ...application, view: { ...view, spec: { ...view.spec, syncPolicy: { ...view.spec.syncPolicy, syncOptions } } } };
}
