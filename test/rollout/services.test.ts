import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/resources/meta.ts';
import { advance } from '../../src/rollout/advance.ts';
import { type Model, modelOf, observe, patchStatus, setImage, settleAll, settlePods, statusOf } from './model.ts';

const service = (name: string, hash?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'ro', uid: `uid-${name}` },
  spec: { selector: { app: 'web', ...(hash === undefined ? {} : { 'rollouts-pod-template-hash': hash }) } },
});

function withServices(model: Model, services: readonly KubeObject[]) {
  return advance({ ...observe(model), services: Object.fromEntries(services.map((one) => [one.metadata.name, one])) }, model.now);
}

const shape = { canary: { maxSurge: 1, maxUnavailable: 0, stableService: 'live', canaryService: 'next' } };

describe('Services of the two sides', () => {
  it('are taken over once all pods of their side are available', () => {
    const model = modelOf(shape);
    const both = [service('live'), service('next')];
    while (withServices(model, both).actions.length > 0 && statusOf(model)['availableReplicas'] !== 5) {
      settleAll(model);
    }
    const hash = String(statusOf(model)['stableRS']);
    expect(withServices(model, both)).toMatchObject({
      because: `Service live selects the pods of web-${hash}`,
      actions: [
        {
          do: 'patch',
          on: { kind: 'Service', name: 'live' },
          body: {
            metadata: { annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'web' } },
            spec: { selector: { 'rollouts-pod-template-hash': hash } },
          },
        },
      ],
    });
  });

  it('follow the canary from its first available pod, and leave it when it is aborted', () => {
    const model = modelOf(shape);
    settleAll(model);
    const stable = String(statusOf(model)['stableRS']);
    setImage(model, 'team/web:2');
    settleAll(model);
    const canary = String(statusOf(model)['currentPodHash']);
    expect(withServices(model, [service('live', stable), service('next', stable)]).because).toBe(
      `Service next selects the pods of web-${canary}`,
    );
    patchStatus(model, { abort: true });
    settleAll(model);
    settlePods(model);
    expect(withServices(model, [service('live', stable), service('next', canary)]).because).toBe(
      `Service next selects the pods of web-${stable}`,
    );
    expect(withServices(model, [service('live', stable), service('next', stable)]).actions).toEqual([]);
  });

  it.each([
    ['that are missing', [service('live')], 'spec.strategy.canary.canaryService: got next, expected a Service in namespace ro'],
    [
      'of another Rollout',
      [
        service('live'),
        { ...service('next'), metadata: { name: 'next', annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'shop' } } },
      ],
      'spec.strategy.canary.canaryService: got next, which Rollout shop manages',
    ],
  ])('%s are refused', (_, services, sentence) => {
    expect(withServices(modelOf(shape), services).because).toContain(sentence);
  });
});
