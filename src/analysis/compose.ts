import type { Problem } from '../kernel/problem.ts';
import type { AnalysisArgument, AnalysisRun, AnalysisTemplate, Metric } from '../resources/analysis.ts';
import type { Resource } from '../resources/meta.ts';
import { effectiveCount } from './limits.ts';
import { planRun } from './plan.ts';
import type { Askable } from './providers.ts';
import { wrongProvider } from './providers.ts';

type Template = Resource<AnalysisTemplate>;

export type Composition = {
  /** The templates that the Rollout names, in order. */
  readonly templates: readonly Template[];
  /** Every template that may be named by another one, under any key; cluster-scoped ones are told apart by their kind. */
  readonly all: Readonly<Record<string, Template>>;
  readonly args: readonly { readonly name: string; readonly value: string }[];
  /** A background analysis may run without an end; all others must come to one. */
  readonly background?: boolean;
  /** Absent: whether its provider can be asked is no question of a metric. */
  readonly providers?: Askable;
};

export type Composed =
  { readonly kind: 'composed'; readonly spec: AnalysisRun['spec'] } | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/**
 * The spec of an AnalysisRun from templates and arguments, as Argo Rollouts v1.9 flattens them: nested templates once each,
 * namespaced before cluster-scoped; an argument that no template declares is dropped, a declared one without a value is a problem.
 */
export function composeRun(question: Composition): Composed {
  const problems: Problem[] = [];
  const templates = flatten(question, problems);
  const specs = templates.map(({ view }) => view.spec);
  const args = mergeArguments(
    specs.flatMap((spec) => spec.args ?? []),
    question.args,
    problems,
  );
  const spec: AnalysisRun['spec'] = {
    metrics: specs.flatMap((template) => template.metrics ?? []),
    ...listed('args', args),
    ...listed(
      'dryRun',
      specs.flatMap((template) => template.dryRun ?? []),
    ),
    ...listed(
      'measurementRetention',
      specs.flatMap((template) => template.measurementRetention ?? []),
    ),
  };
  const found = problems.length > 0 ? problems : [...validate(spec, question.background === true), ...unasked(templates, question)];
  return found.length > 0 ? { kind: 'refused', problems: found } : { kind: 'composed', spec };
}

function listed<Item>(field: string, items: readonly Item[]): Readonly<Record<string, readonly Item[]>> {
  return items.length === 0 ? {} : { [field]: items };
}

/** The templates and everything that they name, each once; a circle ends by itself. */
function flatten({ templates, all }: Composition, problems: Problem[]): readonly Template[] {
  const found = new Map<string, Template>();
  const visit = (template: Template): void => {
    const key = keyOf(template);
    if (found.has(key)) return;
    found.set(key, template);
    for (const { templateName, clusterScope } of template.view.spec.templates ?? []) {
      const kind = clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
      const nested = Object.values(all).find((other) => other.raw.kind === kind && other.view.metadata.name === templateName);
      if (nested === undefined)
        problems.push({ at: `${key}.spec.templates`, got: templateName, expected: `the name of an existing ${kind}` });
      else visit(nested);
    }
  };
  templates.forEach(visit);
  const flat = [...found.values()];
  const isCluster = ({ raw }: Template): boolean => raw.kind === 'ClusterAnalysisTemplate';
  return [...flat.filter((template) => !isCluster(template)), ...flat.filter(isCluster)];
}

function keyOf({ raw, view }: Template): string {
  return `${raw.kind} ${view.metadata.name}`;
}

function mergeArguments(
  declared: readonly AnalysisArgument[],
  given: Composition['args'],
  problems: Problem[],
): readonly AnalysisArgument[] {
  const merged = new Map<string, AnalysisArgument>();
  for (const argument of declared) {
    const before = merged.get(argument.name);
    if (before?.value !== undefined && argument.value !== undefined && before.value !== argument.value) {
      problems.push({
        at: `args.${argument.name}`,
        got: `${String(before.value)} and ${String(argument.value)}`,
        expected: 'one value in all templates',
      });
    }
    if (before?.value === undefined) merged.set(argument.name, argument);
  }
  return [...merged.values()].map((argument) => withValue(argument, given, problems));
}

function withValue(argument: AnalysisArgument, given: Composition['args'], problems: Problem[]): AnalysisArgument {
  const value = given.find(({ name }) => name === argument.name)?.value ?? argument.value;
  if (value !== undefined) return { name: argument.name, value: String(value) };
  if (argument.valueFrom === undefined)
    problems.push({ at: `args.${argument.name}`, got: 'no value', expected: 'a value from the Rollout or a default in the template' });
  return argument;
}

/** Metrics that nobody here can measure, each with the template that holds it. */
function unasked(templates: readonly Template[], { providers }: Composition): readonly Problem[] {
  if (providers === undefined) return [];
  return templates.flatMap((template) =>
    (template.view.spec.metrics ?? [])
      .flatMap((metric) => wrongProvider(metric, providers))
      .map((problem) => ({ ...problem, at: `${keyOf(template)}: ${problem.at}` })),
  );
}

function validate(spec: AnalysisRun['spec'], endless: boolean): readonly Problem[] {
  const plan = planRun({ spec });
  if (plan.kind === 'refused') return plan.problems;
  return endless ? [] : plan.metrics.filter(runsForever).map(endlessMetric);
}

function runsForever(metric: Metric): boolean {
  return effectiveCount(metric) === undefined;
}

function endlessMetric({ name, count }: Metric): Problem {
  return {
    at: `metrics.${name}.count`,
    got: count === undefined ? 'nothing' : String(count),
    expected: 'a count, because the metric has an interval and would run indefinitely',
  };
}
