import type { Problem } from '../kernel/problem.ts';
import { isBody } from '../kernel/json.ts';
import type { Metric } from '../resources/analysis.ts';
import { isGiven, spanMs, wholeNumber } from './limits.ts';

type Rule = (metric: Metric) => (Omit<Problem, 'at'> & { readonly field: string }) | undefined;

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function span(field: 'interval' | 'initialDelay'): Rule {
  return (metric) => {
    const value = metric[field];
    if (!isGiven(value) || spanMs(value) !== undefined) return undefined;
    return { field, got: shown(value), expected: 'a duration such as 30s or 5m' };
  };
}

function atLeastZero(field: 'consecutiveSuccessLimit' | 'inconclusiveLimit' | 'consecutiveErrorLimit'): Rule {
  return (metric) => (wholeNumber(metric[field]) < 0 ? { field, got: shown(metric[field]), expected: '0 or more' } : undefined);
}

function failureLimit({ failureLimit: limit, consecutiveSuccessLimit }: Metric): ReturnType<Rule> {
  const value = wholeNumber(limit);
  if (value < -1) return { field: 'failureLimit', got: shown(limit), expected: '0 or more, or -1 to switch it off' };
  if (value >= 0 || wholeNumber(consecutiveSuccessLimit) !== 0) return undefined;
  return { field: 'failureLimit', got: '-1', expected: 'a limit, or a consecutiveSuccessLimit beside it' };
}

function count(metric: Metric): ReturnType<Rule> {
  const value = wholeNumber(metric.count);
  const reachable = Math.max(wholeNumber(metric.failureLimit), 0) + wholeNumber(metric.consecutiveSuccessLimit);
  const least = Math.max(reachable, wholeNumber(metric.inconclusiveLimit));
  if (value <= 0 || value >= least) return undefined;
  return { field: 'count', got: shown(metric.count), expected: `${least} or more, so that the limits can be reached` };
}

function interval(metric: Metric): ReturnType<Rule> {
  if (wholeNumber(metric.count) <= 1 || isGiven(metric.interval)) return undefined;
  return { field: 'interval', got: 'nothing', expected: `an interval, because count is ${wholeNumber(metric.count)}` };
}

function provider(metric: Metric): ReturnType<Rule> {
  const named = Object.entries(metric.provider).flatMap(([key, value]) =>
    key === 'plugin' && isBody(value) ? Object.keys(value) : value === undefined ? [] : [key],
  );
  return named.length === 1 ? undefined : { field: 'provider', got: named.join(', ') || 'none', expected: 'exactly one provider' };
}

const rules: readonly Rule[] = [
  atLeastZero('consecutiveSuccessLimit'),
  failureLimit,
  atLeastZero('inconclusiveLimit'),
  atLeastZero('consecutiveErrorLimit'),
  count,
  interval,
  span('interval'),
  span('initialDelay'),
  provider,
];

/** Everything that is wrong with the metrics of a run, by the rules of Argo Rollouts v1.9 (utils/analysis/factory.go). */
export function validateMetrics(metrics: readonly Metric[]): readonly Problem[] {
  if (metrics.length === 0) return [{ at: 'metrics', got: 'none', expected: 'at least one metric' }];
  const names = metrics.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const doubles = repeated.map((name) => ({ at: 'metrics', got: `${name} twice`, expected: 'a name of its own for every metric' }));
  const broken = metrics.flatMap((metric) =>
    rules.flatMap((rule) => {
      const found = rule(metric);
      return found === undefined ? [] : [{ at: `metrics.${metric.name}.${found.field}`, got: found.got, expected: found.expected }];
    }),
  );
  return [...doubles, ...broken];
}
