import { judge } from '../../../src/analysis/judge.ts';
import { isBody } from '../../../src/kernel/json.ts';
import type { TypedValue } from '../../../src/metrics/measured.ts';
import { type Input, notRun, textOf } from '../adapter.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

/** What one condition says of one result; texts of errors are no contract, so only the phase is compared. */
export function answer(input: Input): unknown {
  if (input['kind'] !== 'condition') return notRun;
  const conditions = { successCondition: textOf(input, 'successCondition'), failureCondition: textOf(input, 'failureCondition') };
  return judge(conditions, typedValue(textOf(input, 'type'), input['result']), now).phase;
}

export function equal(expected: unknown, given: unknown): boolean {
  return isBody(expected) && expected['phase'] === given;
}

function typedValue(type: string, result: unknown): TypedValue {
  switch (type) {
    case 'float64':
    case 'int':
    case 'int64':
      return { type, value: numberOf(result) };
    case '*float64':
      return { type, value: result === null ? null : numberOf(result) };
    case '[]float64':
      return { type, value: Array.isArray(result) ? result.map(numberOf) : [] };
    case '[]string':
      return { type, value: Array.isArray(result) ? result.map(String) : [] };
    default:
      return { type: 'json', value: result };
  }
}

/** NaN and infinities are written as strings. */
export function numberOf(value: unknown): number {
  if (value === '+Inf') return Infinity;
  return value === '-Inf' ? -Infinity : Number(value);
}
