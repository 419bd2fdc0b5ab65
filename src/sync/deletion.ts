import type { Action } from '../kernel/action.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import { describeRef } from '../kernel/refs.ts';
import type { Application } from '../resources/application.ts';
import type { KubeObject, Resource } from '../resources/meta.ts';
import { groupOf, refOf } from '../resources/meta.ts';
import { annotationHolds, objectOption, ownWaveOf } from './annotations.ts';
import { isApproved } from './approval.ts';
import { describeSome } from './course.ts';
import { kindOrder } from './kind-order.ts';
import { hasOption } from './options.ts';
import type { SyncQuestion } from './step.ts';
import { isCrd } from './targets.ts';
import { ownsByTracking } from './tracking.ts';

/** Finalizers by which a deleted Application takes its objects with it (Argo CD v3.5); the plain one means foreground. */
const cascadeFinalizer = 'resources-finalizer.argocd.argoproj.io';
const cascadeFinalizers: readonly string[] = [cascadeFinalizer, `${cascadeFinalizer}/foreground`, `${cascadeFinalizer}/background`];

type DeletionQuestion = Pick<SyncQuestion, 'application' | 'live' | 'cluster' | 'trackedAs'>;

/**
 * What becomes of a deleted Application now. `rest`: nothing is ours to do. `refused`: only a person can go on. `release`: what is to be
 * written as its finalizers.
 */
export type DeletionStep =
  | { readonly kind: 'rest' | 'refused'; readonly because: string }
  | { readonly kind: 'delete'; readonly actions: readonly Action[]; readonly because: string }
  | { readonly kind: 'wait'; readonly for: readonly ObjectRef[]; readonly because: string }
  | { readonly kind: 'release'; readonly finalizers: readonly string[]; readonly because: string };

/** Whether somebody deleted the Application: then it is neither synced nor raised any more. */
export function isDeleted({ metadata }: Application): boolean {
  return typeof metadata.deletionTimestamp === 'string';
}

/** Whether what the Application tracks has to be known before anything is decided. */
export function takesObjectsAlong(application: Application): boolean {
  return isDeleted(application) && finalizersOf(application).some((name) => cascadeFinalizers.includes(name));
}

/**
 * The next step of a deletion, called again and again (Argo CD v3.5): tracked objects go wave by wave, the highest first, and each
 * wave has to be gone before the next; then the finalizer goes. Nothing is remembered between calls. Objects stay that are CRDs, say
 * Delete=false (Prune=false does not keep them, as in Argo CD) or Helm's `keep`, or do not carry this Application's tracking id.
 */
export function planDeletion(question: DeletionQuestion): DeletionStep {
  const { view } = question.application;
  const hooks = hookFinalizersOf(view);
  const before = hooks.filter((name) => name.startsWith('pre-delete'));
  if (before.length > 0) return refuseHooks(before);
  if (!takesObjectsAlong(view)) return hooks.length > 0 ? refuseHooks(hooks) : { kind: 'rest', because: whyNothing };
  const tracked = trackedObjects(question);
  const doomed = tracked.filter((object) => !isKept(object, question.application));
  return nextWave(doomed, question) ?? letGo(view, tracked, question.cluster);
}

const whyNothing = 'the Application is being deleted, without the finalizer that takes its objects along: they stay';

function finalizersOf({ metadata }: Application): readonly string[] {
  return metadata.finalizers ?? [];
}

function hookFinalizersOf(application: Application): readonly string[] {
  return finalizersOf(application).filter((name) => /^(?:pre|post)-delete-finalizer\.argocd\.argoproj\.io(?:\/|$)/.test(name));
}

function refuseHooks(names: readonly string[]): DeletionStep {
  const because = `metadata.finalizers: got ${names.join(', ')}, expected none of hooks, which are not run yet: do what they would, and remove it`;
  return { kind: 'refused', because };
}

function trackedObjects({ application, live, trackedAs }: DeletionQuestion): readonly KubeObject[] {
  const name = trackedAs ?? application.view.metadata.name;
  return Object.values(live).filter((object) => ownsByTracking(object, name));
}

function isKept(object: KubeObject, { view, raw }: Resource<Application>): boolean {
  if (isCrd(object) || isItself(object, raw)) return true;
  if (objectOption(object, 'Delete=false') || hasOption(view, 'Delete=false')) return true;
  return annotationHolds(object, 'helm.sh/resource-policy', 'keep');
}

function isItself(object: KubeObject, application: KubeObject): boolean {
  const { name, namespace } = application.metadata;
  const same = groupOf(object.apiVersion) === groupOf(application.apiVersion) && object.kind === application.kind;
  return same && object.metadata.name === name && object.metadata.namespace === namespace;
}

function nextWave(doomed: readonly KubeObject[], { application, cluster }: DeletionQuestion): DeletionStep | undefined {
  const { view } = application;
  const leaving = doomed.filter((object) => typeof object.metadata.deletionTimestamp === 'string');
  if (leaving.length > 0) return waitFor('waiting for deletion of', leaving, cluster);
  const unconfirmed = doomed.filter((object) => needsApproval(object, view));
  if (unconfirmed.length > 0) return waitFor('waiting for deletion confirmation of', unconfirmed, cluster);
  const wave = Math.max(...doomed.map(ownWaveOf));
  const due = doomed.filter((object) => ownWaveOf(object) === wave).toSorted(lastCreatedFirst);
  if (due.length === 0) return undefined;
  const actions = due.map((object) => deletion(object, view, cluster));
  const because = `wave ${wave}: deleting ${describeSome(actions.map(({ on }) => on))}, because the Application is deleted`;
  return { kind: 'delete', actions, because };
}

function needsApproval(object: KubeObject, view: Application): boolean {
  const asks = objectOption(object, 'Delete=confirm') || hasOption(view, 'Delete=confirm');
  return asks && !isApproved(view, view.metadata.deletionTimestamp ?? '');
}

function waitFor(why: string, objects: readonly KubeObject[], cluster: string): DeletionStep {
  const refs = objects.map((object) => refOf(object, cluster));
  return { kind: 'wait', for: refs, because: `${why} ${describeSome(refs)}` };
}

function deletion(object: KubeObject, view: Application, cluster: string): Action {
  const on = refOf(object, cluster);
  const first = finalizersOf(view).find((name) => cascadeFinalizers.includes(name));
  const propagationPolicy = first?.endsWith('/background') === true ? 'Background' : 'Foreground';
  return { do: 'delete', on, body: { propagationPolicy }, ...(on.uid === undefined ? {} : { if: { uid: on.uid } }) };
}

/** The order of a sync backwards; names decide among objects of one kind. */
function lastCreatedFirst(left: KubeObject, right: KubeObject): number {
  const text = ({ kind, metadata }: KubeObject): string => [kind, metadata.namespace ?? '', metadata.name].join('\0');
  return kindOrder(right.kind) - kindOrder(left.kind) || (text(left) < text(right) ? -1 : 1);
}

function letGo(view: Application, left: readonly KubeObject[], cluster: string): DeletionStep {
  const finalizers = finalizersOf(view).filter((name) => !cascadeFinalizers.includes(name));
  const refs = left.map((object) => refOf(object, cluster));
  const kept = refs.length === 0 ? '' : `; kept: ${refs.map(describeRef).join(', ')}`;
  return { kind: 'release', finalizers, because: `every object that goes with the Application is gone${kept}` };
}
