import { aggregate } from './aggregate.ts';
import { combine } from './combine.ts';
import { compileMatcher, withoutName } from './match.ts';
import { growth } from './rate.ts';
import { parseError, typeName } from './refusal.ts';
import type { Expression, Selector } from './tree.ts';
import type { Sample, Series, Value } from './value.ts';

/** Prometheus looks back this far for the latest point of a series. */
const lookbackMs = 300_000;

/** Evaluates a query at a moment (epoch milliseconds) on series; throws a QueryRefusal. */
export function evaluate(expression: Expression, series: readonly Series[], at: number): Value {
  const run = (part: Expression): Value => evaluate(part, series, at);
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', value: expression.value };
    case 'text':
      return { kind: 'string', value: expression.value };
    case 'selector':
      return select(expression, series, at);
    case 'negation':
      return negate(run(expression.of));
    case 'call':
      return call(expression.name, run(expression.of), at);
    case 'aggregation':
      return aggregate(expression, run(expression.of));
    case 'binary':
      return combine(expression, run(expression.left), run(expression.right));
  }
}

function select({ matchers, rangeMs }: Selector, series: readonly Series[], at: number): Value {
  const tests = matchers.map(compileMatcher);
  const matching = series.filter(({ labels }) => tests.every((test) => test(labels)));
  if (rangeMs === undefined) return { kind: 'vector', samples: matching.flatMap((each) => latest(each, at)) };
  const windows = matching.map(({ labels, points }) => ({
    labels,
    points: points.filter((point) => point.at > at - rangeMs && point.at <= at),
  }));
  return { kind: 'matrix', series: windows.filter(({ points }) => points.length > 0), rangeMs };
}

function latest({ labels, points, endedAt }: Series, at: number): readonly Sample[] {
  if (endedAt !== undefined && endedAt <= at) return [];
  const point = points.findLast((candidate) => candidate.at <= at);
  return point === undefined || point.at <= at - lookbackMs ? [] : [{ labels, value: point.value }];
}

function negate(value: Value): Value {
  if (value.kind === 'scalar') return { kind: 'scalar', value: -value.value };
  if (value.kind !== 'vector')
    return parseError(
      `unary expression only allowed on expressions of type scalar or instant vector, got ${JSON.stringify(typeName(value.kind))}`,
    );
  return { kind: 'vector', samples: value.samples.map((sample) => ({ labels: withoutName(sample.labels), value: -sample.value })) };
}

function call(name: string, value: Value, at: number): Value {
  if (name === 'vector') return { kind: 'vector', samples: [{ labels: {}, value: expectKind(name, value, 'scalar').value }] };
  if (name === 'scalar') {
    const { samples } = expectKind(name, value, 'vector');
    return { kind: 'scalar', value: samples.length === 1 ? (samples[0]?.value ?? NaN) : NaN };
  }
  const { series, rangeMs } = expectKind(name, value, 'matrix');
  const samples = series.flatMap(({ labels, points }) => {
    const grown = growth(points, { at, rangeMs });
    return grown === undefined ? [] : [{ labels: withoutName(labels), value: name === 'increase' ? grown : grown / (rangeMs / 1000) }];
  });
  return { kind: 'vector', samples };
}

function expectKind<Kind extends Value['kind']>(name: string, value: Value, kind: Kind): Extract<Value, { kind: Kind }> {
  const isExpected = (given: Value): given is Extract<Value, { kind: Kind }> => given.kind === kind;
  return isExpected(value)
    ? value
    : parseError(`expected type ${typeName(kind)} in call to function ${JSON.stringify(name)}, got ${typeName(value.kind)}`);
}
