import { Failure } from '../kernel/failure.ts';
import { refKey } from '../kernel/refs.ts';
import type { Millis } from '../kernel/time.ts';
import { millisOf } from '../kernel/time.ts';
import type { Condition } from './board.ts';
import { withPatience } from './patience.ts';
import type { Outcome } from './queue.ts';
import { findCases, openAmong, protectAll } from './update/cases.ts';
import type { Decided, Gathered, Located, Spot, Subscription, UpdateContext } from './update/context.ts';
import { decide } from './update/decide.ts';
import { listTags } from './update/gather.ts';
import { createHistories } from './update/histories.ts';
import type { Subscriptions } from './update/index.ts';
import { shadowOf } from './update/live.ts';
import { locateBranch } from './update/locate.ts';
import type { Raised, Refused } from './update/raise.ts';
import { isRaise, raise } from './update/raise.ts';
import { announceRaises, report } from './update/report.ts';
import { settleVerdicts } from './update/settle-verdicts.ts';
import { stillAsks } from './update/still-asked.ts';

/** Lost races after which a branch waits for the next turn instead of trying again at once. */
const maxRaces = 8;
/** Turns of one run, each of which wrote something or lost a race. */
const maxTurns = 200;
/** Until the next look where something is open whose cause may be over in a moment. */
const soonMs = 15_000;

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
        const deciding = decide({ context, located: gathered, histories, state, signal }, holds);
        const one = await withPatience(context.ports.clock, `learning about the tags of ${state.listing.image}`, deciding, signal);
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

/**
 * What one look at a branch came to. `left`: there is more to decide on the head that it left; `due`: when the first of its decisions
 * may change by time alone.
 */
type Turn = { readonly raced: boolean; readonly left: boolean; readonly soon: boolean; readonly due?: Millis };

/** One run of one branch: what is told at its end, and what the remote refused in it. */
type Run = {
  readonly context: UpdateContext;
  readonly signal: AbortSignal;
  readonly refused: Map<string, Refused>;
};

/** One look at one branch: settle verdicts first and alone, then raise. */
async function takeTurn(run: Run, subscriptions: readonly Subscription[], maxHeadAgeMs: number): Promise<Turn> {
  const { context, signal } = run;
  await protectAll(context, openAmong(findCases(context, subscriptions)), signal);
  const located = await locateOrTell(run, subscriptions, maxHeadAgeMs);
  const settled = await settleVerdicts(context, located, signal);
  if (settled.raced || settled.pushed) return { raced: settled.raced, left: settled.pushed, soon: false };
  const gathered = await listTags(context, located, signal);
  const { decided, failed } = await decideAll(context, gathered, signal);
  await context.firstSeen.save(signal);
  const raised = await raiseAll(run, gathered, decided);
  if (raised.raced) return { raced: true, left: false, soon: false };
  report(context, gathered, decided, merge(failed, settled.conditions, toldOf(run.refused)));
  return { raced: false, left: raised.left, soon: settled.soon, ...dueOf(decided) };
}

function dueOf(decided: readonly Decided[]): Pick<Turn, 'due'> {
  const moments = decided.flatMap(({ choice }) => ('againAt' in choice ? [millisOf(choice.againAt)] : []));
  return moments.length === 0 ? {} : { due: Math.min(...moments) };
}

async function raiseAll(run: Run, gathered: Gathered, decided: readonly Decided[]): Promise<Pick<Raised, 'raced' | 'left'>> {
  const { ports, settings } = run.context;
  const asksStill = ({ subscription }: Spot['readers'][number]): boolean => stillAsks(ports, settings.claims, subscription.app);
  const raises = decided.filter(isRaise).filter(({ state }) => state.readers.every(asksStill));
  if (raises.length === 0 || run.signal.aborted) return { raced: false, left: false };
  const raised = await raise({ ...run, gathered }, raises, run.refused);
  raised.refused.forEach((refusal, key) => run.refused.set(key, refusal));
  await announceRaises(run.context, raised);
  return raised;
}

function toldOf(refused: Raised['refused']): ReadonlyMap<string, readonly Condition[]> {
  const told = [...refused.values()].flatMap(({ applications, because }) =>
    applications.map((application) => new Map([[refKey(application), [{ type: 'ImageUpdateError', message: because }]]])),
  );
  return merge(...told);
}

/** A branch that cannot be read is told to every Application that is written to it. */
async function locateOrTell({ context, signal }: Run, subscriptions: readonly Subscription[], maxHeadAgeMs: number): Promise<Located> {
  try {
    return await locateBranch(context, subscriptions, maxHeadAgeMs, signal);
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

/** Keeps one branch current. After a lost race, a lowering or a part of the raises it decides again on the new head (LOOP 15, 16). */
export async function updateImages(
  context: UpdateContext,
  subscriptions: Subscriptions,
  key: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const run: Run = { context, signal, refused: new Map() };
  const mine = await subscriptions.onBranch(key, signal);
  if (mine.length === 0) return {};
  let turn = await takeTurn(run, mine, 0);
  for (let turns = 0, races = 0; goesOn(turn) && turns < maxTurns && races < maxRaces && !signal.aborted; turns += 1) {
    if (turn.raced) races += 1;
    turn = await takeTurn(run, await subscriptions.onBranch(key, signal), Number.POSITIVE_INFINITY);
  }
  const { registryPollMs } = context.settings;
  const wait = goesOn(turn) || turn.soon ? Math.min(soonMs, registryPollMs) : registryPollMs;
  const poll = context.ports.clock.now() + wait * (1 + context.ports.random() / 10);
  return { againAt: Math.min(poll, turn.due ?? poll) };
}

function goesOn({ raced, left }: Turn): boolean {
  return raced || left;
}
