import { evaluate } from './promql/evaluate.ts';
import { labelsKey } from './promql/match.ts';
import { parseQuery } from './promql/parse.ts';
import { badData, parseError, QueryRefusal, typeName } from './promql/refusal.ts';
import { durationMs } from './promql/tokens.ts';
import type { Series, Value } from './promql/value.ts';

export type Reply = { readonly status: number; readonly body: unknown };

/** A sample as the HTTP API writes it: seconds, and the value as text. */
type Written = readonly [seconds: number, text: string];

const mostPoints = 11_000;

/** What `/api/v1/query` answers. `time` is in seconds since 1970 or RFC 3339; now where absent. */
export function answerQuery(parameters: URLSearchParams, series: readonly Series[], now: number): Reply {
  return answering(() => {
    const at = momentOf(parameters.get('time')) ?? now;
    return written(evaluate(parseQuery(queryOf(parameters)), series, at), at);
  });
}

/** What `/api/v1/query_range` answers: the query at every step from `start` to `end`. */
export function answerQueryRange(parameters: URLSearchParams, series: readonly Series[]): Reply {
  return answering(() => {
    const expression = parseQuery(queryOf(parameters));
    const rows = new Map<string, { readonly metric: object; readonly values: Written[] }>();
    for (const at of momentsOf(parameters)) {
      for (const { labels, value } of samplesOf(evaluate(expression, series, at))) {
        const row = rows.get(labelsKey(labels)) ?? { metric: labels, values: [] };
        row.values.push([at / 1000, valueText(value)]);
        rows.set(labelsKey(labels), row);
      }
    }
    return { resultType: 'matrix', result: [...rows.values()] };
  });
}

function momentsOf(parameters: URLSearchParams): readonly number[] {
  const [start, end] = [momentOf(parameters.get('start')), momentOf(parameters.get('end'))];
  const written = parameters.get('step') ?? '';
  const step = /^[\d.]+$/.test(written) ? Number(written) * 1000 : durationMs(written);
  if (start === undefined || end === undefined || !(step > 0) || end < start) return badData('invalid parameter "start", "end" or "step"');
  const count = Math.floor((end - start) / step) + 1;
  if (count > mostPoints)
    badData('exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)');
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function answering(ask: () => unknown): Reply {
  try {
    return { status: 200, body: { status: 'success', data: ask() } };
  } catch (thrown) {
    if (!(thrown instanceof QueryRefusal)) throw thrown;
    return { status: thrown.type === 'execution' ? 422 : 400, body: { status: 'error', errorType: thrown.type, error: thrown.message } };
  }
}

function queryOf(parameters: URLSearchParams): string {
  return parameters.get('query') ?? parseError('no expression found in input');
}

function momentOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const ms = Number.isFinite(Number(text)) ? Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(ms)
    ? badData(`invalid parameter "time": invalid time value for 'time': cannot parse ${JSON.stringify(text)} to a valid timestamp`)
    : ms;
}

function samplesOf(value: Value): readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[] {
  if (value.kind === 'vector') return value.samples;
  return value.kind === 'scalar'
    ? [{ labels: {}, value: value.value }]
    : badData(
        `invalid parameter "query": invalid expression type ${JSON.stringify(typeName(value.kind))} for range query, must be Scalar or instant Vector`,
      );
}

function written(value: Value, at: number): unknown {
  const seconds = at / 1000;
  switch (value.kind) {
    case 'scalar':
      return { resultType: 'scalar', result: [seconds, valueText(value.value)] };
    case 'string':
      return { resultType: 'string', result: [seconds, value.value] };
    case 'vector':
      return {
        resultType: 'vector',
        result: value.samples.map((sample) => ({ metric: sample.labels, value: [seconds, valueText(sample.value)] })),
      };
    case 'matrix':
      return {
        resultType: 'matrix',
        result: value.series.map((each) => ({
          metric: each.labels,
          values: each.points.map((point) => [point.at / 1000, valueText(point.value)]),
        })),
      };
  }
}

function valueText(value: number): string {
  // Go writes at least two digits of an exponent.
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value).replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
