import * as z from 'zod';
import type { Problem } from '../kernel/problem.ts';
import type { AnalysisArgument, AnalysisRun, Metric } from '../resources/analysis.ts';

/** Values of the arguments that a Secret holds, by the name of the argument. */
export type SecretValues = Readonly<Record<string, string>>;

export type Substituted =
  { readonly kind: 'resolved'; readonly metrics: readonly Metric[] } | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

// The shape stands since the metric was parsed; only texts can change.
const AnyMetric = z.custom<Metric>((value) => typeof value === 'object' && value !== null);

/**
 * Puts the values of arguments into every metric: `{{args.x}}` and `{{ args.x }}` in any text, escaped as JSON, as Argo Rollouts
 * v1.9 does. An unknown tag and an argument without a value are problems.
 */
export function substituteArguments(run: Pick<AnalysisRun, 'spec'>, secrets: SecretValues = {}): Substituted {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  for (const argument of run.spec.args ?? []) {
    const value = valueOf(argument, secrets);
    if (value === undefined) problems.push({ at: `args.${argument.name}`, got: 'no value', expected: 'a value' });
    else values.set(`args.${argument.name}`, value);
  }
  const metrics = (run.spec.metrics ?? []).map((metric) => substitute(metric, values, problems));
  return problems.length === 0 ? { kind: 'resolved', metrics } : { kind: 'refused', problems };
}

function valueOf({ name, value, valueFrom }: AnalysisArgument, secrets: SecretValues): string | undefined {
  if (valueFrom?.secretKeyRef !== undefined && Object.hasOwn(secrets, name)) return secrets[name];
  return value === undefined ? undefined : String(value);
}

function substitute(metric: Metric, values: ReadonlyMap<string, string>, problems: Problem[]): Metric {
  const text = JSON.stringify(metric).replace(/\{\{(.*?)\}\}/g, (_, tag: string) => {
    const value = values.get(tag.trim());
    if (value !== undefined) return JSON.stringify(value).slice(1, -1);
    problems.push({
      at: `metrics.${metric.name}`,
      got: `{{${tag}}}`,
      expected: `one of ${[...values.keys()].join(', ') || 'no tag: the template has no args'}`,
    });
    return '';
  });
  return AnyMetric.parse(JSON.parse(text));
}

/** The arguments whose values a Secret in the run's namespace holds: the loop reads them just before a measurement. */
export function secretsOf(
  run: Pick<AnalysisRun, 'spec'>,
): readonly { readonly argument: string; readonly secret: string; readonly key: string }[] {
  return (run.spec.args ?? []).flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef === undefined ? [] : [{ argument: name, secret: valueFrom.secretKeyRef.name, key: valueFrom.secretKeyRef.key }],
  );
}
