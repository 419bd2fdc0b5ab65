import type { Action } from '../kernel/action.ts';
import { Failure } from '../kernel/failure.ts';
import type { ObjectRef } from '../kernel/refs.ts';
import { describeRef } from '../kernel/refs.ts';
import { advance } from '../rollout/advance.ts';
import { controllerOf, observe } from './observe-rollout.ts';
import type { ClusterPort, Ports } from './ports.ts';
import type { Outcome } from './queue.ts';
import type { Claims } from './world.ts';
import { applicationOf, kinds, readRollout } from './world.ts';

export type RolloutContext = {
  readonly ports: Pick<Ports, 'clock' | 'cluster' | 'log' | 'metrics'>;
  readonly claims: Claims;
  readonly home: string;
  /** By Rollout, the objects of which nobody knows whether our last request reached them: its answer was lost. */
  readonly unsure: Map<string, readonly ObjectRef[]>;
};

/** `namespace/name` of a work-queue key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

type Conflict = { readonly action: Action; readonly because: string };

/** Carries a step out in order; the first conflict discards what is left of it. `lost` hears of the object whose answer did not come. */
async function carryOut(
  cluster: ClusterPort,
  actions: readonly Action[],
  lost: (on: ObjectRef) => void,
  signal: AbortSignal,
): Promise<Conflict | undefined> {
  for (const action of actions) {
    const acted = await cluster.act(action, signal).catch((thrown: unknown) => {
      lost(action.on);
      throw thrown;
    });
    if (acted.kind === 'conflict') return { action, because: acted.because };
    if (acted.kind === 'refused') throw new Failure('rejected', `${action.do} of ${describeRef(action.on)}: ${acted.because}`);
  }
  return undefined;
}

/** The sentence of a conflict that does not go away by looking again. */
function describeConflict(cluster: ClusterPort, { action: { do: verb, on }, because }: Conflict): string {
  const live = verb === 'create' ? cluster.get(on) : undefined;
  if (live === undefined) return `${verb} of ${describeRef(on)}: ${because}`;
  const owner = controllerOf(live);
  return `${describeRef(on)} exists and belongs to ${owner === undefined ? 'nobody' : `${owner.kind} ${owner.name} (uid ${owner.uid})`}`;
}

/**
 * A request whose answer was lost may have been carried out, and a watch may tell of it late: pods that are counted twice would be taken
 * away below the bound of availability. So what it was about is read again before anything is decided.
 */
async function makeSure({ unsure, ports }: RolloutContext, key: string, signal: AbortSignal): Promise<void> {
  const refs = unsure.get(key) ?? [];
  await Promise.all(refs.map((ref) => ports.cluster.read(ref, signal)));
  unsure.delete(key);
}

type Passed = { readonly conflict: Conflict } | { readonly outcome: Outcome };

async function pass(context: RolloutContext, key: string, signal: AbortSignal): Promise<Passed> {
  const { cluster, clock, log } = context.ports;
  await makeSure(context, key, signal);
  const raw = cluster.get({ cluster: cluster.name, ...kinds.rollout, ...splitKey(key) });
  if (raw === undefined || applicationOf(raw, cluster, context.claims, context.home) === undefined) return { outcome: {} };
  const view = readRollout(cluster, raw);
  if (view === undefined) {
    log.warn({ rollout: key }, 'rollout cannot be read');
    return { outcome: {} };
  }
  const { actions, because, wakeAt } = advance(observe(cluster, view), clock.now());
  const lost = (on: ObjectRef) => void context.unsure.set(key, [...(context.unsure.get(key) ?? []), on]);
  const conflict = await carryOut(cluster, actions, lost, signal);
  if (conflict !== undefined) {
    log.debug({ rollout: key, because: conflict.because }, 'pass discarded');
    return { conflict };
  }
  if (actions.length === 0) return { outcome: wakeAt === undefined ? {} : { againAt: wakeAt } };
  log.info({ rollout: key, because, actions: actions.map((action) => `${action.do} ${describeRef(action.on)}`) }, 'rollout advanced');
  return { outcome: { againAt: clock.now() } };
}

/** Somebody else writes too: that often it is worth to look again at once. A conflict brings what it did not know into the cache. */
const mostPasses = 3;

/**
 * One pass for one Rollout: observe, decide at most one step, act in order. A conflict discards the pass, and another one is made at
 * once. Throws Failure where that goes on (a name that is somebody else's), so that the next attempts wait longer and longer.
 */
export async function advanceRollout(context: RolloutContext, key: string, signal: AbortSignal): Promise<Outcome> {
  for (let count = 1; ; count++) {
    const passed = await pass(context, key, signal);
    if ('outcome' in passed) return passed.outcome;
    if (count === mostPasses) throw new Failure('conflict', describeConflict(context.ports.cluster, passed.conflict));
  }
}
