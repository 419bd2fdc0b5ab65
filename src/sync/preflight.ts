import type { OperationState } from '../resources/application.ts';
import { groupOf, refOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';
import { refKey } from '../kernel/refs.ts';
import { isBody } from '../kernel/json.ts';
import { objectOption } from './annotations.ts';
import { versionOf } from './course.ts';
import type { Failing } from './course.ts';
import type { Seen } from './observe.ts';
import { rowFor, withRows } from './operation.ts';
import { hasOption, namespaceToCreate } from './options.ts';
import type { SyncQuestion } from './step.ts';
import { isCrd } from './targets.ts';

/**
 * Whether an object that does not exist yet can be tried beforehand. It cannot while its namespace or its kind comes with the same
 * sync, or where an option says that its kind may be missing.
 */
export function canDryRunMissing(target: KubeObject, question: SyncQuestion): boolean {
  const skip = 'SkipDryRunOnMissingResource=true';
  if (objectOption(target, skip) || hasOption(question.application.view, skip)) return false;
  return !question.targets.some((other) => defines(other, target) && !isLive(other, question)) && !needsNewNamespace(target, question);
}

function isLive(target: KubeObject, question: SyncQuestion): boolean {
  return question.live[refKey(refOf(target, question.cluster))] !== undefined;
}

function defines(crd: KubeObject, object: KubeObject): boolean {
  const spec = isCrd(crd) && isBody(crd['spec']) ? crd['spec'] : {};
  const names = isBody(spec['names']) ? spec['names'] : {};
  return spec['group'] === groupOf(object.apiVersion) && names['kind'] === object.kind;
}

function needsNewNamespace(target: KubeObject, question: SyncQuestion): boolean {
  const { namespace } = target.metadata;
  if (namespace === undefined) return false;
  const comes = question.targets.some(
    (other) => other.kind === 'Namespace' && other.metadata.name === namespace && !isLive(other, question),
  );
  const created = namespaceToCreate(question.application.view, question.cluster);
  return comes || (created?.name === namespace && isNamespaceMissing(question));
}

/** Whether CreateNamespace has something to do: neither the namespace nor any object in it is among the live ones. */
export function isNamespaceMissing(question: SyncQuestion): boolean {
  const created = namespaceToCreate(question.application.view, question.cluster);
  if (created === undefined || question.live[refKey(created)] !== undefined) return false;
  if (question.targets.some((target) => refKey(refOf(target, question.cluster)) === refKey(created))) return false;
  return !Object.values(question.live).some((object) => object.metadata.namespace === created.name);
}

/** All objects that the server refused beforehand, as a failed step; undefined where it refused none. */
export function refusals(objects: readonly Seen[], state: OperationState): Failing | undefined {
  const refused = objects.filter((seen) => seen.refusal !== undefined);
  if (refused.length === 0) return undefined;
  const rows = refused.map((seen) => rowFor(seen.ref, versionOf(seen), 'SyncFailed', seen.refusal ?? ''));
  const sentences = refused.map((seen) => `${seen.ref.kind} ${seen.ref.name}: ${seen.refusal ?? ''}`);
  const because = `one or more objects failed to apply (dry run), nothing was changed: ${sentences.join('; ')}`;
  return { kind: 'failed', status: withRows(state, rows), because };
}
