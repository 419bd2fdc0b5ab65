import type { Action } from '../kernel/action.ts';
import { isBody } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import { type KubeObject, refOf } from '../resources/meta.ts';
import type { Move } from './move.ts';
import { onlyThis } from './newcomer.ts';
import { settledOnStable, type Situation, type Version } from './situation.ts';
import { hashLabel } from './template.ts';
import { problemsIn } from './validate-spec.ts';

const managedBy = 'argo-rollouts.argoproj.io/managed-by-rollouts';
const slots = ['stableService', 'canaryService'] as const;
type Slot = (typeof slots)[number];

/**
 * Points the selector of one Service at the pods of its side. A Service that was not managed before is taken over only when all pods
 * of that side are available, so that adoption is no outage; later switches need one available pod; an abort does not wait.
 * Argo Rollouts v1.9. Without observed Services nothing is asked of them.
 */
export function pointServices(situation: Situation): Move | undefined {
  for (const slot of slots) {
    const service = serviceOf(situation, slot);
    const version = sideOf(situation, slot);
    if (service === undefined || version === undefined || selected(service) === version.hash || !mayServe(situation, service, version))
      continue;
    return {
      because: `Service ${service.metadata.name} selects the pods of ${version.name}`,
      actions: [point(situation, service, version.hash)],
    };
  }
  return undefined;
}

/** Services that are named and not there, or that another Rollout manages. */
export function wrongServices(situation: Situation): readonly Problem[] {
  const { canary, observed, rollout } = situation;
  if (observed.services === undefined) return [];
  return slots.flatMap((slot) => {
    const name = canary[slot];
    if (name === undefined) return [];
    const service = observed.services?.[name];
    const owner = service?.metadata.annotations?.[managedBy] ?? rollout.metadata.name;
    return problemsIn([
      [service === undefined, `spec.strategy.canary.${slot}`, name, `a Service in namespace ${situation.ref.namespace}`],
      [owner !== rollout.metadata.name, `spec.strategy.canary.${slot}`, `${name}, which Rollout ${owner} manages`, 'a Service of its own'],
    ]);
  });
}

function serviceOf({ canary, observed }: Situation, slot: Slot): KubeObject | undefined {
  const name = canary[slot];
  return name === undefined ? undefined : observed.services?.[name];
}

function sideOf(situation: Situation, slot: Slot): Version | undefined {
  const { current, stable, status } = situation;
  if (slot === 'stableService' || status.abort === true || settledOnStable(situation)) return stable ?? current;
  return current;
}

function selectorOf(service: KubeObject): Readonly<Record<string, unknown>> {
  const { spec } = service;
  return isBody(spec) && isBody(spec['selector']) ? spec['selector'] : {};
}

function selected(service: KubeObject): unknown {
  return selectorOf(service)[hashLabel];
}

function mayServe({ status }: Situation, service: KubeObject, version: Version): boolean {
  if (selected(service) === undefined) return version.spec > 0 && version.available >= version.spec;
  return status.abort === true || version.available > 0;
}

function point(situation: Situation, service: KubeObject, hash: string): Action {
  const annotations = { [managedBy]: situation.rollout.metadata.name };
  const body = { metadata: { annotations }, spec: { selector: { [hashLabel]: hash } } };
  return { do: 'patch', on: refOf(service, situation.ref.cluster), body, ...onlyThis(service.metadata.uid) };
}
