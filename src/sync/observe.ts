import type { ObjectRef } from '../kernel/refs.ts';
import { describeRef, refKey } from '../kernel/refs.ts';
import { refOf } from '../resources/meta.ts';
import type { KubeObject } from '../resources/meta.ts';
import { hookKindOf } from './annotations.ts';
import { autoscaledWorkloads, isAutoscaled, keepReplicas, withoutReplicas } from './autoscaled.ts';
import { comparable, firstDifference } from './difference.ts';
import { isSelectorManaged, keepSelector, managedSelectorPointer } from './managed-selectors.ts';
import { ignoredPointers, keepPointer, withoutPointer } from './ignored-paths.ts';
import { hasOption } from './options.ts';
import type { SyncQuestion } from './step.ts';
import { ownsByTracking } from './tracking.ts';

/**
 * One object of an Application. `same`: applying changes nothing. `differs`, `missing`: it must be applied. `unasked`: whether it
 * differs is not known and was not asked for. `extra`: ours, live, and no longer wanted.
 */
export type Seen = {
  readonly key: string;
  readonly ref: ObjectRef;
  readonly state: 'same' | 'differs' | 'missing' | 'unasked' | 'extra';
  /** What to apply, or the live object of an extra. */
  readonly body: KubeObject;
  readonly live?: KubeObject;
  readonly because: string;
  /** The server's sentence where it refused the dry run. */
  readonly refusal?: string;
};

export type Observed =
  { readonly kind: 'needs'; readonly dryRuns: readonly ObjectRef[] } | { readonly kind: 'seen'; readonly objects: readonly Seen[] };

/**
 * Lays targets and live objects side by side, sorted by group, kind, namespace and name. Asks for a dry run of every live target
 * without a prediction, except those whose key is in `settled`; `alsoMissing` says for which absent ones to ask too.
 */
export function observe(
  question: SyncQuestion,
  settled: ReadonlySet<string> = new Set(),
  alsoMissing: (target: KubeObject) => boolean = () => false,
): Observed {
  const scaled = autoscaledWorkloads([...question.targets, ...Object.values(question.live)]);
  const objects: Seen[] = [];
  const dryRuns: ObjectRef[] = [];
  for (const target of question.targets.filter((object) => hookKindOf(object) === 'none')) {
    const seen = seeTarget(target, question, scaled);
    const asked = seen.state === 'unasked' || (seen.state === 'missing' && alsoMissing(target));
    if (asked && !settled.has(seen.key) && question.predictions[seen.key] === undefined) dryRuns.push(seen.ref);
    objects.push(seen);
  }
  if (dryRuns.length > 0) return { kind: 'needs', dryRuns: dryRuns.sort(byIdentity) };
  return { kind: 'seen', objects: [...objects, ...extrasOf(question)].sort((left, right) => byIdentity(left.ref, right.ref)) };
}

/** Group, kind, namespace, name: the order of status.resources. */
function byIdentity(left: ObjectRef, right: ObjectRef): number {
  const text = (ref: ObjectRef): string => [ref.group, ref.kind, ref.namespace, ref.name].join('\0');
  return text(left) < text(right) ? -1 : 1;
}

function seeTarget(target: KubeObject, question: SyncQuestion, scaled: ReadonlySet<string>): Seen {
  const ref = refOf(target, question.cluster);
  const key = refKey(ref);
  const live = question.live[key];
  const prediction = question.predictions[key];
  const refusal = prediction?.kind === 'refused' ? { refusal: prediction.because } : {};
  if (live === undefined) return { key, ref, state: 'missing', body: target, because: `${describeRef(ref)} is missing`, ...refusal };
  const body = bodyFor(target, live, question, isAutoscaled(target, scaled));
  const seen = { key, ref: refOf(live, question.cluster), body, live };
  if (prediction === undefined) return { ...seen, state: 'unasked', because: '' };
  if (prediction.kind === 'refused') {
    return { ...seen, state: 'differs', because: `${describeRef(ref)}: the server refuses it: ${prediction.because}`, ...refusal };
  }
  const path = differenceAt(prediction.object, live, question, isAutoscaled(target, scaled));
  if (path === undefined) return { ...seen, state: 'same', because: '' };
  return { ...seen, state: 'differs', because: `${describeRef(ref)}: ${path} differs` };
}

/** What to apply: the target, with what others own of the live object left to them. */
function bodyFor(target: KubeObject, live: KubeObject, question: SyncQuestion, autoscaled: boolean): KubeObject {
  const scaled = autoscaled ? keepReplicas(target, live) : target;
  const selected = isSelectorManaged(live) ? keepSelector(scaled, live) : scaled;
  const { view } = question.application;
  if (!hasOption(view, 'RespectIgnoreDifferences=true')) return selected;
  return ignoredPointers(view.spec['ignoreDifferences'], live).reduce((kept, pointer) => keepPointer(kept, live, pointer), selected);
}

function differenceAt(predicted: KubeObject, live: KubeObject, question: SyncQuestion, autoscaled: boolean): string | undefined {
  const managed = isSelectorManaged(live) ? [managedSelectorPointer] : [];
  const pointers = [...ignoredPointers(question.application.view.spec['ignoreDifferences'], live), ...managed];
  const [left, right] = [predicted, live].map((object) => {
    const kept = autoscaled ? withoutReplicas(comparable(object)) : comparable(object);
    return pointers.reduce<unknown>(withoutPointer, kept);
  });
  return firstDifference(left, right);
}

function extrasOf(question: SyncQuestion): readonly Seen[] {
  const wanted = new Set(question.targets.map((target) => refKey(refOf(target, question.cluster))));
  const name = question.trackedAs ?? question.application.view.metadata.name;
  return Object.entries(question.live)
    .filter(([key, live]) => !wanted.has(key) && hookKindOf(live) === 'none' && ownsByTracking(live, name))
    .map(([key, live]) => {
      const ref = refOf(live, question.cluster);
      return { key, ref, state: 'extra', body: live, live, because: `${describeRef(ref)} is no longer in Git` };
    });
}
