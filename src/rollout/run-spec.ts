import { type Composed, composeRun } from '../analysis/compose.ts';
import type { Problem } from '../kernel/problem.ts';
import type { AnalysisArgument, AnalysisTemplate } from '../resources/analysis.ts';
import type { Resource } from '../resources/meta.ts';
import type { AnalysisReference } from '../resources/rollout.ts';
import { argumentsFor } from './arguments.ts';
import type { Observed } from './observed.ts';
import type { Situation } from './situation.ts';

type Template = Resource<AnalysisTemplate>;

/**
 * The spec of the AnalysisRun that an analysis of the Rollout asks for. `at` is the field path that problems name; a background
 * analysis may run without an end.
 */
export function runSpec(situation: Situation, reference: AnalysisReference, at: string, background: boolean): Composed {
  const given = argumentsFor(situation, reference, at);
  const named = templatesOf(situation.observed, reference, at);
  const problems = [...given.problems, ...named.problems];
  if (problems.length > 0) return { kind: 'refused', problems };
  const templates = named.templates.map((template) => withSecrets(template, given.args));
  const args = given.args.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value: String(value) }]));
  const { templates: all, providers } = situation.observed;
  const composed = composeRun({ templates, all, args, background, ...(providers === undefined ? {} : { providers }) });
  if (composed.kind === 'refused')
    return { kind: 'refused', problems: composed.problems.map((problem) => ({ ...problem, at: `${at}: ${problem.at}` })) };
  return { kind: 'composed', spec: withRules(composed.spec, reference) };
}

function templatesOf(observed: Observed, reference: AnalysisReference, at: string): { templates: Template[]; problems: Problem[] } {
  const templates: Template[] = [];
  const problems: Problem[] = [];
  const { namespace = '' } = observed.rollout.view.metadata;
  const named = reference.templates ?? [];
  if (named.length === 0) problems.push({ at: `${at}.templates`, got: 'nothing', expected: 'the names of analysis templates' });
  for (const [position, { templateName, clusterScope }] of named.entries()) {
    const template = observed.templates[clusterScope === true ? `cluster/${templateName}` : templateName];
    const kind = clusterScope === true ? 'a ClusterAnalysisTemplate' : `an AnalysisTemplate in namespace ${namespace}`;
    if (template === undefined)
      problems.push({ at: `${at}.templates[${position}].templateName`, got: templateName, expected: `the name of ${kind}` });
    else templates.push(template);
  }
  return { templates, problems };
}

/** A template whose declared arguments take the Rollout's references to secrets; values are given beside it. */
function withSecrets(template: Template, args: readonly AnalysisArgument[]): Template {
  const { spec } = template.view;
  if (spec.args === undefined || spec.args === null) return template;
  const declared = spec.args.map((argument) => {
    const secret = args.find(({ name, valueFrom }) => name === argument.name && valueFrom !== undefined);
    return secret === undefined
      ? argument
      : { name: argument.name, ...(secret.valueFrom === undefined ? {} : { valueFrom: secret.valueFrom }) };
  });
  return { ...template, view: { ...template.view, spec: { ...spec, args: declared } } };
}

type RunSpec = Extract<Composed, { kind: 'composed' }>['spec'];

/** The Rollout may add dry runs and retentions of its own to those of the templates. */
function withRules(spec: RunSpec, { dryRun, measurementRetention }: AnalysisReference): RunSpec {
  const [runs, kept] = [dryRun ?? [], measurementRetention ?? []];
  return {
    ...spec,
    ...(runs.length === 0 ? {} : { dryRun: [...(spec.dryRun ?? []), ...runs] }),
    ...(kept.length === 0 ? {} : { measurementRetention: [...(spec.measurementRetention ?? []), ...kept] }),
  };
}
