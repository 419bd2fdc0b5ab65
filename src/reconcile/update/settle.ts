import type { KubeObject } from '../../resources/meta.ts';
import { refOf } from '../../resources/meta.ts';
import { settledAnnotation, unsettledFinalizer } from '../../rollout/runs.ts';
import { millisOf } from '../../kernel/time.ts';
import { oneLine } from '../../kernel/escape.ts';
import { keptForMs } from '../release-run.ts';
import type { UpdateContext } from './context.ts';
import type { Case } from './verdict-facts.ts';

const markWithinMs = 10_000;

type About = Pick<Case, 'verdict' | 'view'>;

function runOf({ verdict, view }: About): KubeObject | undefined {
  return view.runs.find((run) => run.raw.metadata.uid === verdict.id)?.raw;
}

/** An abort has no run: whether it is settled stands in Git alone. */
export function isMarkedSettled(one: About): boolean {
  return runOf(one)?.metadata.annotations?.[settledAnnotation] !== undefined;
}

async function patch(
  { ports: { cluster } }: Pick<UpdateContext, 'ports'>,
  run: KubeObject,
  metadata: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const on = refOf(run, cluster.name);
  const version = run.metadata.resourceVersion;
  await cluster.act(
    { do: 'patch', on, body: { metadata }, ...(version === undefined ? {} : { if: { resourceVersion: version } }) },
    signal,
  );
}

/** Puts the finalizer on the run of a verdict that is not settled, for a day. A lost race is made good by the next turn. */
export async function protect(context: UpdateContext, one: About, signal: AbortSignal): Promise<void> {
  const run = runOf(one);
  if (
    run === undefined ||
    (run.metadata.finalizers ?? []).includes(unsettledFinalizer) ||
    typeof run.metadata.deletionTimestamp === 'string' ||
    millisOf(one.verdict.at) + keptForMs <= context.ports.clock.now()
  )
    return;
  await patch(context, run, { finalizers: [...(run.metadata.finalizers ?? []), unsettledFinalizer] }, signal);
}

/**
 * Lets the run go, and writes on it how it was settled; the commit's trailer is what counts. What was pushed is marked also while the
 * service stops, in a time of its own.
 */
export async function markSettled(context: UpdateContext, one: About, how: string): Promise<void> {
  const { cluster } = context.ports;
  const known = runOf(one);
  const run = known === undefined ? undefined : cluster.get(refOf(known, cluster.name));
  if (run === undefined) return;
  const finalizers = (run.metadata.finalizers ?? []).filter((name) => name !== unsettledFinalizer);
  const metadata = { finalizers, annotations: { [settledAnnotation]: oneLine(how) } };
  await patch(context, run, metadata, AbortSignal.timeout(markWithinMs));
}
