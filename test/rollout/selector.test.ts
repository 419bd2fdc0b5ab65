import { describe, expect, it } from 'vitest';
import { describeProblems } from '../../src/kernel/problem.ts';
import { selectorText, selects, wrongSelector } from '../../src/rollout/selector.ts';
import { modelOf, replicaSets, settleAll, statusOf } from './model.ts';

const labels = { app: 'web', tier: 'front' };
const by = (...matchExpressions: readonly object[]) => ({ matchExpressions });
const inTiers = { key: 'tier', operator: 'In', values: ['front', 'back'] };

describe('a selector', () => {
  it.each([
    ['labels', { matchLabels: { tier: 'front', app: 'web' } }, 'app=web,tier=front', true],
    ['In, its values sorted', by(inTiers), 'tier in (back,front)', true],
    ['In, another value', by({ ...inTiers, values: ['back'] }), 'tier in (back)', false],
    ['NotIn', by({ key: 'tier', operator: 'NotIn', values: ['back'] }), 'tier notin (back)', true],
    ['NotIn, this value', by({ key: 'tier', operator: 'NotIn', values: ['front'] }), 'tier notin (front)', false],
    ['Exists', by({ key: 'app', operator: 'Exists' }), 'app', true],
    ['DoesNotExist', by({ key: 'app', operator: 'DoesNotExist' }), '!app', false],
    [
      'both',
      { matchLabels: { app: 'web' }, ...by(inTiers, { key: 'x', operator: 'DoesNotExist' }) },
      'app=web,tier in (back,front),!x',
      true,
    ],
    ['nothing', {}, '', false],
  ])('of %s is one text, and selects or not', (_, selector, text, selected) => {
    expect(selectorText(selector)).toBe(text);
    expect(selects(selector, labels)).toBe(selected);
  });

  it.each([
    ['no demand at all', {}, 'spec.selector.matchLabels: got nothing, expected labels of spec.template'],
    [
      'an expression that the template does not meet',
      by({ ...inTiers, values: ['back'] }),
      'spec.selector.matchExpressions[0]: got tier in (back), expected a demand that spec.template.metadata.labels meets',
    ],
    [
      'an unknown operator',
      by({ key: 'tier', operator: 'Like' }),
      'spec.selector.matchExpressions[0]: got {"key":"tier","operator":"Like"}, expected an operator, one of In, NotIn, Exists, DoesNotExist',
    ],
    [
      'In without values',
      by({ key: 'tier', operator: 'In' }),
      'spec.selector.matchExpressions[0]: got {"key":"tier","operator":"In"}, expected values beside that operator',
    ],
    [
      'Exists with values',
      by({ key: 'tier', operator: 'Exists', values: ['a'] }),
      'spec.selector.matchExpressions[0]: got {"key":"tier","operator":"Exists","values":["a"]}, expected no values beside that operator',
    ],
  ])('with %s is refused', (_, selector, sentence) => {
    expect(describeProblems(wrongSelector(selector, labels))).toBe(sentence);
  });

  it('of expressions alone runs, and its ReplicaSets keep them beside the hash', () => {
    const model = modelOf({ spec: { selector: by({ key: 'app', operator: 'In', values: ['web'] }) } });
    settleAll(model);
    expect(statusOf(model)).toMatchObject({ phase: 'Healthy', selector: 'app in (web)' });
    expect(replicaSets(model)[0]).toMatchObject({
      spec: {
        selector: { matchExpressions: [{ key: 'app' }], matchLabels: { 'rollouts-pod-template-hash': expect.any(String) as string } },
      },
    });
  });
});
