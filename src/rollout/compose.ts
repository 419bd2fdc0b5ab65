import type { Body } from '../kernel/json.ts';
import type { Problem } from '../kernel/problem.ts';
import type { AnalysisArgument, AnalysisTemplate, Metric } from '../resources/analysis.ts';
import type { Resource } from '../resources/meta.ts';
import type { AnalysisReference } from '../resources/rollout.ts';
import type { Observed } from './observed.ts';

export type Composed =
  | { readonly kind: 'composed'; readonly spec: Body; readonly metrics: readonly Metric[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** The templates of an analysis, in order, or a problem for each that is not there. */
export function compose(observed: Observed, reference: AnalysisReference, args: readonly AnalysisArgument[], at: string): Composed {
  const problems: Problem[] = [];
  const templates: Resource<AnalysisTemplate>[] = [];
  for (const [position, { templateName, clusterScope }] of (reference.templates ?? []).entries()) {
    const template = observed.templates[clusterScope === true ? `cluster/${templateName}` : templateName];
    const kind =
      clusterScope === true
        ? 'a ClusterAnalysisTemplate'
        : `an AnalysisTemplate of namespace ${observed.rollout.view.metadata.namespace ?? ''}`;
    if (template === undefined)
      problems.push({ at: `${at}.templates[${position}].templateName`, got: templateName, expected: `the name of ${kind}` });
    else templates.push(template);
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  const declared = templates.flatMap((template) => template.view.spec.args ?? []);
  const merged = declared.map((argument) => ({ ...argument, ...args.find((given) => given.name === argument.name) }));
  const metrics = templates.flatMap((template) => template.view.spec.metrics ?? []);
  return { kind: 'composed', spec: { metrics, args: merged }, metrics };
}
