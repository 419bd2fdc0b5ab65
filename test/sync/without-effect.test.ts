import { describe, expect, it } from 'vitest';
import { objectsWithoutEffect, optionsWithoutEffect } from '../../src/sync/without-effect.ts';
import { application, object, targets } from './model.ts';

const withOptions = (...syncOptions: readonly string[]) => ({ spec: { syncPolicy: { syncOptions } } });
const sync = (more: object) => ({ sync: { revision: 'c1', ...more } });

describe('what an Application says without effect', () => {
  it.each([
    [
      'options that are not carried out yet',
      withOptions('Replace=true', 'FailOnSharedResource=true'),
      ['spec.syncPolicy.syncOptions: Replace=true is not supported yet, FailOnSharedResource=true is not supported yet'],
    ],
    [
      'an option that does not exist',
      withOptions('CreateNamespace=true', 'Retry=true'),
      ['spec.syncPolicy.syncOptions: Retry=true is no sync option'],
    ],
    ['what holds anyway', withOptions('ServerSideApply=true', 'Validate=true', 'Replace=false', 'ApplyOutOfSyncOnly=true'), []],
    [
      'a limit of retries',
      { spec: { syncPolicy: { retry: { limit: 5 } } } },
      ['spec.syncPolicy.retry.limit: 5 is not counted, a failed commit is tried again until it succeeds or another one comes'],
    ],
    ['no limit of retries', { spec: { syncPolicy: { retry: { limit: -1, backoff: { duration: '5s' } } } } }, []],
    [
      'differences that are ignored otherwise',
      {
        spec: {
          ignoreDifferences: [
            { kind: 'A', jsonPointers: ['/spec/a'] },
            { kind: 'B', jqPathExpressions: ['.spec'], managedFieldsManagers: ['m'] },
          ],
        },
      },
      [
        'spec.ignoreDifferences[1].jqPathExpressions is not supported yet, only jsonPointers are',
        'spec.ignoreDifferences[1].managedFieldsManagers is not supported yet, only jsonPointers are',
      ],
    ],
    [
      'an operation',
      { operation: sync({ syncOptions: ['Replace=true', 'Prune=false'], syncStrategy: { hook: { force: true } } }) },
      ['operation.sync.syncOptions: Replace=true is not supported yet', 'operation.sync.syncStrategy.hook.force is not supported yet'],
    ],
    [
      'the last operation',
      { status: { operationState: { phase: 'Succeeded', operation: sync({ syncStrategy: { apply: { force: true } } }) } } },
      ['operation.sync.syncStrategy.apply.force is not supported yet'],
    ],
  ])('is told: %s', (_, shape, told) => {
    expect(optionsWithoutEffect(application(shape).view)).toEqual(told);
  });
});

describe('what objects say without effect', () => {
  const saying = (name: string, options: string) => object('ConfigMap', name, {}, { 'argocd.argoproj.io/sync-options': options });
  const argo = (kind: string, spec: object) => ({ ...object(kind, 'web', { spec }), apiVersion: 'argoproj.io/v1alpha1' });

  it.each([
    [
      'their options',
      saying('a', 'Force=true, Replace=true,Prune=false'),
      'ConfigMap prod/a: Force=true is not supported yet, Replace=true is not supported yet',
    ],
    [
      'the window of a Rollout',
      argo('Rollout', { rollbackWindow: { revisions: 3 } }),
      'Rollout prod/web: spec.rollbackWindow is not supported yet, the way back takes every step',
    ],
    [
      'the end of a run',
      argo('AnalysisRun', { ttlStrategy: { secondsAfterSuccess: 1 } }),
      'AnalysisRun prod/web: spec.ttlStrategy is not supported yet, the run stays',
    ],
  ])('is told: %s', (_, held, told) => {
    expect(objectsWithoutEffect(targets(held, saying('quiet', 'ServerSideApply=true,Delete=false,')))).toEqual([told]);
  });

  it('names five of many', () => {
    const many = Array.from({ length: 7 }, (_, index) => saying(`m${index}`, 'Force=true'));
    const told = objectsWithoutEffect(targets(...many));
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toBe('and 2 more objects');
  });
});
