import { describe, expect, it } from 'vitest';
import { judge } from '../../src/analysis/judge.ts';
import type { TypedValue } from '../../src/metrics/measured.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const vector = (...value: number[]): TypedValue => ({ type: '[]float64', value });
const scalar = (value: number): TypedValue => ({ type: 'float64', value });
const json = (value: unknown): TypedValue => ({ type: 'json', value });

describe('a success condition alone', () => {
  it.each([
    ['a value within the limit passes', vector(0.97), 'result[0] >= 0.95', 'Successful'],
    ['a value outside the limit fails', vector(0.9), 'result[0] >= 0.95', 'Failed'],
    ['a vector is not compared with a number', vector(0.97), 'result >= 0.95', 'Error'],
    ['a scalar is', scalar(0.97), 'result >= 0.95', 'Successful'],
    ['a scalar has no index', scalar(0.97), 'result[0] >= 0.95', 'Error'],
    ['an index into nothing is an Error, never a pass', vector(), 'result[0] >= 0.95', 'Error'],
    ['the guard against an empty vector works', vector(), 'len(result) == 0 || result[0] >= 0.95', 'Successful'],
    ['the opposite guard fails', vector(), 'len(result) > 0 && result[0] >= 0.95', 'Failed'],
    ['all of nothing holds', vector(), 'all(result, # >= 0.95)', 'Successful'],
    ['isNil does not see an empty vector', vector(), 'isNil(result) || result[0] >= 0.95', 'Error'],
    ['default answers the whole result, whatever its argument', vector(0.97), 'default(result[0], 0) > 0.05', 'Error'],
    ['default of nil answers the default', { type: '*float64', value: null }, 'default(result, 0) >= 0', 'Successful'],
    ['NaN compares false, so it fails', vector(NaN), 'result[0] >= 0.95', 'Failed'],
    ['isNaN guards against it', vector(NaN), 'isNaN(result[0]) || result[0] >= 0.95', 'Successful'],
    ['a negative index counts from the end', vector(0.1, 0.95), 'result[-1] > 0.9', 'Successful'],
    ['text is no number', vector(0.97), 'result[0] >= "0.95"', 'Error'],
    ['a float has no remainder', vector(4), 'result[0] % 2 == 0', 'Error'],
    ['a type error counts in a branch that is never taken', vector(1), 'true || result > 1', 'Error'],
    ['a missing field is nil', json({ a: 1 }), 'result.missing == nil', 'Successful'],
    ['a field of nil is an Error', json({ a: 1 }), 'result.missing.deeper == 1', 'Error'],
    ['an optional chain stops at nil', json({ a: 1 }), 'result?.missing?.deeper == nil', 'Successful'],
    ['inherited properties do not exist', json({}), 'result.constructor == nil && result.__proto__ == nil', 'Successful'],
    ['a number is no condition', vector(1), 'result[0]', 'Error'],
    ['a range is limited', vector(1), 'len(1..100000000) > 1', 'Error'],
    ['now is an argument', scalar(1), 'now() > date("2026-03-01T11:59:59Z")', 'Successful'],
  ] as const)('%s', (_, value, successCondition, phase) => {
    expect(judge({ successCondition }, value, now).phase).toBe(phase);
  });
});

describe('both conditions', () => {
  it.each([
    ['neither given: Successful', '', '', 'Successful'],
    ['only failure, and it holds', '', 'result < 1', 'Failed'],
    ['only failure, and it does not', '', 'result > 1', 'Successful'],
    ['failure wins over success', 'result > 0', 'result > 0', 'Failed'],
    ['success without failure', 'result > 0', 'result > 5', 'Successful'],
    ['neither holds', 'result > 5', 'result > 5', 'Inconclusive'],
    ['an Error in either is an Error', 'result > 0', 'result[0] > 0', 'Error'],
  ])('%s', (_, successCondition, failureCondition, phase) => {
    expect(judge({ successCondition, failureCondition }, scalar(0.5), now).phase).toBe(phase);
  });
});

describe('refusals name what is wrong', () => {
  it.each([
    ['result >= 0.95', 'invalid operation: >= (mismatched types []float64 and float64)'],
    ['foo > 1', 'unknown name foo'],
    ['result[0] >', 'unexpected end of expression'],
    ['result[3] > 1', 'index 3 is out of range: there are 1 elements'],
    ['len(result)', 'expected bool, but got int'],
  ])('%s', (successCondition, message) => {
    expect(judge({ successCondition }, vector(1), now)).toEqual({ phase: 'Error', message });
  });

  it('a condition that never comes to an end is stopped', () => {
    const condition = 'all(1..1000, all(1..1000, all(1..1000, true)))';
    expect(judge({ successCondition: condition }, vector(1), now).message).toMatch(/more than 1000000 steps/);
  });

  it('deep nesting is refused instead of overflowing the stack', () => {
    expect(judge({ successCondition: `${'('.repeat(5000)}true${')'.repeat(5000)}` }, vector(1), now).message).toMatch(/nested deeper/);
  });
});
