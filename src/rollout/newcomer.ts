import type { Action } from '../kernel/action.ts';
import type { Body } from '../kernel/json.ts';
import { isBody } from '../kernel/json.ts';
import { controllerReference, refOf } from '../resources/meta.ts';
import type { Move } from './move.ts';
import { desiredAnnotation, revisionAnnotation, type Situation, type Version } from './situation.ts';
import { hashLabel } from './template.ts';

const historyAnnotation = 'rollout.argoproj.io/revision-history';
const notCopied = [
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /^rollout\.argoproj\.io\/revision$/,
  /^notified\.notifications\./,
];

/**
 * The wanted template needs a ReplicaSet: it is created without pods, complete from the start, and the Rollout carries its revision.
 * `spec` of the Rollout is never written.
 */
export function createReplicaSet(situation: Situation): Move | undefined {
  if (situation.current !== undefined) return undefined;
  const name = `${situation.rollout.metadata.name}-${situation.templateName}`;
  const taken = situation.all.find((version) => version.name === name);
  if (taken !== undefined) return { because: `ReplicaSet ${name} is being deleted; a new one is created when it is gone` };
  const revision = newestRevision(situation.all) + 1;
  const { cluster, namespace } = situation.ref;
  const on = { cluster, group: 'apps', kind: 'ReplicaSet', namespace, name };
  return {
    because: `created ReplicaSet ${name} for revision ${revision}, without pods`,
    actions: [{ do: 'create', on, body: bodyOf(situation, name, revision) }, ...recordRevision(situation, revision)],
    statusWaits: true,
  };
}

/** The wanted ReplicaSet carries the highest revision, and the Rollout the same one. */
export function renumber(situation: Situation): Move | undefined {
  const { current, all } = situation;
  if (current === undefined) return undefined;
  const others = newestRevision(all.filter((version) => version !== current));
  const revision = current.revision > others ? current.revision : others + 1;
  const actions = [
    ...(revision === current.revision ? [] : [raiseRevision(situation, current, revision)]),
    ...recordRevision(situation, revision),
  ];
  if (actions.length === 0) return undefined;
  return { because: `ReplicaSet ${current.name} is revision ${revision}`, actions, statusWaits: true };
}

/** The revision of the wanted version. */
export function revisionOf(situation: Situation): number {
  return situation.current?.revision ?? 0;
}

function newestRevision(versions: readonly Version[]): number {
  return versions.reduce((newest, version) => Math.max(newest, version.revision), 0);
}

function raiseRevision(situation: Situation, version: Version, revision: number): Action {
  const { view, raw } = version.resource;
  const before = version.revision === 0 ? [] : [String(version.revision)];
  const history = [...(view.metadata.annotations?.[historyAnnotation] ?? '').split(',').filter((text) => text !== ''), ...before];
  const annotations = {
    [revisionAnnotation]: String(revision),
    ...(history.length === 0 ? {} : { [historyAnnotation]: history.join(',') }),
  };
  return { do: 'patch', on: refOf(raw, situation.ref.cluster), body: { metadata: { annotations } }, ...onlyThis(view.metadata.uid) };
}

function recordRevision(situation: Situation, revision: number): readonly Action[] {
  const { annotations, resourceVersion } = situation.rollout.metadata;
  if (annotations?.[revisionAnnotation] === String(revision)) return [];
  const body = { metadata: { annotations: { [revisionAnnotation]: String(revision) } } };
  return [{ do: 'patch', on: situation.ref, body, ...(resourceVersion === undefined ? {} : { if: { resourceVersion } }) }];
}

/** A precondition on the object's identity, so that a namesake made meanwhile is not written. */
export function onlyThis(uid: string | undefined): Pick<Action, 'if'> {
  return uid === undefined ? {} : { if: { uid } };
}

function bodyOf(situation: Situation, name: string, revision: number): Body {
  const { rollout, observed, templateName, replicas } = situation;
  const { spec } = observed.rollout.raw;
  const template = isBody(spec) && isBody(spec['template']) ? spec['template'] : {};
  const selector = isBody(spec) && isBody(spec['selector']) ? spec['selector'] : {};
  const labels = { ...labelsOf(template), [hashLabel]: templateName };
  const copied = Object.entries(rollout.metadata.annotations ?? {}).filter(([key]) => !notCopied.some((pattern) => pattern.test(key)));
  const ours = { [revisionAnnotation]: String(revision), [desiredAnnotation]: String(replicas) };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: situation.ref.namespace,
      labels,
      annotations: { ...Object.fromEntries(copied), ...ours },
      ownerReferences: [controllerReference(observed.rollout.raw)],
    },
    spec: {
      replicas: 0,
      ...(rollout.spec.minReadySeconds === undefined ? {} : { minReadySeconds: rollout.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...bodyIn(selector, 'matchLabels'), [hashLabel]: templateName } },
      template: { ...template, metadata: { ...bodyIn(template, 'metadata'), labels } },
    },
  };
}

function labelsOf(template: Body): Body {
  return bodyIn(bodyIn(template, 'metadata'), 'labels');
}

function bodyIn(holder: Body, field: string): Body {
  const value = holder[field];
  return isBody(value) ? value : {};
}
