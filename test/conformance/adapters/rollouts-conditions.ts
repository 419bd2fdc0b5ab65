import { type Conditions, judge } from '../../../src/analysis/judge.ts';
import { isBody } from '../../../src/kernel/json.ts';
import type { TypedValue } from '../../../src/metrics/measured.ts';
import { parsePrometheusResponse } from '../../../src/metrics/prometheus-response.ts';
import { type Input, notRun, textOf } from '../adapter.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

/** What conditions say of one result, or of one answer of Prometheus; texts of errors are no contract. */
export function answer(input: Input): unknown {
  const conditions = { successCondition: textOf(input, 'successCondition'), failureCondition: textOf(input, 'failureCondition') };
  switch (input['kind']) {
    case 'condition':
      return { phase: judge(conditions, typedValue(textOf(input, 'type'), input['result']), now).phase };
    case 'prometheus':
      return askPrometheus(input, conditions);
    default:
      return notRun;
  }
}

function askPrometheus(input: Input, conditions: Conditions): unknown {
  const samples = Array.isArray(input['values']) ? input['values'].map((value) => [now / 1000, String(value)]) : [];
  const resultType = textOf(input, 'resultType');
  const parsed = parsePrometheusResponse(
    JSON.stringify({ status: 'success', data: { resultType, result: resultOf(resultType, samples) } }),
  );
  if (parsed.kind !== 'measured') return { phase: 'Error', value: '' };
  return { phase: judge(conditions, parsed.measured.value, now).phase, value: parsed.measured.text };
}

function resultOf(resultType: string, samples: readonly unknown[]): unknown {
  if (resultType === 'vector') return samples.map((value) => ({ metric: {}, value }));
  return resultType === 'matrix' ? [{ metric: {}, values: samples }] : samples[0];
}

export function equal(expected: unknown, given: unknown): boolean {
  if (!isBody(expected) || !isBody(given)) return false;
  return expected['phase'] === given['phase'] && (!('value' in given) || (expected['value'] ?? '') === given['value']);
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
function numberOf(value: unknown): number {
  if (value === '+Inf') return Infinity;
  return value === '-Inf' ? -Infinity : Number(value);
}
