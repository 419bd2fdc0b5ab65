import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/kernel/problem.ts';
import { targetsOf } from '../../src/sync/targets.ts';
import { ownsByTracking, trackingIdOf } from '../../src/sync/tracking.ts';
import { object } from './model.ts';

const app = { name: 'shop', namespace: 'argocd', destinationNamespace: 'prod' };
const scope = ({ kind }: { kind: string }) =>
  kind === 'Widget' ? undefined : !['Namespace', 'ClusterRole', 'CustomResourceDefinition'].includes(kind);
const tracking = 'argocd.argoproj.io/tracking-id';

describe('targets', () => {
  it.each([
    ['a namespaced object gets the destination namespace', object('Service', 'web'), app, 'prod', 'shop:/Service:prod/web'],
    [
      'its own namespace stays',
      { ...object('Service', 'web'), metadata: { name: 'web', namespace: 'x' } },
      app,
      'x',
      'shop:/Service:x/web',
    ],
    [
      'a cluster-scoped object loses its namespace',
      { ...object('ClusterRole', 'a:b'), metadata: { name: 'a:b', namespace: 'x' } },
      app,
      undefined,
      'shop:rbac.authorization.k8s.io/ClusterRole:prod/a:b',
    ],
    [
      'an Application outside the control namespace has its namespace in the id',
      object('Deployment', 'web'),
      { ...app, controlNamespace: 'home' },
      'prod',
      'argocd_shop:apps/Deployment:prod/web',
    ],
    ['a CRD has no id', object('CustomResourceDefinition', 'x'), app, undefined, undefined],
  ])('%s', (...[, rendered, at, namespace, id]) => {
    const [target] = targetsOf([rendered], at, scope).targets;
    expect([target?.metadata.namespace, target?.metadata.annotations?.[tracking]]).toEqual([namespace, id]);
  });

  it('takes the scope of an unknown kind from the CRD beside it', () => {
    const crd = object('CustomResourceDefinition', 'widgets', {
      spec: { group: 'example.com', names: { kind: 'Widget' }, scope: 'Cluster' },
    });
    const { targets } = targetsOf([object('Widget', 'w'), crd], app, scope);
    expect(targets.find((target) => target.kind === 'Widget')?.metadata.namespace).toBeUndefined();
  });

  it('lets the last of two equal objects win and warns', () => {
    const { targets, warnings } = targetsOf(
      [object('ConfigMap', 'a', { data: { n: '1' } }), object('ConfigMap', 'a', { data: { n: '2' } })],
      app,
      scope,
    );
    expect(targets).toMatchObject([{ data: { n: '2' } }]);
    expect(warnings).toEqual(['ConfigMap prod/a is rendered more than once: the last one counts']);
  });

  it.each([
    [
      'an Argo hook',
      { 'argocd.argoproj.io/hook': 'PreSync' },
      'ConfigMap prod/a: argocd.argoproj.io/hook: got "PreSync", expected no hook: hooks are not run yet (Skip is allowed)',
    ],
    [
      'an unknown hook',
      { 'argocd.argoproj.io/hook': 'Foo' },
      'ConfigMap prod/a: argocd.argoproj.io/hook: got "Foo", expected no hook: hooks are not run yet (Skip is allowed)',
    ],
    [
      'Skip with something else',
      { 'argocd.argoproj.io/hook': 'Skip,PreSync' },
      'ConfigMap prod/a: argocd.argoproj.io/hook: got "Skip,PreSync", expected no hook: hooks are not run yet (Skip is allowed)',
    ],
    [
      'a Helm hook',
      { 'helm.sh/hook': 'post-install' },
      'ConfigMap prod/a: helm.sh/hook: got "post-install", expected no hook: hooks are not run yet (Skip is allowed)',
    ],
  ])('refuse %s for now', (_, annotations, sentence) => {
    const { targets, problems } = targetsOf([object('ConfigMap', 'a', {}, annotations)], app, scope);
    expect([targets, problems.map(describeProblem)]).toEqual([[], [sentence]]);
  });

  it.each([
    ['Skip', { 'argocd.argoproj.io/hook': 'Skip' }],
    ['crd-install', { 'helm.sh/hook': 'crd-install' }],
  ])('keep an object with %s', (_, annotations) => {
    expect(targetsOf([object('ConfigMap', 'a', {}, annotations)], app, scope)).toMatchObject({
      problems: [],
      targets: [{ kind: 'ConfigMap' }],
    });
  });

  it('want a namespace from somewhere', () => {
    const { problems } = targetsOf([object('ConfigMap', 'a')], { ...app, destinationNamespace: '' }, scope);
    expect(problems.map(describeProblem)).toEqual([
      'ConfigMap a: metadata.namespace: got nothing, expected a namespace, because spec.destination has none',
    ]);
  });
});

describe('a tracking id', () => {
  const carrying = (id: string, kind = 'Deployment') => ({
    ...object(kind, 'web'),
    metadata: { name: 'web', namespace: 'prod', annotations: { [tracking]: id } },
  });

  it.each([
    ['describes its object', carrying('shop:apps/Deployment:prod/web'), true],
    ['was copied to an object of another kind', carrying('shop:apps/Deployment:prod/web', 'Service'), false],
    ['was copied to another name', carrying('shop:apps/Deployment:prod/api'), false],
    ['was copied to another namespace', carrying('shop:apps/Deployment:test/web'), false],
    ['names another Application', carrying('shop2:apps/Deployment:prod/web'), false],
    ['is no id', carrying('shop'), false],
  ])('that %s', (_, body, owned) => expect(ownsByTracking(body, 'shop')).toBe(owned));

  it('with the id of another installation is not ours', () => {
    const body = carrying('shop:apps/Deployment:prod/web');
    const annotations = { ...body.metadata.annotations, 'argocd.argoproj.io/installation-id': 'theirs' };
    expect(ownsByTracking({ ...body, metadata: { ...body.metadata, annotations } }, 'shop')).toBe(false);
  });

  it('of a cluster-scoped object carries the destination namespace, as Argo CD writes it', () => {
    const role = {
      ...object('ClusterRole', 'a:b'),
      metadata: { name: 'a:b', annotations: { [tracking]: 'shop:rbac.authorization.k8s.io/ClusterRole:prod/a:b' } },
    };
    expect(trackingIdOf(role)).toMatchObject({ application: 'shop', name: 'a:b', namespace: 'prod' });
  });
});
