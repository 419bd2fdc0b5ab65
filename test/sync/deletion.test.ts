import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/resources/meta.ts';
import type { DeletionStep } from '../../src/sync/deletion.ts';
import { planDeletion } from '../../src/sync/deletion.ts';
import { application, cluster, inWave, ModelCluster, object, targets } from './model.ts';

const cascade = 'resources-finalizer.argocd.argoproj.io';
const deletedAt = '2026-03-01T11:59:00Z';

type Deleted = { readonly finalizers?: readonly string[]; readonly spec?: object; readonly annotations?: Record<string, string> };

function deleted({ finalizers = [cascade], spec = {}, annotations = {} }: Deleted = {}) {
  const { view, raw } = application({ spec: { ...spec }, annotations });
  const metadata = { ...view.metadata, finalizers: [...finalizers], deletionTimestamp: deletedAt };
  return { view: { ...view, metadata }, raw: { ...raw, metadata } };
}

const plan = (model: ModelCluster, app = deleted()): DeletionStep =>
  planDeletion({ application: app, live: Object.fromEntries(model.objects), cluster });

/** Steps until nothing happens any more, each delete carried out. */
function play(model: ModelCluster, app = deleted()): readonly string[] {
  const said: string[] = [];
  for (let round = 0; round < 20; round++) {
    const step = plan(model, app);
    if (step.kind !== 'delete') return [...said, `${step.kind}: ${step.because}`];
    said.push(step.actions.map((action) => `${action.do} ${action.on.kind} ${action.on.name}`).join(', '));
    step.actions.forEach((action) => model.act(action));
  }
  throw new Error('no end');
}

const option = (text: string) => ({ 'argocd.argoproj.io/sync-options': text });
const gone = 'release: every object that goes with the Application is gone';

describe('a deleted Application', () => {
  it('takes its objects along: the highest wave first, the order of a sync backwards, with the uid as precondition', () => {
    const objects = targets(
      object('Namespace', 'prod', {}, inWave(-1)),
      object('ConfigMap', 'settings'),
      object('Deployment', 'web'),
      object('ConfigMap', 'last', {}, inWave(3)),
    );
    const model = new ModelCluster(...objects);
    expect(play(model)).toEqual([
      'delete ConfigMap last',
      'delete Deployment web, delete ConfigMap settings',
      'delete Namespace prod',
      gone,
    ]);
    expect(model.acted[0]).toMatchObject({
      do: 'delete',
      body: { propagationPolicy: 'Foreground' },
      if: { uid: expect.any(String) as string },
    });
  });

  it('waits until a wave is gone before it touches the next', () => {
    const leaving = (body: KubeObject): KubeObject => ({ ...body, metadata: { ...body.metadata, deletionTimestamp: deletedAt } });
    const model = new ModelCluster(...targets(object('ConfigMap', 'b')), ...targets(object('ConfigMap', 'a', {}, inWave(1))).map(leaving));
    expect(play(model)).toEqual(['wait: waiting for deletion of ConfigMap prod/a']);
  });

  it.each([
    ['the plain finalizer', cascade, 'Foreground'],
    ['/foreground', `${cascade}/foreground`, 'Foreground'],
    ['/background', `${cascade}/background`, 'Background'],
  ])('deletes by the propagation of %s, and removes that finalizer alone', (_, finalizer, propagationPolicy) => {
    const app = deleted({ finalizers: ['example.com/mine', finalizer] });
    const model = new ModelCluster(...targets(object('ConfigMap', 'a')));
    expect(plan(model, app)).toMatchObject({ actions: [{ body: { propagationPolicy } }] });
    expect(plan(new ModelCluster(), app)).toMatchObject({ kind: 'release', finalizers: ['example.com/mine'] });
  });

  it.each([
    ['no finalizer of that kind', ['example.com/mine']],
    ['a misspelt one', ['resources-finalizer.argocd.argoproj.io/forground']],
  ])('with %s leaves everything', (_, finalizers) => {
    const because = 'rest: the Application is being deleted, without the finalizer that takes its objects along: they stay';
    expect(play(new ModelCluster(...targets(object('ConfigMap', 'a'))), deleted({ finalizers }))).toEqual([because]);
  });

  it.each([
    ['Delete=false', object('ConfigMap', 'a', {}, option('Delete=false'))],
    ['the policy of Helm', object('ConfigMap', 'a', {}, { 'helm.sh/resource-policy': 'keep' })],
  ])('keeps an object by %s, and says so', (_, kept) => {
    expect(play(new ModelCluster(...targets(kept)))).toEqual([`${gone}; kept: ConfigMap prod/a`]);
  });

  it('keeps everything where its own options say Delete=false', () => {
    const app = deleted({ spec: { syncPolicy: { syncOptions: ['Delete=false'] } } });
    expect(play(new ModelCluster(...targets(object('ConfigMap', 'a'))), app)).toEqual([`${gone}; kept: ConfigMap prod/a`]);
  });

  it('takes along what says Prune=false: that is about pruning (Argo CD v3.5)', () => {
    expect(play(new ModelCluster(...targets(object('ConfigMap', 'a', {}, option('Prune=false')))))).toEqual(['delete ConfigMap a', gone]);
  });

  const tracked = (id: string, body: KubeObject): KubeObject => ({
    ...body,
    metadata: { ...body.metadata, namespace: 'prod', annotations: { 'argocd.argoproj.io/tracking-id': id } },
  });

  it.each([
    ["another Application's", tracked('shop2:/ConfigMap:prod/a', object('ConfigMap', 'a'))],
    ['one that describes another object', tracked('shop:/ConfigMap:prod/b', object('ConfigMap', 'a'))],
    ['none, but a label', { ...object('ConfigMap', 'a'), metadata: { name: 'a', labels: { 'app.kubernetes.io/instance': 'shop' } } }],
    [
      'one of another installation',
      {
        ...tracked('shop:/ConfigMap:prod/a', object('ConfigMap', 'a')),
        metadata: {
          name: 'a',
          namespace: 'prod',
          annotations: { 'argocd.argoproj.io/tracking-id': 'shop:/ConfigMap:prod/a', 'argocd.argoproj.io/installation-id': 'x' },
        },
      },
    ],
  ])('never touches an object whose tracking id is %s', (_, foreign) => {
    expect(play(new ModelCluster(foreign))).toEqual([gone]);
  });

  it('never deletes a CRD, nor itself', () => {
    const crd = tracked('shop:apiextensions.k8s.io/CustomResourceDefinition:prod/a', object('CustomResourceDefinition', 'a'));
    const itself = {
      ...deleted().raw,
      metadata: {
        ...deleted().raw.metadata,
        annotations: { 'argocd.argoproj.io/tracking-id': 'shop:argoproj.io/Application:argocd/shop' },
      },
    };
    expect(play(new ModelCluster(crd, itself))).toEqual([`${gone}; kept: CustomResourceDefinition prod/a, Application argocd/shop`]);
  });

  it('deletes nothing at all while one object waits for a person', () => {
    const model = new ModelCluster(...targets(object('ConfigMap', 'a', {}, option('Delete=confirm')), object('ConfigMap', 'b')));
    expect(play(model)).toEqual(['wait: waiting for deletion confirmation of ConfigMap prod/a']);
    const approve = (at: string) => deleted({ annotations: { 'argocd.argoproj.io/deletion-approved': at } });
    expect(play(model, approve('2026-03-01T11:58:59Z'))).toEqual(['wait: waiting for deletion confirmation of ConfigMap prod/a']);
    expect(play(model, approve(deletedAt))).toEqual(['delete ConfigMap a, delete ConfigMap b', gone]);
  });

  it.each([
    ['before anything is deleted', 'pre-delete-finalizer.argocd.argoproj.io', [cascade]],
    ['after', 'post-delete-finalizer.argocd.argoproj.io/cleanup', []],
  ])('says of finalizers of hooks that they are not run: %s', (_, hook, others) => {
    expect(play(new ModelCluster(...targets(object('ConfigMap', 'a'))), deleted({ finalizers: [hook, ...others] }))).toEqual([
      `refused: metadata.finalizers: got ${hook}, expected none of hooks, which are not run yet: do what they would, and remove it`,
    ]);
  });

  it('first takes its objects along where a hook comes after', () => {
    const app = deleted({ finalizers: [cascade, 'post-delete-finalizer.argocd.argoproj.io'] });
    expect(play(new ModelCluster(...targets(object('ConfigMap', 'a'))), app)).toEqual(['delete ConfigMap a', gone]);
  });
});
