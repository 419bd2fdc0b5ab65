import { Failure } from '../kernel/failure.ts';
import { refKey } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { timeOf } from '../kernel/time.ts';
import type { Rollout } from '../resources/rollout.ts';
import type { Condition } from './board.ts';
import { updateConditions } from './board.ts';
import { explainImages, explainUnread } from './explain/images.ts';
import type { Explanation } from './explain/record.ts';
import { explanationVersion } from './explain/record.ts';
import type { Gathered, Subscribed, Subscription, UpdateContext } from './update/context.ts';
import { branchKey } from './update/context.ts';
import { listTags } from './update/gather.ts';
import type { Subscriptions } from './update/index.ts';
import { locateBranch } from './update/locate.ts';
import { unreadableHolds } from './update/report.ts';
import { decideAll } from './update-images.ts';
import type { AppView } from './world.ts';
import { readApplications, rolloutsOf } from './world.ts';

type Contexts = {
  readonly update: UpdateContext;
  readonly subscriptions: Subscriptions;
  /** When a branch is looked at again, where a running service knows it. */
  readonly nextLook?: (branch: string) => Millis | undefined;
};

type Refused = Extract<Subscribed, { kind: 'refused' }>;
type Explained = Pick<Explanation, 'repository' | 'branch' | 'head' | 'conditions' | 'images'>;

function describeRollout(view: { rollout: { view: Rollout } }): Explanation['rollouts'][number] {
  const { metadata, status } = view.rollout.view;
  return { name: `${metadata.namespace ?? ''}/${metadata.name}`, phase: status?.phase ?? 'unknown', message: status?.message ?? '' };
}

function stateOf(context: UpdateContext, app: AppView): Pick<Explanation, 'apiVersion' | 'application' | 'poll' | 'sync' | 'rollouts'> {
  const { status } = app.resource.view;
  const { claims, home, registryPollMs } = context.settings;
  return {
    apiVersion: explanationVersion,
    application: `${app.ref.namespace}/${app.ref.name}`,
    poll: { everyMs: registryPollMs },
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

/** Why an Application runs what it runs: every watched image, every tag with the rule that decided it. Reads, and writes nothing. */
export async function describeApplication(
  contexts: Contexts,
  at: { namespace?: string; name: string },
  signal: AbortSignal,
): Promise<Explanation | undefined> {
  const { update, subscriptions } = contexts;
  const { apps, leaving } = readApplications(update.ports.cluster, update.settings.claims);
  const isMeant = ({ ref }: AppView): boolean => ref.name === at.name && (at.namespace === undefined || ref.namespace === at.namespace);
  const app = [...apps, ...leaving].find(isMeant);
  if (app === undefined) return undefined;
  const base = stateOf(update, app);
  if (leaving.includes(app)) return { ...base, kind: 'refused', conditions: [beingDeleted, ...syncConditions(app)], images: [] };
  const subscribed = await attempt(signal, () => subscriptions.of(app, signal));
  if (subscribed instanceof Failure) return { ...base, kind: 'managed', conditions: told(subscribed, app), images: [] };
  if (subscribed.kind === 'unmanaged') return { ...base, kind: 'unmanaged', conditions: syncConditions(app), images: [] };
  if (subscribed.kind === 'refused') return { ...base, kind: 'refused', ...explainRefused(update, app, subscribed) };
  const { subscription } = subscribed;
  const explained = await attempt(signal, () => explainBranch(contexts, subscription, signal));
  const read =
    explained instanceof Failure
      ? { conditions: told(explained, app), images: explainUnread(update, subscription, explained.message) }
      : explained;
  return { ...base, kind: 'managed', poll: pollOf(contexts, subscription), ...read };
}

/** What is asked for and what runs is told also where nothing can be written. */
function explainRefused(update: UpdateContext, app: AppView, { conditions, watches = [], remedy }: Refused): Omit<Explained, 'head'> {
  const because = becauseOf(conditions.slice(0, 1));
  const images = explainUnread(update, { app, watches }, because);
  const refused = images.map((image) => ({
    ...image,
    choice: { kind: 'refused' as const, because },
    changes: remedy === undefined ? image.changes : [remedy],
  }));
  return { conditions: [...conditions, ...syncConditions(app)], images: refused };
}

const beingDeleted: Condition = { type: 'Deleted', message: 'the Application is being deleted: it is neither synced nor raised any more' };

/** A failed attempt is part of the explanation, not the end of it. */
async function attempt<Answer>(signal: AbortSignal, work: () => Promise<Answer>): Promise<Answer | Failure> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
    return thrown;
  }
}

function told(failure: Failure, app: AppView): readonly Condition[] {
  return [{ type: 'ImageUpdateError', message: failure.message }, ...syncConditions(app)];
}

/** What the sync engine says of the Application: its errors stand in the object alone. */
function syncConditions(app: AppView): readonly Condition[] {
  const ours: readonly string[] = updateConditions;
  const known = app.resource.view.status?.conditions ?? [];
  return known.flatMap(({ type, message }) => (ours.includes(type) ? [] : [{ type, message }]));
}

function pollOf({ update, nextLook }: Contexts, { repoId, branch }: Subscription): Explanation['poll'] {
  const at = nextLook?.(branchKey(repoId, branch));
  return { everyMs: update.settings.registryPollMs, ...(at === undefined ? {} : { nextAt: timeOf(at) }) };
}

async function explainBranch({ update, subscriptions }: Contexts, subscription: Subscription, signal: AbortSignal): Promise<Explained> {
  const { app, repo, repoId, branch, warnings } = subscription;
  const everybody = await subscriptions.onBranch(branchKey(repoId, branch), signal);
  const gathered = await listTags(update, await locateBranch(update, everybody, update.settings.registryPollMs, signal), signal);
  const { decided, failed } = await decideAll(update, gathered, signal);
  const found = [...unreadableHolds(gathered), ...gathered.refused.of(app.ref), ...(failed.get(refKey(app.ref)) ?? [])];
  return {
    repository: withoutLogin(repo.url),
    branch,
    head: gathered.head,
    conditions: [...warnings, ...found, ...syncConditions(app)],
    images: await explainImages(update, asRead(gathered, subscription), { gathered, decided }, becauseOf(found)),
  };
}

/** The subscription as it was decided on: its watches are those that the places name. */
function asRead({ subscriptions }: Gathered, subscription: Subscription): Subscription {
  return subscriptions.find(({ app }) => refKey(app.ref) === refKey(subscription.app.ref)) ?? subscription;
}

function becauseOf(found: readonly Condition[]): string {
  return found.map(({ message }) => message).join('; ') || 'nothing was decided about it';
}
