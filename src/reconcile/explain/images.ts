import { placeKey } from '../../kernel/place.ts';
import { refKey } from '../../kernel/refs.ts';
import type { Watch } from '../../policy/choice.ts';
import { registryAccess } from '../credentials.ts';
import type { Decided, Gathered, PlaceState, Spot, Subscription, UpdateContext } from '../update/context.ts';
import { previewOf } from '../update/raise.ts';
import type { AppView } from '../world.ts';
import { whatWouldChange } from './changes.ts';
import type { ExplainedImage } from './record.ts';
import { groupByRule } from './rules.ts';
import { describeRunning } from './running.ts';
import { describeWish } from './wish.ts';

type Known = { readonly gathered: Gathered; readonly decided: readonly Decided[] };
type Base = Pick<ExplainedImage, 'image' | 'written' | 'alias' | 'asks' | 'running'>;

function baseOf(context: UpdateContext, app: AppView, watch: Watch): Base {
  const { image, written, alias } = watch;
  const running = describeRunning(app, watch, context.ports.cluster);
  return { image, written, ...(alias === undefined ? {} : { alias }), asks: describeWish(watch), running };
}

/** A watched image about which nothing could be decided. */
function undecided(base: Base, because: string, spot?: Spot, budget?: ExplainedImage['budget']): ExplainedImage {
  return {
    ...base,
    ...(spot === undefined ? {} : { place: placeKey(spot.place) }),
    ...(spot?.current === undefined ? {} : { git: spot.current }),
    choice: { kind: 'undecided', because },
    changes: [askAgain(budget)],
    ...(budget === undefined ? {} : { budget }),
    holds: [],
    rules: [],
    tags: [],
  };
}

function askAgain(budget: ExplainedImage['budget']): string {
  if (budget?.until !== undefined) return `wait until ${budget.until}: then the registry is asked again`;
  return 'remove what the reason names: everything is asked again at the next look';
}

/** Every watched image of an Application where nothing of the branch is known. */
export function explainUnread(
  context: UpdateContext,
  { app, watches }: Pick<Subscription, 'app' | 'watches'>,
  because: string,
): readonly ExplainedImage[] {
  return watches.map((watch) => undecided(baseOf(context, app, watch), because));
}

/** Every watched image of a subscription, in the order of the annotation. `because` is what is known of those that were not decided. */
export async function explainImages(
  context: UpdateContext,
  { app, watches }: Subscription,
  known: Known,
  because: string,
): Promise<readonly ExplainedImage[]> {
  const images = watches.map(async (watch) => {
    const base = baseOf(context, app, watch);
    const reads = ({ readers }: Spot) =>
      readers.some((reader) => reader.watch === watch && refKey(reader.subscription.app.ref) === refKey(app.ref));
    const one = known.decided.find(({ state }) => reads(state));
    if (one === undefined) return undecided(base, because, known.gathered.spots.find(reads), await budgetOf(context, app, watch));
    return { ...base, ...describeDecided(context, known.gathered, one) };
  });
  return Promise.all(images);
}

/** What a registry that was not listed still allows: it may have asked us to wait. */
async function budgetOf({ ports, settings, credentials }: UpdateContext, app: AppView, watch: Watch): Promise<ExplainedImage['budget']> {
  const { namespace } = app.resource.view.spec.destination;
  const found = await registryAccess({ ...watch, namespace }, settings.registryHosts, credentials);
  return found.kind === 'refused' ? undefined : ports.registry.budget?.(watch.image, found.access);
}

function describeDecided(context: UpdateContext, gathered: Gathered, decided: Decided): Omit<ExplainedImage, keyof Base> {
  const { state, choice, question } = decided;
  const now = context.ports.clock.now();
  const commit = previewOf(gathered, decided);
  return {
    place: placeKey(state.place),
    ...(state.current === undefined ? {} : { git: state.current }),
    choice: {
      kind: choice.kind,
      ...(choice.kind === 'raise' ? { to: choice.to } : {}),
      because: choice.because,
      ...(choice.kind === 'keep' && choice.rule !== undefined ? { rule: choice.rule } : {}),
    },
    changes: whatWouldChange({ question, choice, now }, { path: context.settings.holdsPath }),
    ...(commit === undefined ? {} : { commit }),
    holds: question.holds,
    registry: describeAsked(context, state),
    rules: groupByRule(choice.tags),
    tags: choice.tags,
    question: { function: 'guard', question, now },
  };
}

function describeAsked({ ports }: UpdateContext, { listing, access }: PlaceState): NonNullable<ExplainedImage['registry']> {
  const budget = ports.registry.budget?.(listing.image, access);
  const asked = { listedAt: listing.observedAt, tags: listing.tags.length, complete: listing.complete };
  return budget === undefined ? asked : { ...asked, budget };
}
