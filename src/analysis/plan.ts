import { describeProblems, type Problem } from '../kernel/problem.ts';
import type { AnalysisRun, Metric } from '../resources/analysis.ts';
import { dryRunOf, retentionOf } from './dry-run.ts';
import { substituteArguments, type SecretValues } from './substitute.ts';
import { validateMetrics } from './validate.ts';

/** A run that can be measured: its metrics with arguments put in, which of them do not count, and how many measurements are kept. */
export type Plan = {
  readonly kind: 'planned';
  readonly metrics: readonly Metric[];
  readonly dryRun: ReadonlySet<string>;
  readonly kept: ReadonlyMap<string, number>;
};

export type Planned = Plan | { readonly kind: 'refused'; readonly problems: readonly Problem[]; readonly because: string };

/** Reads the spec of a run. Values of Secrets stand for themselves where they are not known (`secrets`). */
export function planRun(run: Pick<AnalysisRun, 'spec'>, secrets: SecretValues | 'hidden' = 'hidden'): Planned {
  const resolved = substituteArguments(run, secrets === 'hidden' ? placeholders(run) : secrets);
  if (resolved.kind === 'refused') return refusal('Unable to resolve metric arguments', resolved.problems);
  const { metrics } = resolved;
  const dryRun = dryRunOf(run.spec, metrics);
  const retention = retentionOf(run.spec, metrics);
  const problems = [...validateMetrics(metrics), ...dryRun.problems, ...retention.problems];
  if (problems.length > 0) return refusal('Analysis spec invalid', problems);
  return { kind: 'planned', metrics, dryRun: dryRun.names, kept: retention.limits };
}

function refusal(what: string, problems: readonly Problem[]): Planned {
  return { kind: 'refused', problems, because: `${what}: ${describeProblems(problems)}` };
}

function placeholders(run: Pick<AnalysisRun, 'spec'>): SecretValues {
  const hidden = (run.spec.args ?? []).filter(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined);
  return Object.fromEntries(hidden.map(({ name }) => [name, '*****']));
}
