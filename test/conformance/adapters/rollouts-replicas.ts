import { isBody, sameJson } from '../../../src/kernel/json.ts';
import { type CountOrPercent, fenceposts } from '../../../src/rollout/fenceposts.ts';
import { enoughAvailable, standsAtTarget, type Threshold } from '../../../src/rollout/progress.ts';
import { countsNow, type ReplicaQuestion, type Side } from '../../../src/rollout/replicas.ts';
import { type Counts, splitByWeight } from '../../../src/rollout/split.ts';
import { type Input, notRun } from '../adapter.ts';

/** The arithmetic of a canary without a traffic router; rows that have one are not run. */
export function answer(input: Input): unknown {
  switch (input['kind']) {
    case 'basic':
      return countsNow(questionOf(input));
    case 'basic-walk':
      return { weightCanaryStable: walk(input) };
    case 'approximate':
      return splitByWeight(
        numberOf(input, 'replicas'),
        numberOf(input, 'weight'),
        numberOf(input, 'maxWeight'),
        fencepostsOf(input, 0).surge,
      );
    case 'fenceposts':
      return fencepostsOf(input);
    case 'at-desired':
      return input['trafficRouting'] === true ? notRun : { atDesired: standsAtTarget(questionOf(input)) };
    case 'progress-threshold':
      return { met: enoughAvailable(numberOf(input, 'desired'), numberOf(input, 'available'), thresholdOf(input['threshold'])) };
    default:
      return notRun;
  }
}

export const equal = sameJson;

/** Whether every pod is there and the peer's own arithmetic (kind `basic`) would change nothing. */
export function standsSettled(input: Input): boolean {
  const question = questionOf(input);
  const { canary, stable, older } = question;
  const available = [canary, stable].every((side) => side === undefined || side.available === side.spec);
  const specs = { canary: canary?.spec ?? 0, stable: stable?.spec ?? 0 };
  return available && older.every((side) => side.spec === 0 && side.available === 0) && sameJson(countsNow(question), specs);
}

function fencepostsOf(input: Input, unavailable = countOf(input['maxUnavailable'])): { surge: number; unavailable: number } {
  return fenceposts(numberOf(input, 'replicas'), countOf(input['maxSurge']), unavailable);
}

function questionOf(input: Input): ReplicaQuestion {
  const stable = sideOf(input['stable']);
  const skipped = input['promoteFull'] === true || stable === undefined;
  const older = Array.isArray(input['older']) ? input['older'].map(sideOf).filter((side) => side !== undefined) : [];
  return {
    replicas: numberOf(input, 'replicas'),
    maxSurge: countOf(input['maxSurge']),
    maxUnavailable: countOf(input['maxUnavailable']),
    weight: skipped ? 100 : input['abort'] === true ? 0 : numberOf(input, 'setWeight'),
    canary: sideOf(input['canary']),
    stable,
    older,
  };
}

/** Applies the answer, with every pod available at once, until nothing changes; then the next weight. */
function walk(input: Input): [number, number, number][] {
  const weights = Array.isArray(input['weights']) ? input['weights'].filter((weight) => typeof weight === 'number') : [];
  const seen: [number, number, number][] = [];
  let at: Counts = { canary: 0, stable: numberOf(input, 'replicas') };
  for (const weight of weights) {
    for (let next = step(input, weight, at); !sameJson(next, at); next = step(input, weight, at)) {
      at = next;
      seen.push([weight, at.canary, at.stable]);
    }
  }
  return seen;
}

function step(input: Input, weight: number, at: Counts): Counts {
  const side = (spec: number) => ({ spec, available: spec });
  return countsNow({ ...questionOf(input), weight, canary: side(at.canary), stable: side(at.stable), older: [] });
}

function numberOf(input: Input, field: string): number {
  const value = input[field];
  return typeof value === 'number' ? value : 100;
}

function countOf(value: unknown): CountOrPercent | undefined {
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

function sideOf(value: unknown): Side | undefined {
  return isBody(value) ? { spec: Number(value['spec']), available: Number(value['available']) } : undefined;
}

function thresholdOf(value: unknown): Threshold | undefined {
  return isBody(value) ? { type: String(value['type']), value: Number(value['value']) } : undefined;
}
