import { describe, expect, it } from 'vitest';
import { isSelectorManaged, keepSelector } from '../../src/sync/managed-selectors.ts';
import { compare } from '../../src/sync/compare.ts';
import { refKey } from '../../src/kernel/refs.ts';
import { refOf } from '../../src/resources/meta.ts';
import { application, cluster, now, object, targets } from './model.ts';

const managed = { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'shop' };
const hash = { 'rollouts-pod-template-hash': 'abc' };
const service = (selector: Record<string, string>, annotations?: Record<string, string>) =>
  object('Service', 'shop', { spec: { selector } }, annotations);

describe('a Service whose selector a Rollout writes', () => {
  it.each([
    ['managed, with a hash', service({ app: 'shop', ...hash }, managed), true],
    ['managed, without a hash yet', service({ app: 'shop' }, managed), false],
    ['nobody manages it', service({ app: 'shop', ...hash }), false],
  ])('%s', (_, live, expected) => expect(isSelectorManaged(live)).toBe(expected));

  it('is applied with the live hash, so that no sync turns traffic away', () => {
    expect(keepSelector(service({ app: 'shop' }), service({ app: 'old', ...hash }, managed))['spec']).toEqual({
      selector: { app: 'shop', ...hash },
    });
  });

  it('is Synced although Git does not know the hash', () => {
    const [wanted] = targets(service({ app: 'shop' }));
    if (wanted === undefined) throw new Error('no target');
    const live = {
      ...wanted,
      metadata: { ...wanted.metadata, annotations: { ...wanted.metadata.annotations, ...managed } },
      spec: { selector: { app: 'shop', ...hash } },
    };
    const key = refKey(refOf(wanted, cluster));
    const predicted = { ...live, spec: { selector: { app: 'shop' } } };
    const question = {
      application: application(),
      revision: 'a'.repeat(40),
      targets: [wanted],
      live: { [key]: live },
      predictions: { [key]: { kind: 'predicted' as const, object: predicted } },
      cluster,
      now,
    };
    expect(compare(question)).toMatchObject({ kind: 'compared', sync: 'Synced' });
  });
});
