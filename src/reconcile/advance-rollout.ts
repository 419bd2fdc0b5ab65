import { Failure } from '../kernel/failure.ts';
import { describeRef } from '../kernel/refs.ts';
import { advance } from '../rollout/advance.ts';
import type { Observed } from '../rollout/observed.ts';
import { routerNames } from '../traffic/routers.ts';
import type { Ports } from './ports.ts';
import type { Outcome } from './queue.ts';
import type { Claims, RolloutView } from './world.ts';
import { applicationOf, kinds, readRollout, readTemplates } from './world.ts';

export type RolloutContext = { readonly ports: Ports; readonly claims: Claims; readonly home: string };

/** `namespace/name` of a work-queue key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function observe(context: RolloutContext, view: RolloutView): Observed {
  const { cluster } = context.ports;
  const { rollout, replicaSets, pods, runs } = view;
  const { namespace } = view.ref;
  const services = Object.fromEntries(cluster.list(kinds.service, namespace).map((service) => [service.metadata.name, service]));
  return {
    cluster: cluster.name,
    rollout,
    replicaSets,
    pods,
    runs,
    templates: readTemplates(cluster, namespace),
    services,
    routers: routerNames,
  };
}

/** One pass for one Rollout: observe, decide at most one step, act in order. A conflict discards the pass. */
export async function advanceRollout(context: RolloutContext, key: string, signal: AbortSignal): Promise<Outcome> {
  const { cluster, clock, log } = context.ports;
  const raw = cluster.get({ cluster: cluster.name, ...kinds.rollout, ...splitKey(key) });
  if (raw === undefined || applicationOf(raw, cluster, context.claims, context.home) === undefined) return {};
  const view = readRollout(cluster, raw);
  if (view === undefined) {
    log.warn({ rollout: key }, 'rollout cannot be read');
    return {};
  }
  const step = advance(observe(context, view), clock.now());
  for (const action of step.actions) {
    const acted = await cluster.act(action, signal);
    if (acted.kind === 'conflict') {
      log.debug({ rollout: key, because: acted.because }, 'pass discarded');
      return { againAt: clock.now() };
    }
    if (acted.kind === 'refused') throw new Failure('rejected', `${action.do} of ${describeRef(action.on)}: ${acted.because}`);
  }
  if (step.actions.length > 0) {
    log.info(
      { rollout: key, because: step.because, actions: step.actions.map((action) => `${action.do} ${describeRef(action.on)}`) },
      'rollout advanced',
    );
    return { againAt: clock.now() };
  }
  return step.wakeAt === undefined ? {} : { againAt: step.wakeAt };
}
