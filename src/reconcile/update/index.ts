import type { ImageName } from '../../kernel/image.ts';
import type { ObjectRef } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import { sentenceOf } from '../../kernel/failure.ts';
import { repositoryAccess } from '../credentials/repository.ts';
import type { AppView } from '../world.ts';
import { readApplications } from '../world.ts';
import type { Subscribed, Subscription, UpdateContext } from './context.ts';
import { branchKey } from './context.ts';
import { subscribe } from './subscribe.ts';

/** Who subscribes to what: kept by Application and its annotations, so that a status write costs nothing. */
export interface Subscriptions {
  of(app: AppView, signal: AbortSignal): Promise<Subscribed>;
  /** Every subscription to one branch. Applications whose subscription cannot be read are left out, and told why by `of`. */
  onBranch(key: string, signal: AbortSignal): Promise<readonly Subscription[]>;
  /** Branches on which somebody watches the image. */
  branchesOf(image: ImageName): readonly string[];
  branches(): readonly string[];
  forget(application: ObjectRef): void;
}

type Known = { readonly spoken: string; readonly subscribed: Subscribed };

/** What of an Application decides its subscription. */
export function subscriptionText(app: AppView): string {
  const { annotations } = app.resource.view.metadata;
  return JSON.stringify([annotations ?? {}, app.resource.view.spec]);
}

export function createSubscriptions(context: UpdateContext): Subscriptions {
  const known = new Map<string, Known>();

  const of = async (app: AppView, signal: AbortSignal): Promise<Subscribed> => {
    const spoken = subscriptionText(app);
    const held = known.get(refKey(app.ref));
    if (held?.spoken === spoken) return refreshed(held.subscribed, app);
    const subscribed = await subscribe(context, app, signal, context.settings.compat);
    known.set(refKey(app.ref), { spoken, subscribed });
    return subscribed;
  };

  const live = (): readonly Subscription[] =>
    [...known.values()].flatMap(({ subscribed }) => (subscribed.kind === 'subscribed' ? [subscribed.subscription] : []));

  return {
    of,
    async onBranch(key, signal) {
      const { apps } = readApplications(context.ports.cluster, context.settings.claims);
      const read = await Promise.all(
        apps.map((app) =>
          of(app, signal).catch((thrown: unknown) => {
            context.board.post(app.ref, [{ type: 'ImageUpdateError', message: sentenceOf(thrown) }]);
            return { kind: 'unmanaged' } as const;
          }),
        ),
      );
      const mine = read.flatMap((one) =>
        one.kind === 'subscribed' && branchKey(one.subscription.repoId, one.subscription.branch) === key
          ? [withLoginOfNow(context, one.subscription)]
          : [],
      );
      return mine.sort((a, b) => (refKey(a.app.ref) < refKey(b.app.ref) ? -1 : 1));
    },
    branchesOf: (image) => [
      ...new Set(
        live()
          .filter((one) => one.watches.some((watch) => watch.image === image))
          .map((one) => branchKey(one.repoId, one.branch)),
      ),
    ],
    branches: () => [...new Set(live().map((one) => branchKey(one.repoId, one.branch)))],
    forget: (application) => void known.delete(refKey(application)),
  };
}

/** A Secret may have been corrected since the annotations were read. */
function withLoginOfNow({ credentials }: Pick<UpdateContext, 'credentials'>, subscription: Subscription): Subscription {
  return { ...subscription, repo: repositoryAccess(subscription.repo.url, credentials) };
}

/** The same subscription with the Application as it is now (its status is read when deciding). */
function refreshed(subscribed: Subscribed, app: AppView): Subscribed {
  if (subscribed.kind !== 'subscribed') return subscribed;
  return { kind: 'subscribed', subscription: { ...subscribed.subscription, app } };
}
