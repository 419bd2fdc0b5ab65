import { describe, expect, it } from 'vitest';
import type { ClusterPort } from '../../../src/reconcile/ports.ts';
import { stillAsks } from '../../../src/reconcile/update/still-asked.ts';
import type { AppView } from '../../../src/reconcile/world.ts';
import { readApplication } from '../../../src/reconcile/world.ts';
import type { KubeObject } from '../../../src/resources/meta.ts';

const claims = { namespaces: ['argocd'] };
const at = { namespace: 'argocd', name: 'shop' };

function application(more: { readonly metadata?: object; readonly spec?: object; readonly status?: object } = {}): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      ...at,
      uid: 'u1',
      annotations: { 'argocd-image-updater.argoproj.io/image-list': 'web=registry.test/shop' },
      ...more.metadata,
    },
    spec: {
      project: 'default',
      source: { repoURL: 'https://git.test/deploy.git', path: 'shop' },
      destination: { namespace: 'shop' },
      ...more.spec,
    },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

function clusterWith(object: KubeObject | undefined): ClusterPort {
  return { name: 'here', get: () => object } as unknown as ClusterPort;
}

function decided(): AppView {
  const read = readApplication(clusterWith(application()), claims, at);
  if (read === undefined || !('resource' in read)) throw new Error('the Application cannot be read');
  return read;
}

const asks = (now: KubeObject | undefined) => stillAsks({ cluster: clusterWith(now) }, claims, decided());

describe('an Application whose images were decided', () => {
  it.each([
    ['it is as it was', application()],
    ['only its status changed', application({ metadata: { resourceVersion: '2' }, status: { sync: { status: 'Synced' } } })],
  ])('still asks for the same where %s', (_, now) => {
    expect(asks(now)).toBe(true);
  });

  it.each([
    ['it was paused', application({ metadata: { annotations: { 'windlass.dev/paused': 'true' } } })],
    [
      'its branch changed',
      application({ spec: { source: { repoURL: 'https://git.test/deploy.git', path: 'shop', targetRevision: 'next' } } }),
    ],
    ['somebody deleted it', application({ metadata: { deletionTimestamp: '2026-03-01T12:00:00Z' } })],
    ['it cannot be read any more', application({ spec: { source: { repoURL: 7 } } })],
    ['it is gone', undefined],
  ])('does not where %s', (_, now) => {
    expect(asks(now)).toBe(false);
  });
});
