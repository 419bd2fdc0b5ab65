import type { GroupKind } from '../../cluster/answers.ts';
import { refKey } from '../../kernel/refs.ts';
import type { KubeObject } from '../../resources/meta.ts';
import { groupOf, refOf } from '../../resources/meta.ts';
import { namespaceToCreate } from '../../sync/options.ts';
import { ownsByTracking, trackingNameOf } from '../../sync/tracking.ts';
import type { AppView } from '../world.ts';
import type { SyncContext } from './context.ts';

function kindsOf(app: AppView, targets: readonly KubeObject[]): readonly GroupKind[] {
  const wanted = targets.map((target) => ({ group: groupOf(target.apiVersion), kind: target.kind }));
  const before = (app.resource.view.status?.resources ?? []).map((row) => ({ group: row.group ?? '', kind: row.kind }));
  return [...new Map([...wanted, ...before].map((kind) => [`${kind.group}/${kind.kind}`, kind])).values()];
}

/** Live objects that are targets or carry this Application's tracking id, from watched caches, by `refKey`. */
export async function liveObjects(
  context: SyncContext,
  app: AppView,
  targets: readonly KubeObject[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, KubeObject>>> {
  const { cluster } = context.ports;
  const kinds = kindsOf(app, targets);
  await Promise.all(kinds.map((kind) => cluster.watch(kind, signal)));
  const tracking = trackingNameOf({ name: app.ref.name, namespace: app.ref.namespace, controlNamespace: context.settings.home });
  const wanted = new Set(targets.map((target) => refKey(refOf(target, cluster.name))));
  const live = kinds
    .flatMap((kind) => cluster.list(kind))
    .filter((object) => wanted.has(refKey(refOf(object, cluster.name))) || ownsByTracking(object, tracking));
  const namespace = await destinationNamespace(context, app, signal);
  return Object.fromEntries([...live, ...namespace].map((object) => [refKey(refOf(object, cluster.name)), object]));
}

/** The namespace that a sync would create, where it is there already. */
async function destinationNamespace(context: SyncContext, app: AppView, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const { cluster } = context.ports;
  const ref = namespaceToCreate(app.resource.view, cluster.name);
  if (ref === undefined) return [];
  await cluster.watch({ group: '', kind: 'Namespace' }, signal);
  const live = cluster.get(ref);
  return live === undefined ? [] : [live];
}
