import { Failure } from '../kernel/failure.ts';
import type { Millis } from '../kernel/time.ts';
import type { OperationState } from '../resources/application.ts';
import { refKey } from '../kernel/refs.ts';
import { refOf } from '../resources/meta.ts';
import { autoSync } from '../sync/auto-sync.ts';
import { compare } from '../sync/compare.ts';
import { isDeleted } from '../sync/deletion.ts';
import { trackingNameOf } from '../sync/tracking.ts';
import { planSync } from '../sync/plan.ts';
import { isRunning } from '../sync/operation.ts';
import type { ActionResult } from '../sync/results.ts';
import { withResults } from '../sync/results.ts';
import type { Comparison, SyncQuestion, SyncStep } from '../sync/step.ts';
import { splitKey } from './advance-rollout.ts';
import type { Outcome } from './queue.ts';
import { isAdopting, onlyLeftovers } from './sync/adoption.ts';
import type { SyncContext } from './sync/context.ts';
import { deleteApplication } from './sync/delete-application.ts';
import type { Desired } from './sync/desired.ts';
import { desire } from './sync/desired.ts';
import { liveObjects } from './sync/live.ts';
import { writeMalformed, writeStatus } from './sync/write-status.ts';
import { announce } from './update/report.ts';
import type { AppView } from './world.ts';
import { readApplication } from './world.ts';

type Wanted = Extract<Desired, { kind: 'desired' }>;
type Compared = Extract<Comparison, { kind: 'compared' }>;
type Turn = { readonly context: SyncContext; readonly app: AppView; readonly wanted: Wanted; readonly signal: AbortSignal };

const maxRounds = 200;

/** The question about an Application as things are now; `state` stands in for what is not written yet. */
async function ask(turn: Turn, state?: OperationState): Promise<SyncQuestion> {
  const { context, wanted, signal } = turn;
  const app = state === undefined ? turn.app : withState(turn.app, state);
  const { cluster, clock } = context.ports;
  const live = await liveObjects(context, app, wanted.targets, signal);
  const predictions = context.predictions.of(wanted.targets, live, (target) => refKey(refOf(target, cluster.name)));
  return {
    application: app.resource,
    revision: wanted.revision,
    targets: wanted.targets,
    live,
    predictions,
    cluster: cluster.name,
    now: clock.now(),
    trackedAs: trackingNameOf({ name: app.ref.name, namespace: app.ref.namespace, controlNamespace: context.settings.home }),
    ...(isAdopting(app, wanted.revision) ? { adopting: true } : {}),
  };
}

function withState(app: AppView, operationState: OperationState): AppView {
  const { view, raw } = app.resource;
  const status = { ...view.status, operationState };
  return {
    ref: app.ref,
    resource: {
      view: { ...view, status },
      raw: { ...raw, status: { ...(typeof raw['status'] === 'object' ? raw['status'] : {}), operationState } },
    },
  };
}

/** Asks the server for the dry runs that a decision lacks. */
async function predict(
  turn: Turn,
  question: SyncQuestion,
  needs: { readonly dryRuns: readonly Parameters<typeof refKey>[0][] },
): Promise<void> {
  const { context, signal } = turn;
  const byKey = new Map(question.targets.map((target) => [refKey(refOf(target, question.cluster)), target]));
  await Promise.all(
    needs.dryRuns.map(async (ref) => {
      const target = byKey.get(refKey(ref));
      if (target !== undefined) await context.predictions.learn(target, question.live[refKey(ref)], ref, signal);
    }),
  );
}

async function compareNow(turn: Turn, state?: OperationState): Promise<Compared> {
  for (let round = 0; round < maxRounds; round += 1) {
    const question = await ask(turn, state);
    const comparison = compare(question);
    if (comparison.kind === 'compared') return comparison;
    await predict(turn, question, comparison);
  }
  throw new Failure('conflict', 'the live objects change faster than they can be compared');
}

async function carryOut(turn: Turn, step: Extract<SyncStep, { kind: 'act' }>): Promise<OperationState> {
  const results: ActionResult[] = [];
  for (const action of step.actions) {
    const acted = await turn.context.ports.cluster.act(action, turn.signal);
    results.push({ action, kind: acted.kind, ...('because' in acted ? { because: acted.because } : {}) });
  }
  turn.context.ports.log.info(
    { application: refKey(turn.app.ref), revision: turn.wanted.revision, because: step.because, actions: step.actions.length },
    'sync step',
  );
  return withResults(step.status, results);
}

type Ended = { readonly state: OperationState; readonly ended: boolean; readonly because: string };

/** Carries an operation on until it ends or has to wait for the cluster. */
async function operate(turn: Turn): Promise<Ended> {
  let state: OperationState | undefined;
  for (let round = 0; round < maxRounds; round += 1) {
    const question = await ask(turn, state);
    const step = planSync(question);
    if (step.kind === 'needs') await predict(turn, question, step);
    else if (step.kind === 'act') state = await carryOut(turn, step);
    else return { state: step.status, ended: step.kind !== 'wait', because: step.because };
  }
  throw new Failure('conflict', 'the operation does not come to an end');
}

/** One pass for one Application: render, compare, sync where that is due, write the status. */
export async function syncApplication(context: SyncContext, key: string, signal: AbortSignal): Promise<Outcome> {
  const app = readApplication(context.ports.cluster, context.settings.claims, splitKey(key));
  if (app === undefined) return {};
  if ('problems' in app) {
    await writeMalformed(context, app, signal);
    return {};
  }
  if (isDeleted(app.resource.view)) return deleteApplication(context, app, signal);
  const { clock } = context.ports;
  const refresh = app.resource.view.metadata.annotations?.['argocd.argoproj.io/refresh'] !== undefined;
  const desired = await desire(context, app, refresh, signal);
  const poll = clock.now() + context.settings.gitPollMs;
  if (desired.kind === 'unknown') {
    await writeStatus({ context, app, signal }, { desired });
    return { againAt: poll };
  }
  const turn: Turn = { context, app, wanted: desired, signal };
  return tellDenied(turn, () => bringAbout(turn, poll));
}

/** What this service may not do stays so until somebody permits it: the Application says what is missing, not only the log. */
async function tellDenied({ context, app, wanted, signal }: Turn, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure) || thrown.code !== 'forbidden') throw thrown;
    const condition = { type: 'ComparisonError', message: thrown.message };
    await writeStatus({ context, app, signal }, { desired: { kind: 'unknown', condition, revision: wanted.revision } });
    throw thrown;
  }
}

/** Compares, and syncs where that is due. */
async function bringAbout(turn: Turn, poll: Millis): Promise<Outcome> {
  const { context, app, wanted: desired, signal } = turn;
  const { clock } = context.ports;
  const compared = await compareNow(turn);
  const running = isRunning(app.resource.view.status?.operationState);
  const auto = autoSync(app.resource, compared, desired.revision, clock.now());
  if (!running && (auto.kind === 'rest' || onlyLeftovers(app, desired.revision, compared))) {
    await writeStatus({ context, app, signal }, { desired, compared });
    return { againAt: earliest(poll, auto.kind === 'rest' ? auto.wakeAt : undefined) };
  }
  if (bringsNewKind(app, compared)) {
    // A kind that stands nowhere would be found by nobody, should this process die with the first object of it.
    await writeStatus({ context, app, signal }, { desired, compared });
    return { againAt: clock.now() };
  }
  return finish(turn, await operate(turn), poll);
}

/** Whether there is a kind that the Application's status does not name yet: what it names is where pruning and deletion look. */
function bringsNewKind({ resource }: AppView, { resources }: Compared): boolean {
  const named = new Set((resource.view.status?.resources ?? []).map((row) => `${row.group ?? ''}/${row.kind}`));
  return resources.some((row) => !named.has(`${row.group}/${row.kind}`));
}

async function finish(turn: Turn, done: Ended, poll: Millis): Promise<Outcome> {
  const { context, app, wanted, signal } = turn;
  const compared = await compareNow(turn, done.state);
  await writeStatus({ context, app, signal }, { desired: wanted, compared, operation: done.state });
  if (!done.ended) return { againAt: poll };
  const type = done.state.phase === 'Succeeded' ? 'Normal' : 'Warning';
  const reason = done.state.phase === 'Succeeded' ? 'OperationCompleted' : 'OperationFailed';
  await announce(context, app.ref, { type, reason, message: `${wanted.revision.slice(0, 8)}: ${done.state.message ?? done.because}` });
  context.ports.log.info(
    { application: refKey(app.ref), revision: wanted.revision, phase: done.state.phase, because: done.state.message ?? done.because },
    'sync ended',
  );
  return { againAt: poll };
}

function earliest(at: Millis, other: Millis | undefined): Millis {
  return other === undefined ? at : Math.min(at, other);
}
