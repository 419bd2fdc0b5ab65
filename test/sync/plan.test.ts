import { describe, expect, it } from 'vitest';
import { planSync } from '../../src/sync/plan.ts';
import { withResults } from '../../src/sync/results.ts';
import {
  application,
  automated,
  failing,
  inWave,
  ModelCluster,
  modelWith,
  now,
  object,
  ready,
  run,
  starting,
  targets,
  withState,
} from './model.ts';

const app = application({ spec: automated() });
const done = 'done: successfully synced (all tasks run)';

describe('a sync', () => {
  it('applies kinds in their order, names in theirs, and only what differs or is missing', () => {
    const wanted = targets(
      object('Deployment', 'web'),
      object('Service', 'b'),
      object('Service', 'a'),
      object('ConfigMap', 'same'),
      object('ConfigMap', 'other', { data: { n: '2' } }),
      object('Widget', 'w'),
      object('Namespace', 'prod'),
    );
    const model = new ModelCluster(...targets(object('ConfigMap', 'same'), object('ConfigMap', 'other', { data: { n: '1' } })));
    expect(run(model, wanted, app).steps).toEqual([
      'apply Namespace prod, apply ConfigMap other, apply Service a, apply Service b, apply Deployment web, apply Widget w',
      done,
    ]);
  });

  it('of the same commit applies nothing the second time', () => {
    const wanted = targets(object('Deployment', 'web'), object('Service', 'a'), object('ConfigMap', 'x', {}, inWave(3)));
    const model = modelWith(ready);
    const first = run(model, wanted, app);
    const before = model.acted.length;
    expect(run(model, wanted, first.app, { now: now + 1000 }).steps).toEqual([done]);
    expect(model.acted.length).toBe(before);
  });

  it('does one wave per call and waits for the health of every wave but the last', () => {
    const wanted = targets(
      object('Deployment', 'db', {}, inWave(-1)),
      object('ConfigMap', 'x'),
      object('Deployment', 'web', {}, inWave(2)),
    );
    const model = modelWith(starting);
    const halted = run(model, wanted, app);
    expect(halted.steps).toEqual(['apply Deployment db', 'wait: waiting for healthy state of Deployment prod/db']);
    expect(halted.last).toMatchObject({ for: [{ kind: 'Deployment', name: 'db' }], status: { phase: 'Running' } });

    model.finish = ready;
    for (const body of [...model.objects.values()]) model.put(body);
    const ended = run(model, wanted, halted.app);
    expect(ended.steps).toEqual(['apply ConfigMap x', 'apply Deployment web', done]);
    expect(ended.last).toMatchObject({
      status: {
        phase: 'Succeeded',
        startedAt: '2026-03-01T12:00:00Z',
        finishedAt: '2026-03-01T12:00:00Z',
        operation: { sync: { revision: 'c1', prune: true }, initiatedBy: { automated: true } },
        syncResult: { revision: 'c1', resources: [{ kind: 'ConfigMap', status: 'Synced' }, { name: 'db' }, { name: 'web' }] },
      },
    });
  });

  it('fails where an earlier wave is degraded, and starts no later one', () => {
    const wanted = targets(object('Deployment', 'db'), object('ConfigMap', 'x', {}, inWave(1)));
    expect(run(modelWith(failing), wanted, app).steps).toEqual([
      'apply Deployment db',
      'failed: Deployment prod/db is Degraded: Deployment "db" exceeded its progress deadline; later waves were not started',
    ]);
  });

  it('does not await the last wave', () => {
    expect(run(modelWith(failing), targets(object('Deployment', 'web')), app).steps).toEqual(['apply Deployment web', done]);
  });

  it('tries everything beforehand: one refusal, and nothing is touched', () => {
    const model = new ModelCluster(...targets(object('ConfigMap', 'a', { data: { n: '1' } })));
    model.refuses = (body) => (body.kind === 'Service' ? 'spec.ports: Required value' : undefined);
    const { steps, last } = run(model, targets(object('Service', 'web'), object('ConfigMap', 'a', { data: { n: '2' } })), app);
    expect(steps).toEqual([
      'failed: one or more objects failed to apply (dry run), nothing was changed: Service web: spec.ports: Required value',
    ]);
    expect(last).toMatchObject({
      status: {
        phase: 'Failed',
        syncResult: { resources: [{ kind: 'Service', status: 'SyncFailed', message: 'spec.ports: Required value' }] },
      },
    });
    expect(model.acted).toEqual([]);
  });

  it('asks for the dry runs of missing objects too, but not of those whose namespace or kind comes with it', () => {
    const crd = object('CustomResourceDefinition', 'widgets', {
      spec: { group: 'example.com', names: { kind: 'Widget' }, scope: 'Namespaced' },
    });
    const inNew = { ...object('ConfigMap', 'n'), metadata: { name: 'n', namespace: 'new' } };
    const wanted = targets(crd, object('Widget', 'w'), object('Namespace', 'new'), inNew, object('ConfigMap', 'x'));
    const question = { ...new ModelCluster().ask(wanted, app), predictions: {} };
    const step = planSync(question);
    expect(step.kind === 'needs' ? step.dryRuns.map(({ kind, name }) => `${kind} ${name}`) : step).toEqual([
      'ConfigMap x',
      'Namespace new',
      'CustomResourceDefinition widgets',
    ]);
  });

  it('waits for a new kind before its objects', () => {
    const crd = object('CustomResourceDefinition', 'widgets', { spec: { group: 'example.com', names: { kind: 'Widget' } } }, inWave(5));
    const wanted = targets(crd, object('Widget', 'w', {}, inWave(1)));
    const model = new ModelCluster();
    const halted = run(model, wanted, app);
    expect(halted.steps).toEqual([
      'apply CustomResourceDefinition widgets',
      'wait: waiting for the server to establish CustomResourceDefinition widgets',
    ]);
    model.put({ ...model.objects.get([...model.objects.keys()][0]!)!, status: { conditions: [{ type: 'Established', status: 'True' }] } });
    expect(run(model, wanted, halted.app).steps).toEqual(['apply Widget w', done]);
  });

  it('creates the destination namespace first where the Application says so and it is missing', () => {
    const creating = application({
      spec: {
        ...automated(),
        syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'], managedNamespaceMetadata: { labels: { a: 'b' } } },
      },
    });
    const model = new ModelCluster();
    const wanted = targets(object('ConfigMap', 'x'));
    const first = run(model, wanted, creating);
    expect(first.steps).toEqual(['apply Namespace prod, apply ConfigMap x', done]);
    expect(model.acted[0]?.body).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod', labels: { a: 'b' } } });
    expect(run(model, [...wanted, ...targets(object('ConfigMap', 'y'))], first.app).steps).toEqual(['apply ConfigMap y', done]);
  });

  it('fails with the sentences of what the server refused on the way, and takes a conflict up again', () => {
    const wanted = targets(object('ConfigMap', 'a'), object('ConfigMap', 'b'));
    const model = new ModelCluster();
    const step = planSync(model.ask(wanted, app));
    if (step.kind !== 'act') throw new Error(step.kind);
    const [first, second] = step.actions;
    const refused = withResults(step.status, [
      { action: first!, kind: 'refused', because: 'quota exceeded' },
      { action: second!, kind: 'done' },
    ]);
    expect(planSync(model.ask(wanted, withState(app, refused)))).toMatchObject({
      kind: 'failed',
      because: 'one or more objects failed to apply, reason: ConfigMap a: quota exceeded',
    });
    const raced = withResults(step.status, [
      { action: first!, kind: 'conflict', because: 'changed' },
      { action: second!, kind: 'done' },
    ]);
    expect(planSync(model.ask(wanted, withState(app, raced)))).toMatchObject({ kind: 'act', actions: [{ on: { name: 'a' } }] });
  });

  it('keeps the live replicas of an autoscaled workload until another manager owns them', () => {
    const scaler = object('HorizontalPodAutoscaler', 'web', {
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    });
    const spec = (image: string, replicas: number) => ({ spec: { replicas, template: { spec: { containers: [{ image }] } } } });
    const wanted = targets(object('Deployment', 'web', spec('a:2', 2)), scaler);
    const live = targets(object('Deployment', 'web', spec('a:1', 9)), scaler);
    const alone = run(new ModelCluster(...live), wanted, app);
    expect(alone.steps).toEqual(['apply Deployment web', done]);
    const applied = (model: ModelCluster) => model.acted.map(({ body }) => body?.['spec']);
    const mine = new ModelCluster(...live);
    run(mine, wanted, app);
    expect(applied(mine)).toMatchObject([{ replicas: 9 }]);
    const managedFields = [{ operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
    const theirs = new ModelCluster(...live.map((body) => ({ ...body, metadata: { ...body.metadata, managedFields } })));
    run(theirs, wanted, app);
    expect(applied(theirs)).toMatchObject([{ template: {} }]);
    expect(applied(theirs)[0]).not.toHaveProperty('replicas');
  });
});
