import { afterEach, expect, it } from 'vitest';
import { isBody } from '../../src/kernel/json.ts';
import type { KubeObject } from '../../src/resources/meta.ts';
import type { RealStage } from './stage.ts';
import { acted, hasControlPlane, namespace, patienceMs, phaseOf, rolloutWith, seen, startRealStage, web } from './stage.ts';

/**
 * The order in which Argo Rollouts 1.9.1 wrote a Rollout's status on a real API server, as measured: phase, step, what Progressing says,
 * what became of the analysis, whether the wanted version is the stable one; each once. 5 replicas, maxSurge 1, maxUnavailable 0.
 */
const begun = [
  'Progressing 0 ReplicaSetUpdated - other',
  'Progressing 1 ReplicaSetUpdated - other',
  'Paused 1 ReplicaSetUpdated - other',
  'Paused 1 RolloutPaused - other',
  'Progressing 1 RolloutResumed - other',
  'Progressing 2 ReplicaSetUpdated - other',
  'Progressing 3 ReplicaSetUpdated - other',
  'Paused 3 ReplicaSetUpdated - other',
  'Paused 3 RolloutPaused - other',
  'Progressing 4 ReplicaSetUpdated - other',
  'Progressing 4 ReplicaSetUpdated named other',
];
const measured = {
  success: [
    ...begun,
    'Progressing 4 ReplicaSetUpdated Running other',
    'Progressing 5 ReplicaSetUpdated - other',
    'Progressing 6 ReplicaSetUpdated - other',
    'Progressing 6 ReplicaSetUpdated - stable',
    'Healthy 6 NewReplicaSetAvailable - stable',
  ],
  abort: [...begun, 'Degraded 0 RolloutAborted Failed other'],
};

/**
 * Moments between two writes that ours joins into one, or that pass too quickly to be seen: the pause and its condition, the step that is
 * reached and its pause, the run that is named and running. What matters to readers is the order.
 */
const mayBeJoined = new Set([
  'Progressing 1 ReplicaSetUpdated - other',
  'Paused 1 ReplicaSetUpdated - other',
  'Progressing 1 RolloutResumed - other',
  'Progressing 3 ReplicaSetUpdated - other',
  'Paused 3 ReplicaSetUpdated - other',
  'Progressing 4 ReplicaSetUpdated - other',
  'Progressing 4 ReplicaSetUpdated named other',
  'Progressing 4 ReplicaSetUpdated Running other',
  'Progressing 6 ReplicaSetUpdated - other',
]);

/** Argo writes that a ReplicaSet was created while the old version is still the wanted one; ours says both at once. */
const joined = 'Progressing 0 NewReplicaSetCreated - other';

function momentOf(object: KubeObject): string {
  const status = isBody(object['status']) ? object['status'] : {};
  const conditions: readonly unknown[] = Array.isArray(status['conditions']) ? status['conditions'] : [];
  const progressing = conditions.filter(isBody).find(({ type }) => type === 'Progressing');
  const canary = isBody(status['canary']) ? status['canary'] : {};
  const run = isBody(canary['currentStepAnalysisRunStatus']) ? canary['currentStepAnalysisRunStatus'] : undefined;
  const analysis = run === undefined ? '-' : run['status'] || 'named';
  const version = status['currentPodHash'] === status['stableRS'] ? 'stable' : 'other';
  return [status['phase'], status['currentStepIndex'], progressing?.['reason'], analysis, version].join(' ');
}

const template = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'errors', namespace },
  spec: { metrics: [{ name: 'errors', successCondition: 'result < 1', provider: { prometheus: { address: 'http://p', query: 'x' } } }] },
};
const steps = [
  { setWeight: 20 },
  { pause: {} },
  { setWeight: 60 },
  { pause: { duration: '1s' } },
  { analysis: { templates: [{ templateName: 'errors' }] } },
  { setWeight: 80 },
];

let stage: RealStage | undefined;
afterEach(() => stage?.stop(), 30_000);

/** Every moment of a canary that measures this number, each once. */
async function play(value: number): Promise<readonly string[]> {
  const strategy = { canary: { maxSurge: 1, maxUnavailable: 0, steps } };
  stage = await startRealStage(rolloutWith('shop:1', { replicas: 5, strategy }), {
    objects: [template],
    measure: () => Promise.resolve({ value: { type: 'float64', value }, text: String(value), metadata: {} }),
  });
  const { user } = stage;
  const moments: string[] = [];
  user.onChange(({ object }) => {
    const moment = momentOf(object);
    if (object.kind === 'Rollout' && acted(object) && moments.at(-1) !== moment) moments.push(moment);
  });
  const patch = (body: object) => user.act({ do: 'patch', on: web, body: { ...body } }, AbortSignal.timeout(patienceMs));
  await patch({ spec: { template: { spec: { containers: [{ name: 'web', image: 'shop:2' }] } } } });
  await seen(user, (object) => phaseOf(object) === 'Paused');
  await user.act({ do: 'status', on: web, body: { status: { pauseConditions: null } } }, AbortSignal.timeout(patienceMs));
  const end = value < 1 ? 'Healthy' : 'Degraded';
  await seen(user, (object) => acted(object) && phaseOf(object) === end);
  const first = moments.findIndex((moment) => moment.startsWith('Progressing 0'));
  return moments.slice(first);
}

it.skipIf(!hasControlPlane).each([
  ['success', 0],
  ['abort', 5],
] as const)(
  'the status of a canary that ends in %s is written in the order that readers know',
  async (end, value) => {
    const moments = await play(value);
    const known = [joined, ...measured[end]];
    const order = moments.map((moment) => known.indexOf(moment));
    // Nothing that the measured system never showed, in its order, and nothing left out but what may be joined.
    expect(moments.filter((moment) => !known.includes(moment))).toEqual([]);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(known.filter((moment) => moment !== joined && !moments.includes(moment) && !mayBeJoined.has(moment))).toEqual([]);
  },
  240_000,
);
