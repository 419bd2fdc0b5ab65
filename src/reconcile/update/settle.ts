import type { KubeObject } from '../../resources/meta.ts';
import { refOf } from '../../resources/meta.ts';
import { unsettledFinalizer } from '../../rollout/runs.ts';
import { oneLine } from '../../kernel/escape.ts';
import type { Reading } from './decide.ts';
import type { Case } from './verdict-facts.ts';

const settledAnnotation = 'windlass.dev/settled';

type About = Pick<Case, 'verdict' | 'view'>;

function runOf({ verdict, view }: About): KubeObject | undefined {
  return view.runs.find((run) => run.raw.metadata.uid === verdict.id)?.raw;
}

/** An abort has no run: whether it is settled stands in Git alone. */
export function isMarkedSettled(one: About): boolean {
  return runOf(one)?.metadata.annotations?.[settledAnnotation] !== undefined;
}

async function patch(reading: Reading, run: KubeObject, metadata: Readonly<Record<string, unknown>>): Promise<void> {
  const { cluster } = reading.context.ports;
  const on = refOf(run, cluster.name);
  const version = run.metadata.resourceVersion;
  await cluster.act(
    { do: 'patch', on, body: { metadata }, ...(version === undefined ? {} : { if: { resourceVersion: version } }) },
    reading.signal,
  );
}

/** Puts the finalizer on the run of a verdict that is not settled. A lost race is made good by the next turn. */
export async function protect(reading: Reading, one: About): Promise<void> {
  const run = runOf(one);
  if (
    run === undefined ||
    (run.metadata.finalizers ?? []).includes(unsettledFinalizer) ||
    typeof run.metadata.deletionTimestamp === 'string'
  )
    return;
  await patch(reading, run, { finalizers: [...(run.metadata.finalizers ?? []), unsettledFinalizer] });
}

/** Lets the run go, and writes on it how it was settled; the commit's trailer is what counts. */
export async function markSettled(reading: Reading, one: About, how: string): Promise<void> {
  const known = runOf(one);
  const run = known === undefined ? undefined : reading.context.ports.cluster.get(refOf(known, reading.context.ports.cluster.name));
  if (run === undefined) return;
  const finalizers = (run.metadata.finalizers ?? []).filter((name) => name !== unsettledFinalizer);
  await patch(reading, run, { finalizers, annotations: { [settledAnnotation]: oneLine(how) } });
}
