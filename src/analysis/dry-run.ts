import { RE2JS } from 're2js';
import { sentenceOf } from '../kernel/failure.ts';
import type { Problem } from '../kernel/problem.ts';
import type { AnalysisRun, Metric } from '../resources/analysis.ts';

/** What a list of rules by metric name (an unanchored RE2 pattern each) says: the index of the first rule for each metric that has one. */
type Ruled = { readonly rules: ReadonlyMap<string, number>; readonly problems: readonly Problem[] };

function applyRules(field: string, patterns: readonly string[], metrics: readonly Metric[]): Ruled {
  const matched = patterns.map((pattern) => namesMatching(pattern, metrics));
  const problems = matched.flatMap((names, index) => {
    const at = `${field}[${index}].metricName`;
    const got = JSON.stringify(patterns[index]);
    if (typeof names === 'string') return [{ at, got, expected: `an RE2 pattern (${names})` }];
    if (names.length > 0) return [];
    return [{ at, got, expected: `a pattern that matches one of ${metrics.map(({ name }) => name).join(', ')}` }];
  });
  // Reversed, so that the first rule of a metric is the one that stays.
  const entries = matched.flatMap((names, index) => (typeof names === 'string' ? [] : names.map((name) => [name, index] as const)));
  return { rules: new Map(entries.toReversed()), problems };
}

function namesMatching(pattern: string, metrics: readonly Metric[]): readonly string[] | string {
  try {
    const compiled = RE2JS.compile(pattern);
    return metrics.map(({ name }) => name).filter((name) => compiled.matcher(name).find());
  } catch (thrown) {
    return sentenceOf(thrown);
  }
}

/** The metrics that are measured without counting; a rule that matches none is a problem. */
export function dryRunOf(
  spec: AnalysisRun['spec'],
  metrics: readonly Metric[],
): { readonly names: ReadonlySet<string>; readonly problems: readonly Problem[] } {
  const { rules, problems } = applyRules(
    'dryRun',
    (spec.dryRun ?? []).map(({ metricName }) => metricName),
    metrics,
  );
  return { names: new Set(rules.keys()), problems };
}

/** How many measurements are kept for each metric that has a rule, and what is wrong with the rules. */
export function retentionOf(
  spec: AnalysisRun['spec'],
  metrics: readonly Metric[],
): { readonly limits: ReadonlyMap<string, number>; readonly problems: readonly Problem[] } {
  const given = spec.measurementRetention ?? [];
  const { rules, problems } = applyRules(
    'measurementRetention',
    given.map(({ metricName }) => metricName),
    metrics,
  );
  const limits = new Map(Array.from(rules, ([name, index]) => [name, given[index]?.limit ?? 0] as const));
  return { limits: new Map([...limits].filter(([, limit]) => limit > 0)), problems };
}
