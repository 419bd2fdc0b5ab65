import { assessRun } from '../analysis/assess.ts';
import type { Attempt } from '../analysis/record.ts';
import { measurementOf, recordMeasurement } from '../analysis/record.ts';
import { nextMeasurements } from '../analysis/next-measurement.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import { sameJson } from '../kernel/json.ts';
import type { Millis } from '../kernel/time.ts';
import type { ResolvedMetric } from '../metrics/measured.ts';
import type { AnalysisRunStatus, Measurement } from '../resources/analysis.ts';
import { AnalysisRun } from '../resources/analysis.ts';
import type { KubeObject, Resource } from '../resources/meta.ts';
import { readResource, refOf } from '../resources/meta.ts';
import type { RolloutContext } from './advance-rollout.ts';
import { splitKey } from './advance-rollout.ts';
import type { Outcome } from './queue.ts';
import { release, releaseAt } from './release-run.ts';
import { applicationOf, kinds } from './world.ts';

/** The Rollout that controls a run, where a claimed Application owns it and nobody deleted it: a deleted one waits for its runs. */
function claimedOwner(context: RolloutContext, run: KubeObject): KubeObject | undefined {
  const { cluster } = context.ports;
  const owner = (run.metadata.ownerReferences ?? []).find((reference) => reference.kind === 'Rollout');
  if (owner === undefined) return undefined;
  const raw = cluster.get({ cluster: cluster.name, ...kinds.rollout, namespace: run.metadata.namespace ?? '', name: owner.name });
  if (raw?.metadata.uid !== owner.uid || typeof raw.metadata.deletionTimestamp === 'string') return undefined;
  return applicationOf(raw, cluster, context.claims, context.home) === undefined ? undefined : raw;
}

/** One measurement, judged. A provider that cannot answer makes the measurement an Error, with its sentence. */
async function measure(context: RolloutContext, metric: ResolvedMetric, signal: AbortSignal): Promise<Measurement> {
  const { clock, metrics } = context.ports;
  const startedAt = clock.now();
  const attempt: Attempt = await metrics.measure(metric, signal).then(
    (measured) => ({ kind: 'measured', measured }),
    (thrown: unknown) => ({ kind: 'failed', because: sentenceOf(thrown) }),
  );
  return measurementOf(metric, attempt, startedAt, clock.now());
}

async function write(context: RolloutContext, run: Resource<AnalysisRun>, status: AnalysisRunStatus, signal: AbortSignal): Promise<void> {
  if (sameJson(status, run.raw['status'] ?? {})) return;
  const { cluster } = context.ports;
  const on = refOf(run.raw, cluster.name);
  const acted = await cluster.act({ do: 'status', on, body: { status }, ...(on.uid === undefined ? {} : { if: { uid: on.uid } }) }, signal);
  if (acted.kind === 'conflict') throw new Failure('conflict', `AnalysisRun ${on.namespace}/${on.name}: ${acted.because}`);
  if (acted.kind === 'refused') throw new Failure('rejected', `AnalysisRun ${on.namespace}/${on.name}: ${acted.because}`);
}

/** One pass for one AnalysisRun: let go of it in time, take what is due, judge it, write the status. */
export async function runAnalysis(context: RolloutContext, key: string, signal: AbortSignal): Promise<Outcome> {
  const { cluster, clock } = context.ports;
  const raw = cluster.get({ cluster: cluster.name, ...kinds.analysisRun, ...splitKey(key) });
  if (raw === undefined) return {};
  const read = readResource(AnalysisRun, raw);
  if (read.kind === 'malformed') return {};
  const owned = claimedOwner(context, raw) !== undefined;
  const letGoAt = releaseAt(read.resource, owned);
  if (letGoAt !== undefined && letGoAt <= clock.now()) {
    await release(context, raw, signal);
    return {};
  }
  const wakeAt = owned ? await takeDue(context, key, read.resource, signal) : undefined;
  return earliest([wakeAt, letGoAt]);
}

function earliest(moments: readonly (Millis | undefined)[]): Outcome {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? {} : { againAt: Math.min(...known) };
}

/** Takes and records what is due now; answers when something is due again. */
async function takeDue(
  context: RolloutContext,
  key: string,
  resource: Resource<AnalysisRun>,
  signal: AbortSignal,
): Promise<Millis | undefined> {
  const { clock, log } = context.ports;
  const run = resource.view;
  const plan = nextMeasurements(run, clock.now());
  const taken = await Promise.all(
    plan.due.map(async (metric) => ({ metric: metric.name, measurement: await measure(context, metric, signal) })),
  );
  if (signal.aborted) return undefined;
  const recorded = taken.reduce<AnalysisRun>(
    (one, { metric, measurement }) => ({ ...one, status: recordMeasurement(one, metric, measurement, clock.now()) }),
    run,
  );
  const status = assessRun(recorded, clock.now());
  await write(context, resource, status, signal);
  for (const { metric, measurement } of taken) {
    log.info(
      { run: key, metric, phase: measurement.phase, value: measurement.value, because: measurement.message ?? status.message },
      'measured',
    );
  }
  // Measuring and writing took time: what became due meanwhile is due at once, and nothing else would say so.
  const next = nextMeasurements({ ...recorded, status }, clock.now());
  return next.due.length > 0 ? clock.now() : next.wakeAt;
}
