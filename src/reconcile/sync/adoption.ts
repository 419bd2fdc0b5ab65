import type { Sha } from '../../kernel/refs.ts';
import { millisOf } from '../../kernel/time.ts';
import { isAutomated, isRunning } from '../../sync/operation.ts';
import type { Comparison } from '../../sync/step.ts';
import type { AppView } from '../world.ts';

/** Times of operations are whole seconds. */
const secondMs = 1000;

/**
 * Whether a sync to this commit is still part of taking the Application over: what another controller left behind is pruned neither
 * by the first sync (LOOP 24) nor by a self-heal right behind it, but by the next commit, or when a person asks for it.
 */
export function isAdopting({ resource }: AppView, revision: Sha): boolean {
  const { status } = resource.view;
  const adoptedAt = millisOf(status?.windlass?.adoptedAt ?? '');
  const ours = (status?.history ?? []).filter((entry) => millisOf(entry.deployedAt ?? '') + secondMs > adoptedAt);
  if (ours.length === 0) return true;
  return !isAskedFor(resource.view) && ours.every((entry) => entry.revision === revision);
}

/** Whether a person wants a sync, or has one under way. */
function isAskedFor({ operation, status }: AppView['resource']['view']): boolean {
  const running = status?.operationState;
  return (operation ?? undefined) !== undefined || (isRunning(running) && !isAutomated(running));
}

/** Whether nothing is to be done but to delete what was found when the Application was taken over. */
export function onlyLeftovers(app: AppView, revision: Sha, compared: Extract<Comparison, { kind: 'compared' }>): boolean {
  const { status } = app.resource.view;
  const different = compared.resources.filter((row) => row.status === 'OutOfSync');
  const synced = (status?.history ?? []).some((entry) => entry.revision === revision);
  return synced && isAdopting(app, revision) && different.length > 0 && different.every((row) => row.requiresPruning === true);
}
