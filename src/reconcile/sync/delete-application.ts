import type { Action } from '../../kernel/action.ts';
import { Failure, sentenceOf } from '../../kernel/failure.ts';
import { describeRef, refKey } from '../../kernel/refs.ts';
import type { DeletionStep } from '../../sync/deletion.ts';
import { planDeletion, takesObjectsAlong } from '../../sync/deletion.ts';
import { trackingNameOf } from '../../sync/tracking.ts';
import type { Outcome } from '../queue.ts';
import { announce } from '../update/report.ts';
import type { AppView } from '../world.ts';
import type { SyncContext } from './context.ts';
import { liveObjects } from './live.ts';
import { destinationProblem } from './spec-problem.ts';
import { writeConditions } from './write-status.ts';

type Turn = { readonly context: SyncContext; readonly app: AppView; readonly signal: AbortSignal };

/**
 * One pass for an Application that somebody deleted: what it tracks goes with it where its finalizer asks for that, then the finalizer.
 * Each pass begins with the live objects alone, so another process goes on where this one stopped. Git is not asked.
 */
export async function deleteApplication(context: SyncContext, app: AppView, signal: AbortSignal): Promise<Outcome> {
  const turn: Turn = { context, app, signal };
  try {
    return await take(turn, await decide(turn));
  } catch (thrown) {
    if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
    await tell(turn, 'DeletionError', sentenceOf(thrown));
    throw thrown;
  }
}

async function decide({ context, app, signal }: Turn): Promise<DeletionStep> {
  const { cluster } = context.ports;
  const takesAlong = takesObjectsAlong(app.resource.view);
  const elsewhere = takesAlong ? destinationProblem(app) : undefined;
  if (elsewhere !== undefined) return { kind: 'refused', because: elsewhere };
  const { name, namespace } = app.ref;
  return planDeletion({
    application: app.resource,
    live: takesAlong ? await liveObjects(context, app, [], signal) : {},
    cluster: cluster.name,
    trackedAs: trackingNameOf({ name, namespace, controlNamespace: context.settings.home }),
  });
}

async function take(turn: Turn, step: DeletionStep): Promise<Outcome> {
  const { context, app } = turn;
  const { clock, log } = context.ports;
  const poll = { againAt: clock.now() + context.settings.gitPollMs };
  const writes = step.kind === 'delete' || step.kind === 'release';
  log[writes ? 'info' : 'debug']({ application: refKey(app.ref), step: step.kind, because: step.because }, 'deletion step');
  switch (step.kind) {
    case 'rest':
      return {};
    case 'refused':
      await tell(turn, 'DeletionError', step.because);
      return {};
    case 'wait':
      await tell(turn, 'DeletionPending', step.because);
      return poll;
    case 'delete':
      for (const action of step.actions) await act(turn, action);
      return { againAt: clock.now() };
    case 'release':
      return release(turn, step);
  }
}

/** Another uid or nothing at that name: the next pass sees what is there now. */
async function act({ context, signal }: Turn, action: Action): Promise<void> {
  const acted = await context.ports.cluster.act(action, signal);
  if (acted.kind === 'refused') throw new Failure('rejected', `${action.do} of ${describeRef(action.on)}: ${acted.because}`);
}

async function release(turn: Turn, step: Extract<DeletionStep, { kind: 'release' }>): Promise<Outcome> {
  const { context, app } = turn;
  const { resourceVersion } = app.resource.raw.metadata;
  await announce(context, app.ref, { type: 'Normal', reason: 'ResourcesDeleted', message: step.because });
  await act(turn, {
    do: 'patch',
    on: app.ref,
    body: { metadata: { finalizers: step.finalizers } },
    ...(resourceVersion === undefined ? {} : { if: { resourceVersion } }),
  });
  return { againAt: context.ports.clock.now() + context.settings.gitPollMs };
}

function tell({ context, app, signal }: Turn, type: 'DeletionError' | 'DeletionPending', message: string): Promise<void> {
  return writeConditions({ context, app, signal }, [{ type, message }]);
}
