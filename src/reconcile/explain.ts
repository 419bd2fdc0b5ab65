import type { Hold } from '../kernel/hold.ts';
import type { Reference } from '../kernel/image.ts';
import { describeReference } from '../kernel/image.ts';
import { placeKey } from '../kernel/place.ts';
import { refKey } from '../kernel/refs.ts';
import type { PlaceQuestion, TagVerdict } from '../policy/choice.ts';
import type { Rollout } from '../resources/rollout.ts';
import { Failure } from '../kernel/failure.ts';
import type { Condition } from './board.ts';
import { updateConditions } from './board.ts';
import type { Decided, Gathered, Subscription, UpdateContext } from './update/context.ts';
import { branchKey } from './update/context.ts';
import { listTags } from './update/gather.ts';
import { locateBranch } from './update/locate.ts';
import type { Preview } from './update/raise.ts';
import { unreadableHolds } from './update/report.ts';
import { previewOf } from './update/raise.ts';
import type { Subscriptions } from './update/index.ts';
import { decideAll } from './update-images.ts';
import type { AppView } from './world.ts';
import { readApplications, rolloutsOf } from './world.ts';

export type ExplainedPlace = {
  readonly place: string;
  readonly image: string;
  readonly current: string;
  readonly kind: 'raise' | 'keep' | 'refused';
  readonly to?: Reference;
  readonly because: string;
  readonly tags: readonly TagVerdict[];
  readonly holds: readonly Hold[];
  /** What would be committed, where the place is to be raised. */
  readonly commit?: Preview | { readonly because: string };
  /** What `windlass replay` takes. */
  readonly question: { readonly function: 'guard'; readonly question: PlaceQuestion; readonly now: number };
};

export type Explanation = {
  readonly application: string;
  readonly kind: 'managed' | 'unmanaged' | 'refused';
  readonly repository?: string;
  readonly branch?: string;
  readonly head?: string;
  readonly conditions: readonly Condition[];
  readonly sync: { readonly status: string; readonly revision: string; readonly health: string };
  readonly places: readonly ExplainedPlace[];
  readonly rollouts: readonly { readonly name: string; readonly phase: string; readonly message: string }[];
};

type Contexts = { readonly update: UpdateContext; readonly subscriptions: Subscriptions };

function explainPlace(gathered: Gathered, decided: Decided, now: number): ExplainedPlace {
  const { state, choice, question } = decided;
  const commit = previewOf(gathered, decided);
  return {
    place: placeKey(state.place),
    image: state.readers[0]?.watch.image ?? '',
    current: state.current === undefined ? 'nothing' : describeReference(state.current),
    kind: choice.kind,
    ...(choice.kind === 'raise' ? { to: choice.to } : {}),
    because: choice.because,
    tags: choice.tags,
    holds: question.holds,
    ...(commit === undefined ? {} : { commit }),
    question: { function: 'guard', question, now },
  };
}

function describeRollout(view: { rollout: { view: Rollout } }): Explanation['rollouts'][number] {
  const { metadata, status } = view.rollout.view;
  return { name: `${metadata.namespace ?? ''}/${metadata.name}`, phase: status?.phase ?? 'unknown', message: status?.message ?? '' };
}

function stateOf(context: UpdateContext, app: AppView): Pick<Explanation, 'application' | 'sync' | 'rollouts'> {
  const { status } = app.resource.view;
  const { claims, home } = context.settings;
  return {
    application: `${app.ref.namespace}/${app.ref.name}`,
    sync: {
      status: status?.sync?.status ?? 'Unknown',
      revision: status?.sync?.revision ?? '',
      health: status?.health?.status ?? 'Unknown',
    },
    rollouts: rolloutsOf(app, context.ports.cluster, claims, home).map(describeRollout),
  };
}

/** An address as it may be shown: a login that somebody wrote into it stays out. */
function withoutLogin(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}

/** Why an Application runs what it runs: every place, every tag with the rule that decided it. Reads, and writes nothing. */
export async function describeApplication(
  { update, subscriptions }: Contexts,
  at: { namespace?: string; name: string },
  signal: AbortSignal,
): Promise<Explanation | undefined> {
  const { apps } = readApplications(update.ports.cluster, update.settings.claims);
  const app = apps.find((one) => one.ref.name === at.name && (at.namespace === undefined || one.ref.namespace === at.namespace));
  if (app === undefined) return undefined;
  const base = stateOf(update, app);
  try {
    const subscribed = await subscriptions.of(app, signal);
    if (subscribed.kind === 'unmanaged') return { ...base, kind: 'unmanaged', conditions: syncConditions(app), places: [] };
    if (subscribed.kind === 'refused')
      return { ...base, kind: 'refused', conditions: [...subscribed.conditions, ...syncConditions(app)], places: [] };
    return { ...base, kind: 'managed', ...(await explainPlaces({ update, subscriptions }, app, subscribed.subscription, signal)) };
  } catch (thrown) {
    if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
    const conditions = [{ type: 'ImageUpdateError', message: thrown.message }, ...syncConditions(app)];
    return { ...base, kind: 'managed', conditions, places: [] };
  }
}

/** What the sync engine says of the Application: its errors stand in the object alone. */
function syncConditions(app: AppView): readonly Condition[] {
  const ours: readonly string[] = updateConditions;
  const known = app.resource.view.status?.conditions ?? [];
  return known.flatMap(({ type, message }) => (ours.includes(type) ? [] : [{ type, message }]));
}

async function explainPlaces({ update, subscriptions }: Contexts, app: AppView, subscription: Subscription, signal: AbortSignal) {
  const { repo, repoId, branch, warnings } = subscription;
  const everybody = await subscriptions.onBranch(branchKey(repoId, branch), signal);
  const gathered = await listTags(update, await locateBranch(update, everybody, update.settings.registryPollMs, signal), signal);
  const { decided, failed } = await decideAll(update, gathered, signal);
  const key = refKey(app.ref);
  const mine = decided.filter((one) => one.state.readers.some((reader) => refKey(reader.subscription.app.ref) === key));
  const conditions = [
    ...warnings,
    ...unreadableHolds(gathered),
    ...gathered.refused.of(app.ref),
    ...(failed.get(key) ?? []),
    ...syncConditions(app),
  ];
  const now = update.ports.clock.now();
  return {
    repository: withoutLogin(repo.url),
    branch,
    head: gathered.head,
    conditions,
    places: mine.map((one) => explainPlace(gathered, one, now)),
  };
}
