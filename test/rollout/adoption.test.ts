import { describe, expect, it } from 'vitest';
import { advance } from '../../src/rollout/advance.ts';
import {
  change,
  objectsIn,
  finishRun,
  modelOf,
  observe,
  pass,
  patchSpec,
  patchStatus,
  replicaSets,
  runs,
  setImage,
  settleAll,
  statusOf,
} from './model.ts';
import { analysing, paused } from './stages.ts';

describe('adoption', () => {
  it('takes ReplicaSets that another engine named, and moves no pod', () => {
    const model = modelOf();
    settleAll(model);
    const [set] = replicaSets(model);
    if (set === undefined) throw new Error('no ReplicaSet');
    const hash = 'another1234';
    model.objects.clear();
    // What Argo Rollouts and the API server leave: another name, and the defaults filled in.
    const filled = JSON.stringify(set)
      .replaceAll(String(statusOf(model)['currentPodHash']), hash)
      .replace('"containers":', '"restartPolicy":"Always","dnsPolicy":"ClusterFirst","securityContext":{},"containers":')
      .replace('"image":', '"imagePullPolicy":"IfNotPresent","resources":{},"image":');
    const [raw] = objectsIn(`[${filled}]`);
    if (raw === undefined) throw new Error('no ReplicaSet');
    model.objects.set(`ReplicaSet/web-${hash}`, raw);
    change(model, model.rollout, { status: { currentPodHash: hash, stableRS: hash } }, true);
    const actions = settleAll(model).flatMap((step) => step.actions);
    // Only sentences that name the ReplicaSet change.
    expect(actions.map((action) => action.do)).toEqual(['status']);
    expect(replicaSets(model)).toEqual([raw]);
  });

  it('is not fooled by a template that differs', () => {
    const model = modelOf();
    settleAll(model);
    patchSpec(model, { template: { spec: { terminationGracePeriodSeconds: 5 } } });
    expect(pass(model).because).toMatch(/^created ReplicaSet web-\w+ for revision 2/);
  });
});

describe('an orphan', () => {
  const orphaned = (metadata: Readonly<Record<string, unknown>>) => {
    const model = modelOf();
    settleAll(model);
    const [set] = replicaSets(model);
    if (set === undefined) throw new Error('no ReplicaSet');
    change(model, set, { metadata: { ownerReferences: null, ...metadata } });
    return model;
  };

  it('of our name and labels is adopted by a patch of its owner alone, on exactly what was seen', () => {
    const model = orphaned({});
    const [set] = replicaSets(model);
    const step = pass(model);
    expect(step.because).toMatch(/^ReplicaSet web-\w+ has lost its Rollout/);
    expect(step.actions).toMatchObject([
      {
        do: 'patch',
        body: { metadata: { ownerReferences: [{ kind: 'Rollout', uid: 'rollout-1', controller: true }] } },
        if: { uid: set?.metadata.uid, resourceVersion: set?.metadata.resourceVersion },
      },
    ]);
    expect(settleAll(model).flatMap((next) => next.actions)).toEqual([]);
  });

  it.each([
    ['is on its way out', { deletionTimestamp: '2026-03-01T12:00:00Z' }],
    ['lacks a label of the selector', { labels: { app: 'other' } }],
    ['has another hash than its name says', { labels: { 'rollouts-pod-template-hash': 'other' } }],
  ])('that %s is left alone', (_, metadata) => {
    const model = orphaned(metadata);
    expect(advance(observe(model), model.now).because).toMatch(/^created ReplicaSet/);
  });

  it('run makes the analysis take another name, even where that was recorded before', () => {
    const model = paused({
      steps: [{ pause: {} }, { analysis: { templates: [{ templateName: 'errors' }], args: [{ name: 'app', value: 'web' }] } }],
    });
    patchStatus(model, { pauseConditions: null });
    while (!pass(model).because.includes(' will be web-'));
    const name = JSON.stringify(statusOf(model)['canary']).match(/web-\w+-2-1/)?.[0] ?? '';
    const [left] = objectsIn(
      JSON.stringify([
        { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name, namespace: 'ro', uid: 'left' }, spec: {} },
      ]),
    );
    if (left === undefined) throw new Error('no run');
    model.objects.set(`AnalysisRun/${name}`, left);
    settleAll(model);
    expect(runs(model).map((run) => run.metadata.name)).toEqual([name, `${name}.1`]);
  });
});

describe('history', () => {
  it('keeps as many old ReplicaSets as asked for', () => {
    const model = modelOf({ steps: [], spec: { revisionHistoryLimit: 2 } });
    for (let image = 1; image <= 6; image++) {
      setImage(model, `team/web:${image}`);
      settleAll(model);
    }
    expect(replicaSets(model)).toHaveLength(3);
  });

  it('keeps a run whose verdict Git has not learnt', () => {
    const model = analysing({ spec: { analysis: { unsuccessfulRunHistoryLimit: 0 } } });
    finishRun(model, 'Failed');
    const [run] = runs(model);
    if (run === undefined) throw new Error('no run');
    change(model, run, { metadata: { finalizers: ['windlass.dev/unsettled'] } });
    settleAll(model);
    setImage(model, 'team/web:1');
    settleAll(model);
    expect(runs(model)).toHaveLength(1);
    const [kept] = runs(model);
    if (kept === undefined) throw new Error('no run');
    change(model, kept, { metadata: { finalizers: null } });
    settleAll(model);
    expect(runs(model)).toEqual([]);
  });
});
