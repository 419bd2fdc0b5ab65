import type { Action } from '../../src/kernel/action.ts';
import { isBody } from '../../src/kernel/json.ts';
import { refKey } from '../../src/kernel/refs.ts';
import type { Application, OperationState } from '../../src/resources/application.ts';
import { Application as ApplicationSchema } from '../../src/resources/application.ts';
import type { KubeObject, Resource } from '../../src/resources/meta.ts';
import { readResource, refOf } from '../../src/resources/meta.ts';
import { withResults } from '../../src/sync/results.ts';
import type { ActionResult } from '../../src/sync/results.ts';
import { planSync } from '../../src/sync/plan.ts';
import type { Prediction, SyncQuestion, SyncStep } from '../../src/sync/step.ts';
import { targetsOf } from '../../src/sync/targets.ts';

export const cluster = 'here';
export const now = Date.parse('2026-03-01T12:00:00Z');
export const source = { repoURL: 'https://git.example.com/team/config.git', path: 'shop' };

type AppShape = {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly operation?: unknown;
  readonly annotations?: Record<string, string>;
};

export function application({ spec, status, operation, annotations }: AppShape = {}): Resource<Application> {
  const raw: KubeObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd', ...(annotations === undefined ? {} : { annotations }) },
    spec: { source, destination: { server: 'https://kubernetes.default.svc', namespace: 'prod' }, ...spec },
    status: { history: [{ id: 0 }], ...status },
    ...(operation === undefined ? {} : { operation }),
  };
  const read = readResource(ApplicationSchema, raw);
  if (read.kind !== 'read') throw new Error(JSON.stringify(read.problems));
  return read.resource;
}

export const automated = (more: object = {}) => ({ syncPolicy: { automated: { prune: true, selfHeal: true, ...more } } });

export function object(
  kind: string,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
  annotations?: Record<string, string>,
): KubeObject {
  const groups: Readonly<Record<string, string>> = {
    Deployment: 'apps/v1',
    CustomResourceDefinition: 'apiextensions.k8s.io/v1',
    HorizontalPodAutoscaler: 'autoscaling/v2',
    Widget: 'example.com/v1',
    ClusterRole: 'rbac.authorization.k8s.io/v1',
  };
  return { apiVersion: groups[kind] ?? 'v1', kind, metadata: { name, ...(annotations === undefined ? {} : { annotations }) }, ...more };
}

export const inWave = (wave: number) => ({ 'argocd.argoproj.io/sync-wave': String(wave) });

export function targets(...objects: readonly KubeObject[]): readonly KubeObject[] {
  const clusterScoped = ['Namespace', 'CustomResourceDefinition', 'ClusterRole'];
  const at = { name: 'shop', namespace: 'argocd', destinationNamespace: 'prod' };
  return targetsOf(objects, at, ({ kind }) => !clusterScoped.includes(kind)).targets;
}

export const keyOf = (body: KubeObject): string => refKey(refOf(body, cluster));

/** A cluster that stores what is applied; `healthy` workloads report that all is well. */
export class ModelCluster {
  readonly objects = new Map<string, KubeObject>();
  readonly acted: Action[] = [];
  refuses: (body: KubeObject) => string | undefined = () => undefined;
  finish: (body: KubeObject) => KubeObject = (body) => body;
  #uid = 0;

  constructor(...objects: readonly KubeObject[]) {
    for (const body of objects) this.put(body);
  }

  put(body: KubeObject): void {
    const before = this.objects.get(keyOf(body));
    this.#uid += 1;
    const uid = before?.metadata.uid ?? `u${this.#uid}`;
    const metadata = { ...body.metadata, uid, resourceVersion: String(this.#uid) };
    this.objects.set(keyOf(body), this.finish({ ...body, metadata }));
  }

  predict(target: KubeObject): Prediction {
    const because = this.refuses(target);
    if (because !== undefined) return { kind: 'refused', because };
    const live = this.objects.get(keyOf(target));
    return { kind: 'predicted', object: { ...target, ...(live?.['status'] === undefined ? {} : { status: live['status'] }) } };
  }

  act(action: Action): ActionResult {
    this.acted.push(action);
    if (action.do === 'delete') {
      const held = [...this.objects].find(([, body]) => body.metadata.uid === action.if?.uid);
      if (held === undefined) return { action, kind: 'conflict', because: 'another uid' };
      this.objects.delete(held[0]);
      return { action, kind: 'done' };
    }
    const body = action.body;
    if (!isBody(body)) throw new Error('nothing to apply');
    const applied = body as unknown as KubeObject;
    const because = this.refuses(applied);
    if (because !== undefined) return { action, kind: 'refused', because };
    this.put(applied);
    return { action, kind: 'done' };
  }

  ask(wanted: readonly KubeObject[], app: Resource<Application>, more: Partial<SyncQuestion> = {}): SyncQuestion {
    const live = Object.fromEntries(this.objects);
    const predictions = Object.fromEntries(wanted.map((target) => [keyOf(target), this.predict(target)]));
    return { application: app, revision: 'c1', targets: wanted, live, predictions, cluster, now, ...more };
  }
}

export function withState(app: Resource<Application>, state: OperationState): Resource<Application> {
  const status = { ...app.view.status, operationState: state };
  const { operation: _taken, ...view } = app.view;
  return { view: { ...view, status }, raw: { ...app.raw, status, operation: null } };
}

export type Run = { readonly steps: readonly string[]; readonly last: SyncStep; readonly app: Resource<Application> };

/** Calls `planSync` until it ends or waits, carrying every action out. */
export function run(model: ModelCluster, wanted: readonly KubeObject[], app: Resource<Application>, more: Partial<SyncQuestion> = {}): Run {
  const steps: string[] = [];
  let current = app;
  for (let round = 0; round < 50; round++) {
    const step = planSync(model.ask(wanted, current, more));
    steps.push(describeStep(step));
    if (step.kind === 'needs') throw new Error(`needs ${step.dryRuns.map(refKey).join(', ')}`);
    const state =
      step.kind === 'act'
        ? withResults(
            step.status,
            step.actions.map((action) => model.act(action)),
          )
        : step.status;
    current = withState(current, state);
    if (step.kind !== 'act') return { steps, last: step, app: current };
  }
  throw new Error('no end');
}

function describeStep(step: SyncStep): string {
  if (step.kind === 'act') return step.actions.map((action) => `${action.do} ${action.on.kind} ${action.on.name}`).join(', ');
  return step.kind === 'needs' ? 'needs' : `${step.kind}: ${step.because}`;
}

export const ready = (body: KubeObject): KubeObject => ({
  ...body,
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
});
export const starting = (body: KubeObject): KubeObject => ({
  ...body,
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 0 },
});
export const failing = (body: KubeObject): KubeObject => ({
  ...body,
  status: { conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] },
});

export function modelWith(finish: (body: KubeObject) => KubeObject, ...objects: readonly KubeObject[]): ModelCluster {
  const model = new ModelCluster(...objects);
  model.finish = (body) => (body.kind === 'Deployment' ? finish(body) : body);
  return model;
}
