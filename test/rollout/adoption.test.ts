import { describe, expect, it } from 'vitest';
import { change, objectsIn, finishRun, modelOf, pass, patchSpec, replicaSets, runs, setImage, settleAll, statusOf } from './model.ts';
import { analysing } from './stages.ts';

describe('adoption', () => {
  it('takes ReplicaSets that another engine named, and moves no pod', () => {
    const model = modelOf();
    settleAll(model);
    const [set] = replicaSets(model);
    if (set === undefined) throw new Error('no ReplicaSet');
    const hash = 'another1234';
    model.objects.clear();
    // What Argo Rollouts and the API server leave: another name, and the defaults filled in.
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
