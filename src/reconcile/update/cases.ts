import { refKey } from '../../kernel/refs.ts';
import { millisOf } from '../../kernel/time.ts';
import { describeProblems } from '../../kernel/problem.ts';
import { annotationProblems, onErrorAnnotation } from '../../rollout/own-annotations.ts';
import { describeVerdict } from '../../verdict/describe.ts';
import { verdictsOf } from '../../verdict/verdict-of.ts';
import type { Condition } from '../board.ts';
import { claimedRollouts } from '../world.ts';
import type { Subscription, UpdateContext } from './context.ts';
import { isMarkedSettled, protect } from './settle.ts';
import type { Case } from './verdict-facts.ts';

/** A verdict that concerns what somebody watches. */
export type Found = Omit<Case, 'holdsLog'>;

/** Conditions by Application (`refKey`). */
export type Told = ReadonlyMap<string, readonly Condition[]>;

/** Kinds that can change Git; the others are told in a condition and change nothing (LOOP 7). */
function mayAct(one: Found): boolean {
  const { kind } = one.verdict;
  const onError = one.view.rollout.view.metadata.annotations?.[onErrorAnnotation];
  return kind === 'failed' || kind === 'aborted-by-person' || (kind === 'error' && onError === 'hold');
}

/** Every verdict that stands in the cluster about an image that one of the Applications watches. */
export function findCases(context: UpdateContext, subscriptions: readonly Subscription[]): readonly Found[] {
  const { cluster } = context.ports;
  const rollouts = rolloutsOfAll(context, subscriptions);
  return subscriptions.flatMap((subscription) =>
    (rollouts.get(refKey(subscription.app.ref)) ?? []).flatMap((view) =>
      verdictsOf(view, { cluster: cluster.name, application: subscription.app.ref })
        .filter((verdict) => verdict.images.some(({ image }) => subscription.watches.some((watch) => watch.image === image)))
        .map((verdict) => ({ verdict, subscription, view })),
    ),
  );
}

function rolloutsOfAll({ ports, settings }: UpdateContext, subscriptions: readonly Subscription[]) {
  const apps = subscriptions.map(({ app }) => app);
  return claimedRollouts(ports.cluster, settings.claims, settings.home, apps);
}

/** What is to be settled, oldest first. */
export function openAmong(cases: readonly Found[]): readonly Found[] {
  return cases
    .filter((one) => mayAct(one) && !isMarkedSettled(one))
    .toSorted((left, right) => millisOf(left.verdict.at) - millisOf(right.verdict.at) || (left.verdict.id < right.verdict.id ? -1 : 1));
}

/** Whether the moment is known since which this bot answers for the Application; until then a verdict may be from before it. */
export function isAdopted({ subscription }: Pick<Found, 'subscription'>): boolean {
  return subscription.app.resource.view.status?.windlass?.adoptedAt !== undefined;
}

/** Keeps what is not settled from being deleted, before anything else can fail (LOOP 11). */
export async function protectAll(context: UpdateContext, open: readonly Found[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    open.map((one) =>
      protect(context, one, signal).catch((thrown: unknown) => {
        context.ports.log.warn(
          { verdict: one.verdict.id, because: String(thrown) },
          'a run could not be protected until its verdict is settled',
        );
      }),
    ),
  );
}

/** Tells what the Rollouts of the Applications say in annotations of ours that cannot be read. */
export function tellAnnotations(
  context: UpdateContext,
  subscriptions: readonly Subscription[],
  told: Map<string, readonly Condition[]>,
): void {
  const rollouts = rolloutsOfAll(context, subscriptions);
  for (const subscription of subscriptions) {
    const problems = (rollouts.get(refKey(subscription.app.ref)) ?? []).flatMap(({ ref, rollout }) =>
      annotationProblems(`Rollout ${ref.namespace}/${ref.name}`, rollout.view.metadata.annotations ?? {}),
    );
    if (problems.length > 0) tell(told, { subscription }, { type: 'AnnotationWarning', message: describeProblems(problems) });
  }
}

/** What a person should know of a canary that came to no verdict against its image: nothing changes in Git. */
export function tellUnjudged(cases: readonly Found[]): Map<string, readonly Condition[]> {
  const told = new Map<string, readonly Condition[]>();
  for (const one of cases) {
    const { status } = one.view.rollout.view;
    if (mayAct(one) || one.verdict.template !== status?.currentPodHash || status.abort !== true) continue;
    tell(told, one, { type: 'CanaryNotJudged', message: `${describeVerdict(one.verdict)}. Git stays as it is; all traffic is on stable` });
  }
  return told;
}

export function tell(told: Map<string, readonly Condition[]>, one: Pick<Found, 'subscription'>, condition: Condition): void {
  const key = refKey(one.subscription.app.ref);
  told.set(key, [...(told.get(key) ?? []), condition]);
}
