import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/resources/meta.ts';
import { aggregateHealth } from '../../src/sync/health/aggregate.ts';
import { healthChecks } from '../../src/sync/health/checks.ts';
import { healthOf } from '../../src/sync/health/health-of.ts';

const make = (apiVersion: string, kind: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'prod' },
  ...more,
});
const rollout = (status: object, generation = 3) => ({
  ...make('argoproj.io/v1alpha1', 'Rollout', { status }),
  metadata: { name: 'x', namespace: 'prod', generation },
});
const condition = (type: string, status: string, more: object = {}) => ({ status: { conditions: [{ type, status, ...more }] } });

describe('health', () => {
  it.each([
    ['a kind without a rule', make('v1', 'ConfigMap'), undefined],
    [
      'what is being deleted',
      { ...make('v1', 'ConfigMap'), metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' } },
      { status: 'Progressing', message: 'Pending deletion' },
    ],
    ['a rollout at rest', rollout({ phase: 'Healthy', observedGeneration: '3' }), { status: 'Healthy' }],
    [
      'a paused rollout',
      rollout({ phase: 'Paused', message: 'CanaryPauseStep', observedGeneration: '3' }),
      { status: 'Suspended', message: 'CanaryPauseStep' },
    ],
    [
      'a failed rollout',
      rollout({ phase: 'Degraded', message: 'RolloutAborted', observedGeneration: 3 }),
      { status: 'Degraded', message: 'RolloutAborted' },
    ],
    [
      'a rollout that nobody has looked at',
      rollout({ phase: 'Healthy', observedGeneration: '2' }),
      { status: 'Progressing', message: 'Waiting for rollout spec update to be observed' },
    ],
    [
      'a rollout with a broken spec',
      rollout({ conditions: [{ type: 'InvalidSpec', message: 'no selector' }], observedGeneration: '3' }),
      { status: 'Degraded', message: 'no selector' },
    ],
    [
      'a failed analysis',
      make('argoproj.io/v1alpha1', 'AnalysisRun', { status: { phase: 'Failed', message: 'Metric "5xx" assessed Failed' } }),
      { status: 'Degraded', message: 'Metric "5xx" assessed Failed' },
    ],
    [
      'a running analysis',
      make('argoproj.io/v1alpha1', 'AnalysisRun', { status: { phase: 'Running' } }),
      { status: 'Progressing', message: 'Analysis run is running' },
    ],
    [
      'a failed job',
      make('batch/v1', 'Job', condition('Failed', 'True', { message: 'BackoffLimitExceeded' })),
      { status: 'Degraded', message: 'BackoffLimitExceeded' },
    ],
    ['a complete job', make('batch/v1', 'Job', condition('Complete', 'True')), { status: 'Healthy' }],
    ['a suspended job', make('batch/v1', 'Job', condition('Suspended', 'True')), { status: 'Suspended' }],
    ['a job at work', make('batch/v1', 'Job', { status: { active: 1 } }), { status: 'Progressing' }],
    [
      'a cron job that never ran',
      make('batch/v1', 'CronJob', { status: {} }),
      { status: 'Healthy', message: 'CronJob has not been scheduled yet' },
    ],
    [
      'a cron job whose last run failed',
      make('batch/v1', 'CronJob', { status: { lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:00Z' } }),
      { status: 'Degraded', message: 'CronJob has not completed its last execution successfully' },
    ],
    ['a bound claim', make('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }), { status: 'Healthy' }],
    ['a lost claim', make('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } }), { status: 'Degraded' }],
    ['a load balancer without an address', make('v1', 'Service', { spec: { type: 'LoadBalancer' } }), { status: 'Progressing' }],
    [
      'a load balancer with one',
      make('v1', 'Service', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } }),
      { status: 'Healthy' },
    ],
    ['an ingress without an address', make('networking.k8s.io/v1', 'Ingress'), { status: 'Progressing' }],
    [
      'an autoscaler that scales',
      make('autoscaling/v2', 'HorizontalPodAutoscaler', condition('AbleToScale', 'True', { message: 'ok' })),
      { status: 'Healthy', message: 'ok' },
    ],
    [
      'an autoscaler without metrics',
      make(
        'autoscaling/v2',
        'HorizontalPodAutoscaler',
        condition('ScalingActive', 'False', { reason: 'FailedGetResourceMetric', message: 'no metrics' }),
      ),
      { status: 'Degraded', message: 'no metrics' },
    ],
    [
      'a pod that is ready',
      make('v1', 'Pod', {
        spec: { restartPolicy: 'Always' },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      }),
      { status: 'Healthy' },
    ],
    [
      'a pod that crashes',
      make('v1', 'Pod', {
        spec: { restartPolicy: 'Always' },
        status: { phase: 'Running', containerStatuses: [{ lastState: { terminated: { exitCode: 1 } } }] },
      }),
      { status: 'Degraded' },
    ],
  ])('of %s', (_, body, expected) => expect(healthOf(body)).toEqual(expected));

  it.each(Object.entries(healthChecks))('rule %s answers for an empty object without failing', (_, check) => {
    expect(['Healthy', 'Progressing', 'Unknown', 'Degraded', 'Suspended']).toContain(check({})?.status);
  });
});

describe('the health of an Application', () => {
  const ok = make('v1', 'Service');
  const waiting = make('networking.k8s.io/v1', 'Ingress');
  const lost = make('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } });
  const ignored = { ...lost, metadata: { name: 'x', annotations: { 'argocd.argoproj.io/ignore-healthcheck': 'true' } } };

  it.each([
    ['nothing at all', [], { status: 'Healthy' }],
    ['all absent', [undefined, undefined], { status: 'Missing', message: 'none of its objects exists' }],
    ['some absent', [ok, undefined], { status: 'Healthy' }],
    ['the worst counts', [waiting, lost, ok], { status: 'Degraded', message: 'PersistentVolumeClaim prod/x: is Degraded' }],
    ['what asks not to count', [ok, ignored], { status: 'Healthy' }],
    ['kinds without a rule', [make('v1', 'ConfigMap'), waiting], { status: 'Progressing', message: 'Ingress prod/x: is Progressing' }],
  ])('%s', (_, objects, expected) => expect(aggregateHealth(objects)).toEqual(expected));
});
