import { describe, expect, it } from 'vitest';
import { parsePrometheusResponse, sampleText } from '../../src/metrics/prometheus-response.ts';

const answer = (resultType: string, result: unknown, more = {}) =>
  parsePrometheusResponse(JSON.stringify({ status: 'success', data: { resultType, result }, ...more }));

describe('an answer of Prometheus', () => {
  it.each([
    ['a scalar', 'scalar', [1, '0.97'], { type: 'float64', value: 0.97 }, '0.97'],
    ['NaN, which is text there', 'scalar', [1, 'NaN'], { type: 'float64', value: NaN }, 'NaN'],
    ['no data', 'vector', [], { type: '[]float64', value: [] }, '[]'],
    [
      'a vector without its labels',
      'vector',
      [
        { metric: { pod: 'a' }, value: [1, '0.5'] },
        { metric: {}, value: [1, '+Inf'] },
      ],
      { type: '[]float64', value: [0.5, Infinity] },
      '[0.5,+Inf]',
    ],
    [
      'a matrix as one flat list',
      'matrix',
      [
        {
          metric: {},
          values: [
            [1, '1'],
            [2, '2'],
          ],
        },
        { metric: {}, values: [[1, '-Inf']] },
      ],
      { type: '[]float64', value: [1, 2, -Infinity] },
      '[1,2,-Inf]',
    ],
  ])('%s', (_, resultType, result, ...[value, text]) => {
    expect(answer(resultType, result)).toEqual({ kind: 'measured', measured: { value, text, metadata: {} } });
  });

  it('keeps warnings as metadata', () => {
    expect(answer('scalar', [1, '1'], { warnings: ['slow', 'partial'] })).toMatchObject({
      measured: { metadata: { warnings: '"slow", "partial"' } },
    });
  });

  it.each([
    [
      'text',
      JSON.stringify({ status: 'success', data: { resultType: 'string', result: [1, 'x'] } }),
      'refused',
      'the query answers a string',
    ],
    ['an error', JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }), 'refused', 'bad_data: parse error'],
    ['a page of HTML', '<html>', 'broken', 'not of the Prometheus API'],
    ['another shape', '{"status":"success","data":{"resultType":"vector"}}', 'broken', 'not of the Prometheus API'],
  ])('%s is no measurement', (_, text, ...expected) => {
    const read = parsePrometheusResponse(text);
    expect([read.kind, read.kind === 'measured' ? '' : read.because]).toEqual([expected[0], expect.stringContaining(expected[1])]);
  });
});

it.each([
  [1e21, '1000000000000000000000'],
  [1.5e21, '1500000000000000000000'],
  [1e-7, '0.0000001'],
  [-2.5e-8, '-0.000000025'],
  [0.1, '0.1'],
  [-0, '-0'],
])('prints %d with all its digits', (value, text) => {
  expect(sampleText(value)).toBe(text);
});
