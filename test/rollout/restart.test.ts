import { describe, expect, it } from 'vitest';
import { timeOf } from '../../src/kernel/time.ts';
import type { Resource } from '../../src/resources/meta.ts';
import type { Pod } from '../../src/resources/workload.ts';
import { advance } from '../../src/rollout/advance.ts';
import { modelOf, observe, patchSpec, settleAll } from './model.ts';

const pod = (name: string, createdAt: number): Resource<Pod> => {
  const raw = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ro', uid: name, creationTimestamp: timeOf(createdAt) } };
  return { raw, view: raw };
};

describe('restartAt', () => {
  const model = modelOf();
  settleAll(model);
  const before = model.now - 60_000;
  patchSpec(model, { restartAt: timeOf(model.now) });
  const observed = observe(model);

  it('evicts the oldest pod that is older, one a pass', () => {
    const step = advance({ ...observed, pods: [pod('b', before + 1), pod('a', before), pod('c', model.now)] }, model.now);
    expect(step.because).toBe('restarting: evicting pod a, 2 of 3 pods to go');
    expect(step.actions[0]).toMatchObject({ do: 'evict', on: { kind: 'Pod', name: 'a' }, if: { uid: 'a' } });
    expect(step.status).toMatchObject({ phase: 'Progressing', message: 'rollout is restarting' });
  });

  it('is done when no pod is older', () => {
    const step = advance({ ...observed, pods: [pod('c', model.now)] }, model.now);
    expect(step.status).toMatchObject({ restartedAt: timeOf(model.now), phase: 'Healthy' });
  });

  it('waits for its moment', () => {
    const step = advance({ ...observed, pods: [pod('a', before)] }, model.now - 1000);
    expect(step.wakeAt).toBe(model.now);
    expect(step.actions.map((action) => action.do)).not.toContain('evict');
  });
});
