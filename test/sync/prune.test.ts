import { describe, expect, it } from 'vitest';
import { application, automated, inWave, ModelCluster, modelWith, object, run, starting, targets } from './model.ts';

const app = application({ spec: automated() });
const done = 'done: successfully synced (all tasks run)';

describe('pruning', () => {
  const old = (name: string, annotations?: Record<string, string>) => targets(object('ConfigMap', name, {}, annotations));
  const kept = targets(object('ConfigMap', 'kept'));

  it('comes last, the highest wave first, with the uid as precondition', () => {
    const model = new ModelCluster(...old('a', inWave(1)), ...old('b', inWave(2)), ...kept);
    const wanted = [...kept, ...targets(object('Service', 'web'))];
    expect(run(model, wanted, app).steps).toEqual(['apply Service web', 'delete ConfigMap b', 'delete ConfigMap a', done]);
    expect(model.acted[1]).toMatchObject({ do: 'delete', body: { propagationPolicy: 'Foreground' }, if: { uid: 'u2' } });
  });

  it('waits until a wave is gone', () => {
    const model = new ModelCluster(...old('a'), ...kept);
    model.act = (action) => ({ action, kind: 'done' });
    expect(run(model, kept, app).steps).toEqual(['delete ConfigMap a', 'wait: waiting for deletion of ConfigMap prod/a']);
  });

  const confirm = { 'argocd.argoproj.io/sync-options': 'Prune=confirm' };
  const keep = { 'argocd.argoproj.io/sync-options': 'Prune=false,Validate=false' };

  it.each([
    ['the Application does not prune', application({ spec: automated({ prune: false }) }), old('a'), 'ignored (requires pruning)'],
    ['the object says Prune=false', app, old('a', keep), 'ignored (no prune)'],
    [
      'it is the first sync after adoption',
      application({ spec: automated(), status: { history: [] } }),
      old('a'),
      'ignored (the first sync after adoption prunes nothing)',
    ],
  ])('is left where %s, and the row says so', (_, application, live, message) => {
    const model = new ModelCluster(...live, ...kept);
    const { steps, last } = run(model, kept, application);
    expect(steps).toEqual([done]);
    expect(last).toMatchObject({ status: { syncResult: { resources: [{ name: 'a', status: 'PruneSkipped', message }] } } });
    expect(model.acted).toEqual([]);
  });

  it('is left on our first sync although Argo CD left a history', () => {
    const model = new ModelCluster(...old('a'), ...kept);
    expect(run(model, kept, app, { adopting: true }).steps).toEqual([done]);
  });

  it('waits for a person where the object asks for it', () => {
    const model = new ModelCluster(...old('a', confirm), ...kept);
    expect(run(model, kept, app).steps).toEqual(['wait: waiting for pruning confirmation of ConfigMap prod/a']);
    const approved = application({ spec: automated(), annotations: { 'argocd.argoproj.io/deletion-approved': '2026-03-01T12:00:01Z' } });
    expect(run(model, kept, approved).steps).toEqual(['delete ConfigMap a', done]);
  });

  it('touches only objects whose tracking id describes themselves with this name', () => {
    const copy = { ...old('a')[0]!, kind: 'Secret' };
    const other = {
      ...old('a')[0]!,
      metadata: { ...old('b')[0]!.metadata, annotations: { 'argocd.argoproj.io/tracking-id': 'shop2:/ConfigMap:prod/b' } },
    };
    expect(run(new ModelCluster(copy, other, ...kept), kept, app).steps).toEqual([done]);
  });

  it('with PruneLast waits for the health of what was applied', () => {
    const last = application({ spec: { syncPolicy: { automated: { prune: true }, syncOptions: ['PruneLast=true'] } } });
    const model = modelWith(starting, ...old('a'));
    expect(run(model, targets(object('Deployment', 'web')), last).steps).toEqual([
      'apply Deployment web',
      'wait: waiting for healthy state of Deployment prod/web',
    ]);
  });
});
