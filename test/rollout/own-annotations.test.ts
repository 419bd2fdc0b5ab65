import { expect, it } from 'vitest';
import { annotationProblems } from '../../src/rollout/own-annotations.ts';

it.each([
  [{}, []],
  [{ 'windlass.dev/on-error': 'retry', 'windlass.dev/on-error-retry-after': '1m30s' }, []],
  [{ 'windlass.dev/on-error': 'hold' }, []],
  [
    { 'windlass.dev/on-error': 'rety' },
    [{ at: 'Rollout shop/web: windlass.dev/on-error', got: '"rety"', expected: 'retry or hold; nothing is done until then' }],
  ],
  [
    { 'windlass.dev/on-error': '', 'windlass.dev/on-error-retry-after': '-5s' },
    [
      { at: 'Rollout shop/web: windlass.dev/on-error', got: '""', expected: 'retry or hold; nothing is done until then' },
      { at: 'Rollout shop/web: windlass.dev/on-error-retry-after', got: '"-5s"', expected: 'a duration such as 30s; 30s is used' },
    ],
  ],
])('of the annotations %j is told %j', (written, problems) => {
  expect(annotationProblems('Rollout shop/web', written)).toEqual(problems);
});
