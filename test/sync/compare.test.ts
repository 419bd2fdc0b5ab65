import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/resources/meta.ts';
import { compare } from '../../src/sync/compare.ts';
import { application, keyOf, ModelCluster, object, targets } from './model.ts';

const workload = (image: string, more: object = {}) => ({ spec: { template: { spec: { containers: [{ name: 'c', image }], ...more } } } });
const web = targets(object('Deployment', 'web', workload('shop:2')));
const settings = targets(object('ConfigMap', 'settings', { data: { a: '1' } }));

function comparing(model: ModelCluster, wanted: readonly KubeObject[], spec: Record<string, unknown> = {}) {
  const answer = compare(model.ask(wanted, application({ spec })));
  if (answer.kind !== 'compared') throw new Error('needs dry runs');
  return answer;
}

describe('a comparison', () => {
  it('asks for the dry runs of live targets that it lacks, and of nothing else', () => {
    const model = new ModelCluster(...web);
    const question = { ...model.ask([...web, ...settings], application()), predictions: {} };
    expect(compare(question)).toMatchObject({ kind: 'needs', dryRuns: [{ kind: 'Deployment', name: 'web' }] });
  });

  const other = targets(object('Deployment', 'web', workload('shop:1')));
  const leftover = targets(object('ConfigMap', 'old'));
  const kept = targets(object('ConfigMap', 'old', {}, { 'argocd.argoproj.io/sync-options': 'Prune=false' }));
  const extraneous = targets(object('ConfigMap', 'old', {}, { 'argocd.argoproj.io/compare-options': 'IgnoreExtraneous' }));
  const foreign: KubeObject = { ...object('ConfigMap', 'theirs'), metadata: { name: 'theirs', namespace: 'prod' } };

  it.each([
    ['equal objects', [...web], [...web], 'Synced', 'all 1 objects are as Git has them', [{ kind: 'Deployment', status: 'Synced' }]],
    [
      'another image',
      [...web],
      [...other],
      'OutOfSync',
      'Deployment prod/web: spec.template.spec.containers[0].image differs',
      [{ status: 'OutOfSync' }],
    ],
    [
      'a missing object',
      [...web],
      [],
      'OutOfSync',
      'Deployment prod/web is missing',
      [{ status: 'OutOfSync', health: { status: 'Missing' } }],
    ],
    [
      'two differences',
      [...web, ...settings],
      [],
      'OutOfSync',
      'ConfigMap prod/settings is missing (and 1 more)',
      [{ kind: 'ConfigMap' }, { kind: 'Deployment' }],
    ],
    [
      'an object that is no longer wanted',
      [],
      [...leftover],
      'OutOfSync',
      'ConfigMap prod/old is no longer in Git',
      [{ requiresPruning: true, status: 'OutOfSync' }],
    ],
    ['one that may not be pruned', [], [...kept], 'OutOfSync', 'ConfigMap prod/old is no longer in Git', [{ status: 'OutOfSync' }]],
    ['one that asks not to count', [], [...extraneous], 'Synced', 'all 1 objects are as Git has them', [{ status: 'OutOfSync' }]],
    ['an object without our tracking id', [], [foreign], 'Synced', 'all 0 objects are as Git has them', []],
  ])('finds %s', (...[, wanted, live, sync, because, resources]) => {
    expect(comparing(new ModelCluster(...live), wanted)).toMatchObject({ sync, because, resources });
  });

  it('shows what the server refuses', () => {
    const model = new ModelCluster(...other);
    model.refuses = () => 'spec.selector: Invalid value: field is immutable';
    expect(comparing(model, web).because).toBe(
      'Deployment prod/web: the server refuses it: spec.selector: Invalid value: field is immutable',
    );
  });

  it('does not mind what servers and other writers keep for themselves', () => {
    const model = new ModelCluster();
    const [target] = settings;
    const metadata = {
      ...target!.metadata,
      generation: 7,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{}],
      labels: {},
      annotations: { ...target!.metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    };
    model.put({ ...target!, metadata, status: { seen: true } });
    expect(comparing(model, settings).sync).toBe('Synced');
  });

  it.each([
    ['a pointer of this kind', [{ group: 'apps', kind: 'Deploy*', jsonPointers: ['/spec/template/spec/containers/0/image'] }], 'Synced'],
    ['a pointer of another name', [{ group: 'apps', kind: 'Deployment', name: 'api', jsonPointers: ['/spec'] }], 'OutOfSync'],
    ['an escaped pointer', [{ group: '*', kind: '*', jsonPointers: ['/metadata/annotations/x~1y', '/spec/template'] }], 'Synced'],
    ['a pointer to nothing', [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/none/1', '/nothing'] }], 'OutOfSync'],
  ])('leaves out what ignoreDifferences names: %s', (_, ignoreDifferences, sync) => {
    expect(comparing(new ModelCluster(...other), web, { ignoreDifferences }).sync).toBe(sync);
  });

  it('does not count the replicas of a workload that an autoscaler scales', () => {
    const scaler = object('HorizontalPodAutoscaler', 'web', {
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    });
    const wanted = targets(object('Deployment', 'web', { spec: { replicas: 2 } }), scaler);
    const model = new ModelCluster(...targets(object('Deployment', 'web', { spec: { replicas: 9 } }), scaler));
    expect(comparing(model, wanted).sync).toBe('Synced');
  });

  it('lists the images of all live pod templates, sorted, each once', () => {
    const job = {
      spec: { jobTemplate: { spec: { template: { spec: { containers: [{ image: 'job:1' }], initContainers: [{ image: 'init:1' }] } } } } },
    };
    const wanted = targets(
      object('Deployment', 'web', workload('shop:2')),
      object('Deployment', 'api', workload('shop:2')),
      object('CronJob', 'job', job),
    );
    expect(comparing(new ModelCluster(...wanted), wanted).images).toEqual(['init:1', 'job:1', 'shop:2']);
  });

  it('does not depend on the order of its input', () => {
    const wanted = [...web, ...settings, ...targets(object('Service', 'a'), object('Namespace', 'prod'))];
    const question = new ModelCluster(...other, ...leftover).ask(wanted, application());
    const expected = compare(question);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(wanted, { minLength: wanted.length }),
        fc.shuffledSubarray(Object.keys(question.live), { minLength: 2 }),
        (shuffled, keys) => {
          const live = Object.fromEntries(keys.map((key) => [key, question.live[key]!]));
          expect(compare({ ...question, targets: shuffled, live })).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps a skipped object out of everything, prune included', () => {
    const skipped = targets(object('ConfigMap', 'old', {}, { 'argocd.argoproj.io/hook': 'Skip' }));
    expect(comparing(new ModelCluster(...leftover), skipped)).toMatchObject({ sync: 'Synced', resources: [] });
    expect(keyOf(skipped[0]!)).toBe(keyOf(leftover[0]!));
  });
});
