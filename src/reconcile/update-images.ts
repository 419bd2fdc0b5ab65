import { Failure } from '../kernel/failure.ts';
import { refKey } from '../kernel/refs.ts';
import type { Condition } from './board.ts';
import type { Outcome } from './queue.ts';
import type { Decided, Gathered, Subscription, UpdateContext } from './update/context.ts';
import { decide } from './update/decide.ts';
import { gather } from './update/gather.ts';
import { createHistories } from './update/histories.ts';
import type { Subscriptions } from './update/index.ts';
import { shadowOf } from './update/live.ts';
import { settleVerdicts } from './update/lower.ts';
import { isRaise, raise } from './update/raise.ts';
import { announceRaises, report } from './update/report.ts';

/** Lost races after which a branch waits for the next turn instead of trying again at once. */
const maxRaces = 8;
const afterRacesMs = 15_000;

/** Decides every place of the branch. A fact that one image lacks fails that image's places only. */
export async function decideAll(
  context: UpdateContext,
  gathered: Gathered,
  signal: AbortSignal,
): Promise<{ decided: readonly Decided[]; failed: ReadonlyMap<string, readonly Condition[]> }> {
  const { holds } = gathered;
  const failed = new Map<string, readonly Condition[]>();
  if ('because' in holds) return { decided: [], failed };
  const histories = createHistories(context, gathered, signal);
  const decided = await Promise.all(
    gathered.places.map(async (state) => {
      try {
        const one = await decide({ context, gathered, histories, state, signal }, holds);
        return [shadowOf(one, gathered.head)];
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        for (const { subscription } of state.readers) {
          const key = refKey(subscription.app.ref);
          failed.set(key, [...(failed.get(key) ?? []), { type: 'ImageUpdateError', message: thrown.message }]);
        }
        return [];
      }
    }),
  );
  return { decided: decided.flat(), failed };
}

type Turn = { readonly raced: boolean; readonly lowered: boolean };

/** One look at one branch: settle verdicts first and alone, then raise. */
async function takeTurn(
  context: UpdateContext,
  subscriptions: readonly Subscription[],
  maxHeadAgeMs: number,
  signal: AbortSignal,
): Promise<Turn> {
  const gathered = await gatherOrTell(context, subscriptions, maxHeadAgeMs, signal);
  const settled = await settleVerdicts(context, gathered, signal);
  if (settled.raced || settled.pushed) return { raced: settled.raced, lowered: settled.pushed };
  const { decided, failed } = await decideAll(context, gathered, signal);
  const raises = decided.filter(isRaise);
  if (raises.length > 0 && !signal.aborted) {
    const raised = await raise(context, gathered, raises);
    if (raised.raced !== undefined) {
      context.heads.learn(gathered.repoId, gathered.branch, raised.raced);
      return { raced: true, lowered: false };
    }
    if (raised.head !== undefined) context.heads.learn(gathered.repoId, gathered.branch, raised.head);
    const refused = raised.refused.map(
      ({ application, because }) => [refKey(application), [{ type: 'ImageUpdateError', message: because }]] as const,
    );
    report(context, gathered, decided, merge(failed, settled.conditions, new Map(refused)));
    await announceRaises(context, raised);
    return { raced: false, lowered: false };
  }
  report(context, gathered, decided, merge(failed, settled.conditions));
  return { raced: false, lowered: false };
}

/** A branch that cannot be read is told to every Application that is written to it. */
async function gatherOrTell(
  context: UpdateContext,
  subscriptions: readonly Subscription[],
  maxHeadAgeMs: number,
  signal: AbortSignal,
): Promise<Gathered> {
  try {
    return await gather(context, subscriptions, maxHeadAgeMs, signal);
  } catch (thrown) {
    if (thrown instanceof Failure && !signal.aborted) {
      for (const { app } of subscriptions) context.board.post(app.ref, [{ type: 'ImageUpdateError', message: thrown.message }]);
    }
    throw thrown;
  }
}

function merge(...maps: readonly ReadonlyMap<string, readonly Condition[]>[]): ReadonlyMap<string, readonly Condition[]> {
  const sum = new Map<string, readonly Condition[]>();
  for (const map of maps) for (const [key, conditions] of map) sum.set(key, [...(sum.get(key) ?? []), ...conditions]);
  return sum;
}

/** Keeps one branch current. After a lost race or a lowering it decides again on the new head (LOOP 15, 16). */
export async function updateImages(
  context: UpdateContext,
  subscriptions: Subscriptions,
  key: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const mine = await subscriptions.onBranch(key, signal);
  if (mine.length === 0) return {};
  let turn = await takeTurn(context, mine, 0, signal);
  // A turn that settled a verdict never counts: however many canaries failed at once, the next one does not wait.
  for (let races = 0; (turn.raced || turn.lowered) && !signal.aborted;) {
    if (turn.raced && (races += 1) > maxRaces) break;
    turn = await takeTurn(context, await subscriptions.onBranch(key, signal), Number.POSITIVE_INFINITY, signal);
  }
  const { clock, random } = context.ports;
  const wait = turn.raced ? afterRacesMs : context.settings.registryPollMs;
  return { againAt: clock.now() + wait * (1 + random() / 10) };
}
