import { kubeTime, millisOf } from '../../src/kernel/time.ts';
import type { Action } from '../../src/kernel/action.ts';
import { type Body, isBody } from '../../src/kernel/json.ts';
import { AnalysisRun, AnalysisTemplate } from '../../src/resources/analysis.ts';
import { type KubeObject, ownedBy, readResource, type Resource } from '../../src/resources/meta.ts';
import { Rollout } from '../../src/resources/rollout.ts';
import { ReplicaSet } from '../../src/resources/workload.ts';
import { advance } from '../../src/rollout/advance.ts';
import type { Barred, Observed, RolloutStep } from '../../src/rollout/observed.ts';
import type * as z from 'zod';

/** A cluster with one Rollout: applies actions as an API server does, and plays ReplicaSet controller and kubelet when told to. */
export type Model = {
  now: number;
  version: number;
  rollout: KubeObject;
  readonly objects: Map<string, KubeObject>;
  /** Images whose pods never become available. */
  readonly broken: Set<string>;
  readonly templates: Record<string, KubeObject>;
  /** Images that were found bad elsewhere, and that Git has not learnt. */
  barred?: readonly Barred[];
};

const start = millisOf('2026-03-01T12:00:00.000Z');

const template = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
});

export const captureSteps = [
  { setWeight: 20 },
  { pause: {} },
  { setWeight: 60 },
  { pause: { duration: '1s' } },
  { analysis: { templates: [{ templateName: 'errors' }], args: [{ name: 'app', value: 'web' }] } },
  { setWeight: 80 },
];

export const errorsTemplate: KubeObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'errors', namespace: 'ro' },
  spec: {
    args: [{ name: 'app' }],
    metrics: [
      {
        name: 'error-ratio',
        interval: '1s',
        count: 2,
        successCondition: 'result[0] < 0.05',
        provider: { prometheus: { address: 'http://127.0.0.1:9090', query: 'error_ratio{app="{{args.app}}"}' } },
      },
    ],
  },
};

export type Shape = {
  readonly steps?: readonly unknown[];
  readonly replicas?: number;
  readonly image?: string;
  readonly canary?: Body;
  readonly spec?: Body;
  readonly annotations?: Record<string, string>;
};

export function modelOf(shape: Shape = {}): Model {
  const { steps = captureSteps, replicas = 5, image = 'team/web:1', canary = { maxSurge: 1, maxUnavailable: 0 } } = shape;
  const rollout: KubeObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name: 'web',
      namespace: 'ro',
      uid: 'rollout-1',
      generation: 1,
      resourceVersion: '1',
      ...(shape.annotations ? { annotations: shape.annotations } : {}),
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: template(image),
      strategy: { canary: { ...canary, steps } },
      ...shape.spec,
    },
  };
  return { now: start, version: 1, rollout, objects: new Map(), broken: new Set(), templates: { errors: errorsTemplate } };
}

/** One pass: what the engine answers for what it sees now, carried out in order. */
export function pass(model: Model): RolloutStep {
  const step = advance(observe(model), model.now);
  for (const action of step.actions) if (!carryOut(model, action)) break;
  return step;
}

/** Passes and settling pods until nothing moves any more; fails loudly when that never happens. */
export function settleAll(model: Model, limit = 200): readonly RolloutStep[] {
  const steps: RolloutStep[] = [];
  for (let round = 0; round < limit; round++) {
    const step = pass(model);
    steps.push(step);
    const moved = settlePods(model);
    if (step.actions.length === 0 && !moved) return steps;
  }
  throw new Error(`not at rest after ${limit} passes: ${steps.at(-1)?.because ?? ''}`);
}

export function observe(model: Model): Observed {
  const all = [...model.objects.values()];
  const mine = (object: KubeObject): boolean => ownedBy(object, model.rollout.metadata.uid ?? '');
  const sets = all.filter((object) => object.kind === 'ReplicaSet');
  const runsThere = all.filter((object) => object.kind === 'AnalysisRun');
  return {
    cluster: 'here',
    rollout: read(Rollout, model.rollout),
    replicaSets: sets.filter(mine).map((object) => read(ReplicaSet, object)),
    orphans: sets.filter((object) => (object.metadata.ownerReferences ?? []).length === 0).map((object) => read(ReplicaSet, object)),
    pods: [],
    runs: runsThere.filter(mine).map((object) => read(AnalysisRun, object)),
    takenNames: runsThere.filter((object) => !mine(object)).map((object) => object.metadata.name),
    ...(model.barred === undefined ? {} : { barred: model.barred }),
    providers: { prometheus: [] },
    templates: Object.fromEntries(Object.entries(model.templates).map(([name, object]) => [name, read(AnalysisTemplate, object)])),
  };
}

function read<View>(schema: z.ZodType<View>, raw: KubeObject): Resource<View> {
  const answer = readResource(schema, raw);
  if (answer.kind === 'malformed') throw new Error(JSON.stringify(answer.problems));
  return answer.resource;
}

function carryOut(model: Model, action: Action): boolean {
  const held = action.on.kind === 'Rollout' ? model.rollout : model.objects.get(`${action.on.kind}/${action.on.name}`);
  if (action.do === 'create') return create(model, action, held);
  if (held === undefined) throw new Error(`${action.do} of ${action.on.name}, which is not there`);
  if (!isMet(action.if, held)) return false;
  if (action.do === 'delete') model.objects.delete(`${action.on.kind}/${action.on.name}`);
  else change(model, held, action.body ?? {}, action.do === 'status');
  return true;
}

function isMet(condition: Action['if'], { metadata }: KubeObject): boolean {
  const { resourceVersion = metadata.resourceVersion, uid = metadata.uid } = condition ?? {};
  return resourceVersion === metadata.resourceVersion && uid === metadata.uid;
}

function create(model: Model, action: Action, held: KubeObject | undefined): boolean {
  if (held !== undefined || !isObject(action.body)) throw new Error(`cannot create ${action.on.name}`);
  model.version++;
  const server = {
    uid: `uid-${model.version}`,
    creationTimestamp: kubeTime(model.now),
    generation: 1,
    resourceVersion: String(model.version),
  };
  model.objects.set(`${action.on.kind}/${action.on.name}`, { ...action.body, metadata: { ...action.body.metadata, ...server } });
  return true;
}

/** A merge patch by anyone; a change of spec raises the generation. */
export function change(model: Model, held: KubeObject, patch: Body, statusOnly = false): void {
  const allowed = statusOnly
    ? { status: patch['status'] }
    : Object.fromEntries(Object.entries(patch).filter(([key]) => held.kind !== 'Rollout' || key !== 'status'));
  const merged = merge(held, allowed);
  if (!isObject(merged)) throw new Error('a patch took the object apart');
  const respecified = JSON.stringify(merged['spec']) !== JSON.stringify(held['spec']);
  model.version++;
  const metadata = {
    ...merged.metadata,
    generation: (held.metadata.generation ?? 1) + (respecified ? 1 : 0),
    resourceVersion: String(model.version),
  };
  const next = { ...merged, metadata };
  if (held.kind === 'Rollout') model.rollout = next;
  else model.objects.set(`${held.kind}/${held.metadata.name}`, next);
}

/** What a person or the kubectl plugin writes. */
export function patchSpec(model: Model, spec: Body): void {
  change(model, model.rollout, { spec });
}

export function patchStatus(model: Model, status: Body): void {
  change(model, model.rollout, { status }, true);
}

export function setImage(model: Model, image: string): void {
  patchSpec(model, { template: template(image) });
}

/** The objects of a JSON text, for a test that trusts it. */
export function objectsIn(text: string): readonly KubeObject[] {
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.filter(isObject) : [];
}

export function finishRun(model: Model, phase: string, message?: string): void {
  const run = [...model.objects.values()].filter((object) => object.kind === 'AnalysisRun' && !finished(object)).at(-1);
  if (run === undefined) throw new Error('no run to finish');
  change(model, run, { status: { phase, ...(message === undefined ? {} : { message }) } });
}

function finished(run: KubeObject): boolean {
  return isBody(run['status']) && ['Successful', 'Failed', 'Error', 'Inconclusive'].includes(String(run['status']['phase']));
}

export type Counts = { spec: number; pods: number; available: number };

export function countsOf(object: KubeObject): Counts {
  const { spec, status } = read(ReplicaSet, object).view;
  return { spec: spec.replicas ?? 0, pods: status?.replicas ?? 0, available: status?.availableReplicas ?? 0 };
}

export function imageOf(object: KubeObject): string {
  return read(ReplicaSet, object).view.spec.template.spec.containers[0]?.image ?? '';
}

export function replicaSets(model: Model): readonly KubeObject[] {
  return [...model.objects.values()].filter((object) => object.kind === 'ReplicaSet');
}

export function runs(model: Model): readonly KubeObject[] {
  return [...model.objects.values()].filter((object) => object.kind === 'AnalysisRun');
}

/** Wanted pods by image, without the versions that have none. */
export function wantedByImage(model: Model): Record<string, number> {
  const counts = replicaSets(model).map((object) => [imageOf(object), countsOf(object).spec] as const);
  return Object.fromEntries(counts.filter(([, spec]) => spec > 0).sort());
}

/** Every ReplicaSet gets its pods, and all that can become available do. Answers whether anything moved. */
export function settlePods(model: Model): boolean {
  return replicaSets(model)
    .map((object) => settleOne(model, object))
    .includes(true);
}

function settleOne(model: Model, object: KubeObject): boolean {
  const { spec } = countsOf(object);
  return report(model, object, spec, model.broken.has(imageOf(object)) ? 0 : spec);
}

/** What the ReplicaSet controller reports; zeros are left out, as it does. */
export function report(model: Model, object: KubeObject, pods: number, available: number): boolean {
  const held = countsOf(object);
  if (held.pods === pods && held.available === available) return false;
  const some = (count: number) => (count === 0 ? null : count);
  change(model, object, { status: { replicas: pods, readyReplicas: some(available), availableReplicas: some(available) } });
  return true;
}

export function statusOf(model: Model): Body {
  return isBody(model.rollout['status']) ? model.rollout['status'] : {};
}

function isObject(value: unknown): value is KubeObject {
  return isBody(value) && isBody(value['metadata']);
}

function merge(held: unknown, patch: unknown): unknown {
  if (!isBody(patch)) return patch;
  const base = isBody(held) ? held : {};
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const merged = { ...base, ...Object.fromEntries(given.map(([key, value]) => [key, merge(base[key], value)])) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
