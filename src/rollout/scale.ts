import type { Action } from '../kernel/action.ts';
import { refOf } from '../resources/meta.ts';
import { fenceposts } from './fenceposts.ts';
import type { Move } from './move.ts';
import { onlyThis } from './newcomer.ts';
import { countsNow } from './replicas.ts';
import { desiredAnnotation, replicaQuestion, type Situation, type Version, wantedWeight } from './situation.ts';

/**
 * spec.replicas changed: every ReplicaSet that has pods follows it before any further step is taken. The annotation on the ReplicaSet
 * says which number it was last scaled for.
 */
export function followReplicas(situation: Situation): Move | undefined {
  const { stable, current, replicas } = situation;
  const wanted = String(replicas);
  const behind = [stable, current].find(
    (version) => version !== undefined && version.spec > 0 && version.resource.view.metadata.annotations?.[desiredAnnotation] !== wanted,
  );
  if (behind === undefined) return undefined;
  const counts = countsNow(replicaQuestion(situation));
  const spec = behind === current ? counts.canary : counts.stable;
  return {
    because: `spec.replicas is ${replicas}: ReplicaSet ${behind.name} goes from ${behind.spec} to ${spec}`,
    actions: [scale(situation, behind, spec)],
  };
}

/** At most one ReplicaSet a pass: the stable one, the canary, then what is left of older versions. */
export function scaleOne(situation: Situation): Move | undefined {
  const { current, stable, replicas } = situation;
  if (current === undefined) return undefined;
  const counts = countsNow(replicaQuestion(situation));
  const why = stable === current || stable === undefined ? `of ${replicas}` : `of ${replicas} for weight ${wantedWeight(situation)}`;
  if (stable !== undefined && stable !== current && stable.spec !== counts.stable) return to(situation, stable, counts.stable, why);
  if (current.spec !== counts.canary) return to(situation, current, counts.canary, why);
  return drainOlder(situation);
}

/** Older versions give up their pods as far as availability permits, pods that are not available first. So does an aborted canary that older ones hold up. */
function drainOlder(situation: Situation): Move | undefined {
  const { older, all, replicas, canary, current, status } = situation;
  const { unavailable } = fenceposts(replicas, canary.maxSurge, canary.maxUnavailable);
  const healthy = (version: Version) => Math.min(version.spec, version.available);
  const spare = Math.max(0, all.reduce((sum, version) => sum + healthy(version), 0) - (replicas - unavailable));
  const aborted = status.abort === true && current !== undefined && older.some((version) => version.spec > 0) ? [current] : [];
  for (const version of [...older, ...aborted]) {
    const after = version.spec - (version.spec - healthy(version)) - Math.min(spare, healthy(version));
    if (after < version.spec) return to(situation, version, after, 'for the versions after it');
  }
  return undefined;
}

function to(situation: Situation, version: Version, spec: number, why: string): Move {
  const verb = spec > version.spec ? 'up' : 'down';
  return { because: `scaling ReplicaSet ${version.name} ${verb} to ${spec} ${why}`, actions: [scale(situation, version, spec)] };
}

function scale(situation: Situation, version: Version, spec: number): Action {
  const { view, raw } = version.resource;
  const body = { metadata: { annotations: { [desiredAnnotation]: String(situation.replicas) } }, spec: { replicas: spec } };
  return { do: 'patch', on: refOf(raw, situation.ref.cluster), body, ...onlyThis(view.metadata.uid) };
}
