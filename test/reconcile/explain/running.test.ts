import { describe, expect, it } from 'vitest';
import type { ClusterPort } from '../../../src/reconcile/ports.ts';
import { describeRunning } from '../../../src/reconcile/explain/running.ts';
import type { AppView } from '../../../src/reconcile/world.ts';
import { Application } from '../../../src/resources/application.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';
import { readResource, refOf } from '../../../src/resources/meta.ts';
import { refKey } from '../../../src/kernel/refs.ts';
import { watch } from '../../policy/question.ts';

const image = 'ghcr.io/team/shop';
const digest = `sha256:${'a'.repeat(64)}`;

function app(status: object): AppView {
  const raw: KubeObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: { source: { repoURL: 'https://git.example.com/deploy' }, destination: { namespace: 'shop' } },
    status,
  };
  const read = readResource(Application, raw);
  if (read.kind !== 'read') throw new Error(JSON.stringify(read.problems));
  return { ref: refOf(raw, 'c'), resource: read.resource };
}

const owner = (apiVersion: string, kind: string, name: string) => [{ apiVersion, kind, name, uid: name, controller: true }];

function replicaSet(name: string, replicas: number, tag: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop', uid: name, ownerReferences: owner('apps/v1', 'Deployment', name.replace(/-\w+$/, '')) },
    spec: { replicas, template: { spec: { containers: [{ name: 'web', image: `${image}:${tag}` }] } } },
  };
}

function pod(name: string, written: string, ownerReferences: object, imageID?: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ownerReferences: ownerReferences as never },
    spec: { containers: [{ name: 'web', image: written }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'web', ...(imageID === undefined ? {} : { imageID }) }] },
  };
}

function cluster(objects: readonly KubeObject[]): ClusterPort {
  const list: ClusterPort['list'] = (kind, namespace) =>
    objects.filter((one) => one.kind === kind.kind && (namespace === undefined || one.metadata.namespace === namespace));
  const get: ClusterPort['get'] = (ref) => objects.find((one) => refKey(refOf(one, 'c')) === refKey(ref));
  return { name: 'c', list, get } as unknown as ClusterPort;
}

const deployment = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };
const synced = { summary: { images: [`${image}:1.2.0`] }, resources: [deployment] };

describe('what runs', () => {
  it('is counted by tag and pulled digest, under the workload at the top of the chain', () => {
    const own = owner('apps/v1', 'ReplicaSet', 'web-1');
    const objects = [
      replicaSet('web-1', 2, '1.2.0'),
      pod('web-1-a', `${image}:1.2.0`, own, `${image}@${digest}`),
      pod('web-1-b', `${image}:1.2.0`, own, `docker-pullable://${image}@${digest}`),
      pod('web-1-c', `${image}:1.2.0`, own),
    ];
    expect(describeRunning(app(synced), watch(), cluster(objects))).toEqual({
      live: 'yes',
      because: `the Application renders ${image}:1.2.0`,
      found: [
        { tag: '1.2.0', pods: 1, by: 'Deployment shop/web' },
        { tag: '1.2.0', digest, pods: 2, by: 'Deployment shop/web' },
      ],
    });
  });

  it('leaves out pods of other Applications in the namespace and other images', () => {
    const objects = [
      replicaSet('other-1', 1, '9.9.9'),
      pod('other-1-a', `${image}:9.9.9`, owner('apps/v1', 'ReplicaSet', 'other-1')),
      replicaSet('web-1', 1, '1.2.0'),
      pod('web-1-a', 'ghcr.io/team/sidecar:1.0', owner('apps/v1', 'ReplicaSet', 'web-1')),
    ];
    expect(describeRunning(app(synced), watch(), cluster(objects)).found).toEqual([{ tag: '1.2.0', pods: 0, by: 'Deployment shop/web' }]);
  });

  it('finds the pods of a CronJob by the name of its Jobs, and says nothing of scaled-down ReplicaSets', () => {
    const cron = { ...synced, resources: [{ group: 'batch', kind: 'CronJob', namespace: 'shop', name: 'report' }] };
    const objects = [replicaSet('web-0', 0, '1.0.0'), pod('report-1-a', `${image}:1.1.0`, owner('batch/v1', 'Job', 'report-1'))];
    expect(describeRunning(app(cron), watch(), cluster(objects)).found).toEqual([{ tag: '1.1.0', pods: 1, by: 'Job shop/report-1' }]);
  });
});

describe('whether an image is live', () => {
  const liveness = (images: readonly string[], more: Parameters<typeof watch>[0] = {}) =>
    describeRunning(app({ summary: { images } }), watch(more), cluster([]));
  const forced = 'force-update: "true" raises it all the same';

  it.each([
    [
      'another spelling of it is it',
      ['nginx:1.0'],
      { image: 'docker.io/library/nginx', written: 'nginx' },
      'yes',
      'the Application renders nginx:1.0',
    ],
    [
      'another image is not',
      ['ghcr.io/team/api:1'],
      {},
      'no',
      `${image} is not live: the Application renders ghcr.io/team/api:1; it is not raised (${forced})`,
    ],
    [
      'forced',
      ['ghcr.io/team/api:1'],
      { forceUpdate: true },
      'no',
      `${image} is not live: the Application renders ghcr.io/team/api:1; ${forced}`,
    ],
    [
      'the same repository on another registry is named',
      ['quay.io/team/shop:1'],
      {},
      'no',
      `${image} is not live: the Application renders quay.io/team/shop:1 (quay.io/team/shop is another image than ${image}: write it so in image-list if it is the one meant); it is not raised (${forced})`,
    ],
    [
      'nothing rendered yet',
      [],
      {},
      'unknown',
      'the Application lists no images yet (status.summary.images): it was not synced, or runs nothing',
    ],
  ] as const)('%s', (_, images, more, ...[live, because]) => {
    expect(liveness(images, more)).toEqual({ live, because, found: [] });
  });
});
