import { AnalysisRun } from '../../src/resources/analysis.ts';
import type { KubeObject, Resource } from '../../src/resources/meta.ts';
import { readResource } from '../../src/resources/meta.ts';
import { Rollout } from '../../src/resources/rollout.ts';
import { Pod, ReplicaSet } from '../../src/resources/workload.ts';
import type { CanaryObjects } from '../../src/verdict/canary-images.ts';
import type * as z from 'zod';

export const context = {
  cluster: 'prod',
  application: { cluster: 'prod', group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'shop' },
};

const label = 'rollouts-pod-template-hash';
const ownedBy = (kind: string, uid: string) => [{ apiVersion: 'v1', kind, name: 'owner', uid, controller: true }];

function read<View>(schema: z.ZodType<View>, raw: KubeObject): Resource<View> {
  const answer = readResource(schema, raw);
  if (answer.kind === 'malformed') throw new Error(JSON.stringify(answer.problems));
  return answer.resource;
}

const podSpec = (images: Readonly<Record<string, string>>) => ({
  containers: Object.entries(images).map(([name, image]) => ({ name, image })),
});

export function rollout(
  status: Readonly<Record<string, unknown>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
): Resource<Rollout> {
  return read(Rollout, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'shop', uid: 'rollout-uid', ...metadata },
    spec: { template: { spec: podSpec({ web: 'ghcr.io/team/shop:1.4.3' }) } },
    status: { currentPodHash: 'bad', stableRS: 'good', ...status },
  });
}

export function run(
  uid: string,
  status: Readonly<Record<string, unknown>>,
  spec: Readonly<Record<string, unknown>> = {},
  template = 'bad',
) {
  return read(AnalysisRun, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      name: `run-${uid}`,
      namespace: 'shop',
      uid,
      creationTimestamp: '2026-01-31T12:00:00Z',
      labels: { [label]: template },
      ownerReferences: ownedBy('Rollout', 'rollout-uid'),
    },
    spec: { metrics: [{ name: '5xx', successCondition: 'result[0] < 0.05', provider: {} }], ...spec },
    status,
  });
}

/** A finished run of one metric, `5xx`, with these measurements. */
export function failedRun(
  uid: string,
  measurements: readonly { readonly phase: string; readonly value?: string }[],
  metric: Readonly<Record<string, unknown>> = {},
) {
  const message = 'Metric "5xx" assessed Failed due to failed (1) > failureLimit (0)';
  const results = [{ name: '5xx', phase: 'Failed', measurements, failed: measurements.length }];
  return run(
    uid,
    { phase: 'Failed', message, completedAt: '2026-01-31T12:05:00Z', metricResults: results },
    {
      metrics: [{ name: '5xx', successCondition: 'result[0] < {{args.limit}}', provider: {}, ...metric }],
      args: [{ name: 'limit', value: '0.05' }],
    },
  );
}

export function replicaSet(template: string, images: Readonly<Record<string, string>>): Resource<ReplicaSet> {
  return read(ReplicaSet, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `web-${template}`, namespace: 'shop', uid: `rs-${template}`, labels: { [label]: template } },
    spec: { template: { spec: podSpec(images) } },
  });
}

function pod(template: string, imageIds: Readonly<Record<string, string>>): Resource<Pod> {
  return read(Pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${template}-x`, namespace: 'shop', ownerReferences: ownedBy('ReplicaSet', `rs-${template}`) },
    status: { containerStatuses: Object.entries(imageIds).map(([name, imageID]) => ({ name, imageID })) },
  });
}

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export function canary(changes: Partial<CanaryObjects> = {}): CanaryObjects {
  return {
    rollout: rollout(),
    runs: [],
    replicaSets: [
      replicaSet('good', { web: 'ghcr.io/team/shop:1.4.2', log: 'nginx:1' }),
      replicaSet('bad', { web: 'ghcr.io/team/shop:1.4.3', log: 'nginx:1' }),
    ],
    pods: [
      pod('bad', { web: `ghcr.io/team/shop@${digest('b')}`, log: `docker.io/library/nginx@${digest('1')}` }),
      pod('good', { web: `docker-pullable://ghcr.io/team/shop@${digest('a')}`, log: 'sha256:0123' }),
    ],
    ...changes,
  };
}
