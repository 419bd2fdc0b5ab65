import type { ObjectRef } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import { placeKey } from '../../kernel/place.ts';
import type { Choice } from '../../policy/choice.ts';
import type { Condition } from '../board.ts';
import { whatWouldChange } from '../explain/changes.ts';
import { livenessOf } from '../explain/liveness.ts';
import type { Decided, Gathered, Subscription, UpdateContext } from './context.ts';
import type { Raised } from './raise.ts';

type Kept = Extract<Choice, { kind: 'keep' }>;

/** Conditions that one decided place means for an Application that reads it: its explanation in a sentence or two. */
function conditionsOf(context: UpdateContext, decided: Decided): readonly Condition[] {
  const { choice, state } = decided;
  const where = state.readers[0]?.watch.written ?? placeKey(state.place);
  const told = (type: string, more = ''): readonly Condition[] => [{ type, message: `${where}: ${choice.because}${more}` }];
  if (choice.kind === 'refused') return told('ImageUpdateError');
  if (choice.kind !== 'keep') return [];
  if (choice.rule === 'person') return told('PersonsAnswer');
  if (choice.rule !== 'held' && isWaiting(choice)) return told('ImageWaiting');
  return choice.tags.some((tag) => tag.verdict === 'held') ? told('ImageHeld', wayOut(context, decided)) : [];
}

function wayOut({ settings, ports }: UpdateContext, { choice, question }: Decided): string {
  const [change] = whatWouldChange({ question, choice, now: ports.clock.now() }, { path: settings.holdsPath });
  return change === undefined ? '' : `. To change it: ${change}`;
}

/** A tag that is eligible and not chosen waits for a moment or for what somebody set; so does another digest of the tag that is written. */
function isWaiting({ tags, rule }: Kept): boolean {
  return rule === 'paused' || tags.some(({ verdict, until }) => verdict === 'eligible' || (verdict === 'chosen' && until !== undefined));
}

/** Watched images that a synced Application does not render: nothing happens to them, and nobody would know why. */
function notLive({ app, watches }: Subscription): readonly Condition[] {
  if (app.resource.view.status?.sync?.status !== 'Synced') return [];
  return watches.flatMap((watch) => {
    const { live, because } = livenessOf(app, watch);
    return live === 'no' && !watch.forceUpdate ? [{ type: 'ImageNotLive', message: because }] : [];
  });
}

/** The condition of every Application of a repository whose holds file cannot be read. */
export function unreadableHolds({ holds }: Pick<Gathered, 'holds'>): readonly Condition[] {
  return 'because' in holds ? [{ type: 'HoldsUnreadable', message: `${holds.because}; nothing is raised in this repository` }] : [];
}

/** Leaves what a cycle found on the board, for every Application of the branch, and logs each once. */
export function report(
  context: UpdateContext,
  gathered: Gathered,
  decided: readonly Decided[],
  extra: ReadonlyMap<string, readonly Condition[]>,
): void {
  const unreadable = unreadableHolds(gathered);
  for (const { choice } of decided) context.tally?.countDecision(choice.kind);
  for (const subscription of gathered.subscriptions) {
    const { app, warnings } = subscription;
    const key = refKey(app.ref);
    const mine = decided.filter((one) => one.state.readers.some((reader) => refKey(reader.subscription.app.ref) === key));
    const conditions = [
      ...warnings,
      ...gathered.refused.of(app.ref),
      ...unreadable,
      ...mine.flatMap((one) => conditionsOf(context, one)),
      ...notLive(subscription),
      ...(extra.get(key) ?? []),
    ];
    context.board.post(app.ref, conditions);
    const outcomes = mine.map((one) => ({
      image: one.state.readers[0]?.watch.image,
      outcome: one.choice.kind,
      because: one.choice.because,
    }));
    context.ports.log.info({ application: `${app.ref.namespace}/${app.ref.name}`, outcomes, conditions }, 'images decided');
  }
}

/** An Event on an Application; a failed one is logged and harms nothing. */
export async function announce(
  context: Pick<UpdateContext, 'ports'>,
  on: ObjectRef,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
): Promise<void> {
  try {
    await context.ports.cluster.act({ do: 'event', on, body: event }, AbortSignal.timeout(10_000));
  } catch (thrown) {
    context.ports.log.warn({ on: refKey(on), event, thrown: String(thrown) }, 'event not written');
  }
}

export async function announceRaises(context: UpdateContext, raised: Raised): Promise<void> {
  await Promise.all([
    ...raised.pushed.map(({ application, change, commit }) =>
      announce(context, application, {
        type: 'Normal',
        reason: 'ImageUpdated',
        message: `${commit.slice(0, 8)} writes ${change.image}:${change.to.tag ?? change.digests[0] ?? ''}: ${change.because}`,
      }),
    ),
    ...[...raised.refused.values()].flatMap(({ applications, because }) =>
      applications.map((application) => announce(context, application, { type: 'Warning', reason: 'PushRefused', message: because })),
    ),
  ]);
}
