import type { Action } from '../kernel/action.ts';
import { describeRef } from '../kernel/refs.ts';
import type { OperationState } from '../resources/application.ts';
import { bodyAt, conditionOf } from './health/reading.ts';
import { healthOf } from './health/health-of.ts';
import { describeSome, isSelected, versionOf, waitFor } from './course.ts';
import type { Acting, Course, Failing, Passed, Waiting } from './course.ts';
import type { Seen } from './observe.ts';
import { rowFor, rowsOf, sameObject, withRows } from './operation.ts';
import { hasOption, namespaceToCreate } from './options.ts';
import { isNamespaceMissing } from './preflight.ts';
import { waitingPrunes } from './prune.ts';
import type { SyncQuestion } from './step.ts';
import { isCrd } from './targets.ts';
import { inWaves } from './waves.ts';
import type { Waved } from './waves.ts';

type Stage = Acting | Waiting | Failing;

/** The sentence of an operation in which the server refused objects; undefined where it refused none. */
export function failedRows(state: OperationState): string | undefined {
  const failed = rowsOf(state).filter((row) => row.status === 'SyncFailed');
  if (failed.length === 0) return undefined;
  return `one or more objects failed to apply, reason: ${failed.map((row) => `${row.kind} ${row.name}: ${row.message}`).join('; ')}`;
}

/** Applies the first wave that has something to do, or waits for the health of an earlier one. The last wave is not awaited. */
export function applyWaves(course: Course): Stage | Passed {
  const waved = inWaves(course.objects.filter((seen) => seen.state !== 'extra' && isSelected(seen.ref, course.state)));
  const waves = [...new Set(waved.map((task) => task.wave))];
  for (const wave of waves.length === 0 ? [0] : waves) {
    const tasks = waved.filter((task) => task.wave === wave);
    const awaited = wave !== waves.at(-1) || (hasOption(course.question.application.view, 'PruneLast=true') && waitingPrunes(course));
    const step = applyOneWave(tasks, { course, wave, awaited });
    if (step !== undefined) return step;
  }
  return { kind: 'passed', status: course.state };
}

type WaveAt = { readonly course: Course; readonly wave: number; readonly awaited: boolean };

function applyOneWave(tasks: readonly Waved<Seen>[], at: WaveAt): Stage | undefined {
  const { state } = at.course;
  const rows = rowsOf(state);
  const handled = (seen: Seen): boolean => rows.some((row) => sameObject(row, seen.ref));
  const pending = tasks.map((task) => task.item).filter((seen) => (seen.state === 'missing' || seen.state === 'differs') && !handled(seen));
  const refused = pending.filter((seen) => seen.refusal !== undefined);
  if (refused.length > 0) return failWith(refused, state);
  const crds = tasks.map((task) => task.item).filter((seen) => isCrd(seen.body));
  const unready = crds.filter((seen) => handled(seen) && !isEstablished(seen));
  if (unready.length > 0) return waitFor(unready, state, 'waiting for the server to establish');
  if (pending.length > 0) return act(untilKindsExist(pending), at);
  return at.awaited
    ? awaitHealth(
        tasks.map((task) => task.item),
        at,
      )
    : undefined;
}

/** Objects up to the last CRD: what follows may be of its kind, which the server learns only after it. */
function untilKindsExist(pending: readonly Seen[]): readonly Seen[] {
  const last = pending.findLastIndex((seen) => isCrd(seen.body));
  return last < 0 ? pending : pending.slice(0, last + 1);
}

function isEstablished(seen: Seen): boolean {
  return seen.live !== undefined && conditionOf(seen.live, 'Established')?.['status'] === 'True';
}

function act(pending: readonly Seen[], { course, wave }: WaveAt): Stage {
  const actions = [...createNamespace(course.question), ...pending.map((seen): Action => ({ do: 'apply', on: seen.ref, body: seen.body }))];
  const rows = pending.map((seen) => rowFor(seen.ref, versionOf(seen), 'Synced', 'applied'));
  const because = `wave ${wave}: applying ${describeSome(pending.map((seen) => seen.ref))}; ${pending[0]?.because ?? ''}`;
  return { kind: 'act', actions, status: { ...withRows(course.state, rows), message: `applied wave ${wave}` }, because };
}

function createNamespace(question: SyncQuestion): readonly Action[] {
  const on = namespaceToCreate(question.application.view, question.cluster);
  if (on === undefined || !isNamespaceMissing(question)) return [];
  const managed = bodyAt(question.application.view.spec, 'syncPolicy', 'managedNamespaceMetadata');
  const metadata = { ...managed, name: on.name };
  return [{ do: 'apply', on, body: { apiVersion: 'v1', kind: 'Namespace', metadata } }];
}

function awaitHealth(items: readonly Seen[], { course }: WaveAt): Stage | undefined {
  const states = items.map((seen) => ({ seen, health: seen.live === undefined ? undefined : healthOf(seen.live) }));
  const gone = states.filter(({ seen }) => seen.live === undefined).map(({ seen }) => seen);
  if (gone.length > 0)
    return {
      kind: 'failed',
      status: course.state,
      because: `${describeSome(gone.map((seen) => seen.ref))} is missing after it was applied`,
    };
  const broken = states.find(({ health }) => health?.status === 'Degraded');
  if (broken !== undefined) {
    const because = `${describeRef(broken.seen.ref)} is Degraded: ${broken.health?.message ?? 'no message'}; later waves were not started`;
    return { kind: 'failed', status: course.state, because };
  }
  const unready = states.filter(({ health }) => health !== undefined && health.status !== 'Healthy').map(({ seen }) => seen);
  return unready.length === 0 ? undefined : waitFor(unready, course.state, 'waiting for healthy state of');
}

function failWith(refused: readonly Seen[], state: OperationState): Stage {
  const sentences = refused.map((seen) => `${describeRef(seen.ref)}: ${seen.refusal ?? ''}`);
  return { kind: 'failed', status: state, because: `one or more objects failed to apply, reason: ${sentences.join('; ')}` };
}
