import type { Problem } from '../kernel/problem.ts';
import type { Canary, CanaryStep } from '../resources/rollout.ts';
import { resolveCount } from './fenceposts.ts';
import { pauseLength } from './pause.ts';
import { type Check, problemsIn } from './validate-spec.ts';

export const canaryAt = (path: string): string => `spec.strategy.canary.${path}`;

// Silence about one of these would be a rollout that does something else than its author wrote.
// minPodsPerReplicaSet is not among them: without a router Argo Rollouts v1.9 passes over it, too, and says nothing.
const withRouter = ['dynamicStableScale', 'scaleDownDelaySeconds', 'pingPong'] as const;
const notCarriedOut = ['antiAffinity', 'canaryMetadata', 'stableMetadata'] as const;

/** Settings of the canary strategy that cannot be carried out. `routers` are the names of the known traffic routers. */
export function wrongCanary(canary: Canary, routers: readonly string[]): readonly Problem[] {
  const held = (field: string) => canary[field] !== undefined && canary[field] !== null && canary[field] !== false;
  return [
    ...wrongRouters(canary, routers),
    ...problemsIn(
      withRouter.map((field): Check => [
        held(field),
        canaryAt(field),
        'a setting for a traffic router',
        'no such field without trafficRouting',
      ]),
    ),
    ...problemsIn(
      notCarriedOut.map((field): Check => [held(field), canaryAt(field), 'a setting that is not carried out here', 'no such field']),
    ),
    ...wrongFenceposts(canary),
  ];
}

function wrongRouters({ trafficRouting }: Canary, routers: readonly string[]): readonly Problem[] {
  if (trafficRouting === undefined) return [];
  const unknown = Object.keys(trafficRouting).filter((name) => !routers.includes(name));
  const expected = `one of ${routers.join(', ')}; without trafficRouting the weights are kept by replica counts`;
  if (Object.keys(trafficRouting).length === 0) return [{ at: canaryAt('trafficRouting'), got: 'no router', expected }];
  return unknown.map((name) => ({ at: canaryAt(`trafficRouting.${name}`), got: name, expected }));
}

function wrongFenceposts({ maxSurge = '25%', maxUnavailable = '25%' }: Canary): readonly Problem[] {
  const [surge, unavailable] = [resolveCount(maxSurge, 100, Math.ceil), resolveCount(maxUnavailable, 100, Math.ceil)];
  const expected = 'a number of pods, or a percentage such as 25%';
  const wrong = (count: number) => Number.isNaN(count) || count < 0;
  return problemsIn([
    [wrong(surge), canaryAt('maxSurge'), JSON.stringify(maxSurge), expected],
    [wrong(unavailable), canaryAt('maxUnavailable'), JSON.stringify(maxUnavailable), expected],
    [
      surge === 0 && unavailable === 0,
      canaryAt('maxSurge'),
      '0, with maxUnavailable 0',
      'one of the two above 0, or no pod could ever be replaced',
    ],
  ]);
}

const stepKinds = ['setWeight', 'pause', 'analysis'] as const;

/** What is wrong with one step of the list. */
export function wrongStep(step: CanaryStep, index: number): readonly Problem[] {
  const where = canaryAt(`steps[${index}]`);
  const held = Object.keys(step).filter((field) => step[field] !== undefined && step[field] !== null);
  const foreign = held.filter((field) => !stepKinds.some((kind) => kind === field));
  if (foreign.length > 0)
    return foreign.map((field) => ({ at: `${where}.${field}`, got: `the kind ${field}`, expected: 'setWeight, pause or analysis' }));
  if (held.length !== 1)
    return [
      {
        at: where,
        got: held.length === 0 ? 'an empty step' : held.join(' and '),
        expected: 'exactly one of setWeight, pause: {}, analysis',
      },
    ];
  const { setWeight = 0, pause } = step;
  const length = pauseLength(pause ?? {});
  const duration = length.kind === 'unreadable' ? length.got : '';
  return problemsIn([
    [setWeight < 0 || setWeight > 100, `${where}.setWeight`, String(setWeight), '0 to 100'],
    [duration !== '', `${where}.pause.duration`, duration, 'seconds, or a duration such as 30s, 10m or 1h30m'],
  ]);
}
