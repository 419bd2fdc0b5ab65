import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/sandbox/metrics/promql/evaluate.ts';
import { parseQuery } from '../../../src/sandbox/metrics/promql/parse.ts';
import type { Series } from '../../../src/sandbox/metrics/promql/value.ts';

const now = 1_000_000;

/** Points one second apart, the last one now. */
function counter(labels: Record<string, string>, values: readonly number[], more: Partial<Series> = {}): Series {
  const points = values.map((value, index) => ({ at: now - (values.length - 1 - index) * 1000, value }));
  return { labels: { __name__: 'http_requests_total', ...labels }, points, ...more };
}

const series: readonly Series[] = [
  counter({ app: 'web', pod: 'a', code: '200' }, [0, 10, 20, 30, 40]), // 10 a second
  counter({ app: 'web', pod: 'a', code: '500' }, [0, 0, 1, 1, 2]), // 0.5 a second
  counter({ app: 'web', pod: 'b', code: '200' }, [100, 105, 110, 3, 8]), // restarted: 5 + 5 + 3 + 5 in 4 seconds
  counter({ app: 'api', pod: 'c', code: '200' }, [7]),
  counter({ app: 'old', pod: 'd', code: '200' }, [1, 2], { endedAt: now - 500 }),
  { labels: { __name__: 'up', pod: 'a' }, points: [{ at: now - 400_000, value: 1 }] },
  { labels: { __name__: 'temperature', room: 'x' }, points: [{ at: now, value: NaN }] },
  { labels: { __name__: 'temperature', room: 'y' }, points: [{ at: now, value: 20 }] },
];

/** A vector as `{labels}=value`, a scalar as its number. */
function ask(query: string): unknown {
  const value = evaluate(parseQuery(query), series, now);
  if (value.kind === 'vector') {
    return value.samples.map(({ labels, value: number }) => {
      const shown = Object.entries(labels).map(([name, text]) => `${name}=${text}`);
      return `${shown.sort().join(',')} ${number}`.trim();
    });
  }
  return value.kind === 'matrix' ? value.series.map(({ points }) => points.length) : value.value;
}

describe('the PromQL subset', () => {
  it.each([
    ['a number', '1 + 2 * 3', 7],
    ['signs and parentheses', '-(1 + 2) * -3', 9],
    ['division by zero', '1 / 0', Infinity],
    ['no number', '0 / 0', NaN],
    ['hex and exponents', '0x10 + 1e3', 1016],
    ['a text', '"x"', 'x'],
    ['the latest point', 'http_requests_total{app="api"}', ['__name__=http_requests_total,app=api,code=200,pod=c 7']],
    ['no series', 'nothing', []],
    ['a point older than five minutes is nothing', 'up', []],
    ['an ended series is nothing', 'http_requests_total{app="old"}', []],
    ['not equal', 'count(http_requests_total{app!="web"})', ['1']],
    ['a pattern is anchored', 'count(http_requests_total{pod=~"a|b",code=~"5"})', []],
    ['a pattern', 'count(http_requests_total{pod=~"a|b",code=~"5.."})', ['1']],
    ['not a pattern', 'count(http_requests_total{app="web",code!~"5.."})', ['2']],
    ['an absent label is empty', 'count(http_requests_total{app="web",zone=""})', ['3']],
    ['a range', 'http_requests_total{app="web",pod="a",code="200"}[3s]', [3]],
    ['rate', 'rate(http_requests_total{app="web",pod="a"}[4s])', ['app=web,code=200,pod=a 10', 'app=web,code=500,pod=a 0.5']],
    ['rate over a reset', 'rate(http_requests_total{pod="b"}[5s])', ['app=web,code=200,pod=b 4.5']],
    ['rate of one point is nothing', 'rate(http_requests_total{app="api"}[10s])', []],
    ['increase', 'increase(http_requests_total{pod="a",code="500"}[4s])', ['app=web,code=500,pod=a 2']],
    ['sum', 'sum(rate(http_requests_total{app="web"}[5s]))', ['12.9']],
    ['sum of nothing is nothing', 'sum(nothing)', []],
    ['by', 'sum by (code) (http_requests_total{app="web"})', ['code=200 48', 'code=500 2']],
    ['by behind', 'sum(http_requests_total{app="web"}) by (code, pod,)', ['code=200,pod=a 40', 'code=500,pod=a 2', 'code=200,pod=b 8']],
    ['without', 'max without (pod, code) (http_requests_total{app="web"})', ['app=web 40']],
    ['avg', 'avg(http_requests_total{code="200",app="web"})', ['24']],
    ['min sees past NaN', 'min(temperature)', ['20']],
    ['sum does not', 'sum(temperature)', ['NaN']],
    [
      'vectors match by all labels but the name',
      'http_requests_total{app="web"} / http_requests_total{app="web"}',
      ['app=web,code=200,pod=a 1', 'app=web,code=500,pod=a 1', 'app=web,code=200,pod=b 1'],
    ],
    [
      'what has no partner is gone',
      'http_requests_total{code="200",app="web"} - http_requests_total{pod="a"}',
      ['app=web,code=200,pod=a 0'],
    ],
    [
      'an error ratio',
      'sum(rate(http_requests_total{app="web",pod="a",code=~"5.."}[10s])) / sum(rate(http_requests_total{app="web",pod="a"}[10s]))',
      [String(0.5 / 10.5)],
    ],
    ['nothing in a ratio is nothing', 'sum(rate(nothing[10s])) / sum(rate(http_requests_total[10s]))', []],
    ['or fills in', 'sum(nothing) or vector(0)', ['0']],
    ['or keeps what is there', 'sum(http_requests_total{app="api"}) or vector(0)', ['7']],
    ['a filter keeps the sample as it is', 'http_requests_total > 30', ['__name__=http_requests_total,app=web,code=200,pod=a 40']],
    ['bool answers 0 and 1', 'sum by (pod) (http_requests_total{app="web"}) > bool 10', ['pod=a 1', 'pod=b 0']],
    ['between scalars', '1 <= bool 2', 1],
    ['a scalar on the left', '10 < http_requests_total', ['__name__=http_requests_total,app=web,code=200,pod=a 40']],
    ['scalar of one sample', 'scalar(sum(http_requests_total{app="api"})) + 1', 8],
    ['scalar of several is no number', 'scalar(http_requests_total)', NaN],
    ['a comparison binds weaker than a sum', 'vector(1) + 1 == 2', ['2']],
    ['a comment', '1 # one', 1],
  ])('%s: %s', (_, query, expected) => {
    expect(ask(query)).toEqual(expected);
  });
});

describe('what is not answered says why', () => {
  it.each([
    ['histogram_quantile(0.9, x)', 'the function histogram_quantile is outside the PromQL subset of the sandbox, which has selectors'],
    ['x offset 5m', '"offset" is outside the PromQL subset'],
    ['a / on(pod) b', '"on" is outside the PromQL subset'],
    ['a and b', '"and" is outside the PromQL subset'],
    ['2 ^ 3', '"^" is outside the PromQL subset'],
    ['rate(sum(x)[5m])', 'a range of anything but a selector is outside'],
    ['rate(x)', 'expected type range vector in call to function "rate", got instant vector'],
    ['sum(1)', 'expected type instant vector in aggregation expression, got scalar'],
    ['x[5m] + 1', 'binary expression must contain only scalar and instant vector types'],
    ['1 < 2', 'comparisons between scalars must use BOOL modifier'],
    ['{a=~".*"}', 'must contain at least one non-empty matcher'],
    ['x{a="b"', 'parse error: unexpected end of input'],
    ['x{a=b}', 'parse error: unexpected identifier "b"'],
    ['x[0s]', 'duration must be greater than 0'],
    ['x{a=~"["}', 'error parsing regexp: missing closing ]'],
    ['sum(http_requests_total) without', 'unexpected end of input'],
    [
      '{app="web"} + sum by (app, pod) (http_requests_total) + http_requests_total{code="200"} / {pod="a"}',
      'many-to-many matching not allowed',
    ],
    ['&', 'unexpected character: "&" at 1'],
  ])('%s', (query, because) => {
    const two = [...series, { labels: { __name__: 'other', app: 'web', pod: 'a', code: '200' }, points: [{ at: now, value: 1 }] }];
    expect(() => evaluate(parseQuery(query), two, now)).toThrow(because);
  });
});
