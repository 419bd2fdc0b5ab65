import { oneLine } from '../kernel/escape.ts';
import type { Evidence, Verdict, VerdictKind } from '../kernel/hold.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import type { Millis, Time } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { AnalysisRun } from '../resources/analysis.ts';
import type { Resource } from '../resources/meta.ts';
import { ownedBy, refOf } from '../resources/meta.ts';
import { abortOf } from './abort.ts';
import type { CanaryObjects } from './canary-images.ts';
import { judgedImages, templateHashLabel } from './canary-images.ts';
import { judgeFailedRun } from './measurements.ts';

/** Where the Rollout stands, and the Application that it belongs to. */
export type VerdictContext = { readonly cluster: string; readonly application: ObjectRef };

type Finding = {
  readonly id: string;
  readonly at: Time;
  readonly template: string;
  readonly kind: VerdictKind;
  readonly evidence: Evidence;
};

/**
 * Everything that the canaries of a Rollout found out against a template, newest first: one verdict per finished AnalysisRun that was
 * not successful, and one for an abort that no run explains. From objects alone, so it is the same for both engines.
 */
export function verdictsOf(objects: CanaryObjects, context: VerdictContext): readonly Verdict[] {
  const runs = findingsOfRuns(objects);
  const abort = abortOf(objects, runs);
  const rollout = refOf(objects.rollout.raw, context.cluster);
  return [...runs, ...(abort === undefined ? [] : [abort])]
    .sort((left, right) => newestFirst(left, right))
    .map((finding) => ({
      ...finding,
      cluster: context.cluster,
      rollout,
      application: context.application,
      ...judgedImages(objects, finding.template),
    }));
}

/** The newest verdict about the template that the Rollout wants now; undefined where nothing speaks against it. */
export function verdictOf(objects: CanaryObjects, context: VerdictContext): Verdict | undefined {
  const current = objects.rollout.view.status?.currentPodHash;
  return verdictsOf(objects, context).find((verdict) => verdict.template === current);
}

// At the same second a failed run explains more than the others; the id breaks the tie.
function newestFirst(left: Finding, right: Finding): number {
  const rank = (finding: Finding): Millis => (finding.kind === 'failed' ? 1 : 0);
  return millisOf(right.at) - millisOf(left.at) || rank(right) - rank(left) || (left.id < right.id ? -1 : 1);
}

function findingsOfRuns({ rollout, runs }: CanaryObjects): readonly Finding[] {
  const owner = rollout.view.metadata.uid;
  if (owner === undefined) return [];
  return runs.filter((run) => ownedBy(run.raw, owner)).flatMap((run) => findingOf(run) ?? []);
}

function findingOf({ view }: Resource<AnalysisRun>): Finding | undefined {
  const template = view.metadata.labels?.[templateHashLabel];
  const [id, at, judged] = [view.metadata.uid, finishedAt(view), judge(view)];
  return template === undefined || id === undefined || at === undefined || judged === undefined
    ? undefined
    : { id, at, template, ...judged };
}

function judge(run: AnalysisRun): { readonly kind: VerdictKind; readonly evidence: Evidence } | undefined {
  const because = oneLine(run.status?.message ?? `AnalysisRun ${run.metadata.name} says no more`);
  switch (run.status?.phase) {
    case 'Failed':
      return judgeFailedRun(run);
    case 'Error':
      return { kind: 'error', evidence: { because } };
    case 'Inconclusive':
      return { kind: 'inconclusive', evidence: { because } };
    default:
      return undefined;
  }
}

function finishedAt({ status, metadata }: AnalysisRun): Time | undefined {
  const measured = (status?.metricResults ?? []).flatMap((result) => result.measurements ?? []).flatMap(({ finishedAt: at }) => at ?? []);
  const times = [status?.completedAt, measured.sort().at(-1), status?.startedAt, metadata.creationTimestamp];
  return times.find((time) => typeof time === 'string' && !Number.isNaN(millisOf(time))) ?? undefined;
}
