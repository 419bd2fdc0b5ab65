import { describe, expect, it } from 'vitest';
import type { MetricsStage } from './stage.ts';

const canary = 'namespace=shop,pod=canary-1';
const stable = 'namespace=shop,pod=stable-1';

/** What queries answer for the contract's samples; where the answer is no simple fraction it is the one that Prometheus gave. */
export function describeQueries(stage: MetricsStage): void {
  describe('queries', () => {
    it.each<[query: string, type: string, values: Readonly<Record<string, number | readonly number[]>>]>([
      ['1 + 2 * 3 - 4 / 2', 'scalar', { '': 5 }],
      ['0x10', 'scalar', { '': 16 }],
      ['0 / 0', 'scalar', { '': NaN }],
      ['-1 / 0', 'scalar', { '': -Infinity }],
      ['1 > bool 2', 'scalar', { '': 0 }],
      [
        'temperature',
        'vector',
        { '__name__=temperature,room=a': 20.25, '__name__=temperature,room=b': -3, '__name__=temperature,room=c': NaN },
      ],
      ['temperature{room=~"a|b",room!="a"}', 'vector', { '__name__=temperature,room=b': -3 }],
      ['temperature{room!~"a|b"}', 'vector', { '__name__=temperature,room=c': NaN }],
      ['nosuch', 'vector', {}],
      ['stale', 'vector', {}],
      ['-temperature{room="a"}', 'vector', { 'room=a': -20.25 }],
      ['temperature / 0', 'vector', { 'room=a': Infinity, 'room=b': -Infinity, 'room=c': NaN }],
      ['temperature > 0', 'vector', { '__name__=temperature,room=a': 20.25 }],
      ['temperature > bool 0', 'vector', { 'room=a': 1, 'room=b': 0, 'room=c': 0 }],
      ['0 > temperature', 'vector', { '__name__=temperature,room=b': -3 }],
      ['temperature == temperature', 'vector', { '__name__=temperature,room=a': 20.25, '__name__=temperature,room=b': -3 }],
      ['temperature{room="a"} * temperature', 'vector', { 'room=a': 410.0625 }],
      ['sum(temperature)', 'vector', { '': NaN }],
      ['min(temperature)', 'vector', { '': -3 }],
      ['max(temperature)', 'vector', { '': 20.25 }],
      ['count(temperature)', 'vector', { '': 3 }],
      ['avg(temperature{room!="c"})', 'vector', { '': 8.625 }],
      ['sum(nosuch)', 'vector', {}],
      ['sum by (room) (temperature{room="a"})', 'vector', { 'room=a': 20.25 }],
      ['sum(temperature{room="a"}) without (room)', 'vector', { '': 20.25 }],
      ['scalar(temperature)', 'scalar', { '': NaN }],
      ['scalar(temperature{room="a"}) + 1', 'scalar', { '': 21.25 }],
      ['vector(0 / 0)', 'vector', { '': NaN }],
      ['vector(1) > 2', 'vector', {}],
      ['sum(nosuch) or vector(0)', 'vector', { '': 0 }],
      ['temperature{room="a"} or nosuch', 'vector', { '__name__=temperature,room=a': 20.25 }],
      ['temperature{room="a"}[3s]', 'matrix', { '__name__=temperature,room=a': [20.25, 20.25, 20.25] }],
      ['temperature{room="a"}[2]', 'matrix', { '__name__=temperature,room=a': [20.25, 20.25] }],
      // A pod that is old, one that began within the range, one that restarted, one that is gone.
      ['rate(http_requests_total{pod="stable-1"}[1m])', 'vector', { [`code=200,${stable}`]: 19, [`code=500,${stable}`]: 1 }],
      ['rate(http_requests_total{pod="canary-1"}[10s])', 'vector', { [`code=200,${canary}`]: 8, [`code=500,${canary}`]: 1 / 9 }],
      ['rate(http_requests_total{pod="canary-1"}[1m])', 'vector', { [`code=200,${canary}`]: 4, [`code=500,${canary}`]: 0.05 }],
      ['rate(http_requests_total{pod="canary-1"}[1m30s])', 'vector', { [`code=200,${canary}`]: 8 / 3, [`code=500,${canary}`]: 1 / 30 }],
      ['rate(http_requests_total{pod="restarted-1"}[1m])', 'vector', { 'code=200,namespace=shop,pod=restarted-1': 234 / 59 }],
      ['increase(http_requests_total{pod="gone-1"}[1m])', 'vector', { 'code=200,namespace=shop,pod=gone-1': 84 }],
      ['increase(http_requests_total{pod="canary-1"}[30s])', 'vector', { [`code=200,${canary}`]: 240, [`code=500,${canary}`]: 3 }],
      ['rate(http_requests_total{pod="stable-1"}[500ms])', 'vector', {}],
      ['rate(one_point[1m])', 'vector', {}],
      [
        'sum(rate(http_requests_total{code="500",pod="canary-1"}[1m])) / sum(rate(http_requests_total{pod="canary-1"}[1m]))',
        'vector',
        { '': 0.05 / 4.05 },
      ],
      [
        'sum by (pod) (rate(http_requests_total{code="500"}[1m])) / sum by (pod) (rate(http_requests_total[1m]))',
        'vector',
        { 'pod=canary-1': 0.05 / 4.05, 'pod=stable-1': 0.05 },
      ],
      ['sum(rate(nosuch[1m])) / sum(rate(http_requests_total[1m]))', 'vector', {}],
    ])('%s', async (query, type, values) => {
      const expected = Object.entries(values).map(([labels, value]) => [labels, [value].flat().map(closeTo)]);
      expect(await stage.ask(query)).toEqual({ status: 200, type, values: Object.fromEntries(expected) as unknown, error: undefined });
    });

    it.each([
      ['', 'no expression found in input'],
      ['1 +', 'unexpected end of input'],
      ['1 2', 'unexpected number "2"'],
      ['foo bar', 'unexpected identifier "bar"'],
      ['sum(1)', 'expected type instant vector in aggregation expression, got scalar'],
      ['rate(temperature)', 'expected type range vector in call to function "rate", got instant vector'],
      ['vector(temperature)', 'expected type scalar in call to function "vector", got instant vector'],
      ['1 + temperature[5s]', 'binary expression must contain only scalar and instant vector types'],
      ['-"a"', 'unary expression only allowed on expressions of type scalar or instant vector, got "string"'],
      ['1 == 1', 'comparisons between scalars must use BOOL modifier'],
      ['1 or 2', 'set operator "or" not allowed in binary scalar expression'],
      ['{room=~".*"}', 'vector selector must contain at least one non-empty matcher'],
      ['temperature{room=~"["}', 'error parsing regexp: missing closing ]: `[`'],
      ['rate(temperature[0s])', 'duration must be greater than 0'],
    ])('%j is refused', async (query, because) => {
      expect(await stage.ask(query)).toMatchObject({ status: 400, error: `bad_data: invalid parameter "query": parse error: ${because}` });
    });

    it('two samples for one partner cannot be answered', async () => {
      expect(await stage.ask('{__name__=~"temperature|level",room="a"} + temperature')).toMatchObject({
        status: 422,
        error: 'execution: multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
      });
      const { status, error } = await stage.ask('temperature + {__name__=~"temperature|level",room="a"}');
      expect(status).toBe(422);
      expect(error).toMatch(
        /^execution: found duplicate series for the match group \{room="a"\} on the right hand-side .*many-to-many matching not allowed/,
      );
    });
  });
}

/** The order of additions differs between servers, and with it the last digits. */
function closeTo(value: number): unknown {
  return Number.isFinite(value) ? expect.closeTo(value, 10) : value;
}
