import { Failure } from '../../kernel/failure.ts';
import type { Condition } from '../board.ts';
import { describeVerdict } from '../../verdict/describe.ts';
import { describeStorm } from '../../verdict/storm.ts';
import type { FileLog } from '../../writeback/file-log.ts';
import type { Found, Told } from './cases.ts';
import { findCases, isAdopted, openAmong, tell, tellAnnotations, tellUnjudged } from './cases.ts';
import type { Located, UpdateContext } from './context.ts';
import type { Reading } from './decide.ts';
import { createHistories } from './histories.ts';
import type { Step } from './lower.ts';
import { seenAgain, writeAnswer } from './lower.ts';
import { markSettled } from './settle.ts';
import type { Answered, Case } from './verdict-facts.ts';
import { answerCase, knownOf, stormIn } from './verdict-facts.ts';

/** `pushed`, `raced`: decide again on the new head. `soon`: something is open whose cause may be over in a moment. */
export type Settled = { readonly pushed: boolean; readonly raced: boolean; readonly soon: boolean; readonly conditions: Told };

/** Why the places of a verdict are not known now: an answer without them would lose it. */
function unplaced({ located }: Reading, { verdict, subscription }: Case): string | undefined {
  const places = located.spots.flatMap(({ readers }) => readers).filter((reader) => reader.subscription === subscription);
  const lost = subscription.watches.find(
    (watch) => verdict.images.some(({ image }) => image === watch.image) && !places.some((reader) => reader.watch === watch),
  );
  if (lost === undefined) return undefined;
  const because = located.refused.of(subscription.app.ref).map(({ message }) => message);
  return `where Git holds ${lost.image} is not known: ${because.join('; ') || 'the repository could not be read'}`;
}

/** Answers with what is known; an answer that acts is asked for again with the Rollout as it is just before the push (LOOP 11). */
async function answerNow(reading: Reading, one: Case): Promise<Answered> {
  const first = await answerCase(reading, one, knownOf(reading, one));
  if (first.answer.kind === 'ignore') return first;
  return answerCase(reading, await seenAgain(reading, one), first.known);
}

async function settleOne(reading: Reading, one: Case): Promise<Step> {
  const { context } = reading;
  const because = unplaced(reading, one);
  if (because !== undefined) return { kind: 'pending', because, soon: true };
  const { answer, facts } = await answerNow(reading, one);
  context.tally?.countVerdict(one.verdict.kind);
  context.ports.log.info({ verdict: one.verdict, answer: answer.kind, because: answer.because }, 'verdict answered');
  context.ports.log.debug(
    { replay: { function: 'answerFor', question: { verdict: one.verdict, facts }, now: context.ports.clock.now() } },
    'verdict question',
  );
  if ('holds' in answer) return writeAnswer(reading, one, answer);
  await markSettled(context, one, `${answer.kind}: ${answer.because}`);
  return { kind: 'settled' };
}

/** What one verdict lacks delays that verdict alone. */
async function tryToSettle(reading: Reading, one: Case): Promise<Step> {
  try {
    return await settleOne(reading, one);
  } catch (thrown) {
    if (!(thrown instanceof Failure) || reading.signal.aborted) throw thrown;
    return { kind: 'pending', because: thrown.message, soon: true };
  }
}

type Course = { readonly open: readonly Found[]; readonly told: Map<string, readonly Condition[]> };

const notAdopted: Step = { kind: 'pending', because: 'the Application is not taken over yet', soon: true };

async function settleAll(reading: Reading, { open, told }: Course): Promise<Settled> {
  const holdsLog = await readHoldsLog(reading);
  tellStorm(reading, holdsLog, told);
  let soon = false;
  for (const one of open) {
    if (reading.signal.aborted) break;
    const step = isAdopted(one) ? await tryToSettle(reading, { ...one, holdsLog }) : notAdopted;
    if (step.kind === 'pushed' || step.kind === 'raced')
      return { pushed: step.kind === 'pushed', raced: step.kind === 'raced', soon: false, conditions: told };
    if (step.kind !== 'pending') continue;
    soon ||= step.soon;
    if (step !== notAdopted) tell(told, one, { type: 'VerdictPending', message: `${describeVerdict(one.verdict)}: ${step.because}` });
  }
  return { pushed: false, raced: false, soon, conditions: told };
}

async function readHoldsLog({ context, located }: Reading): Promise<FileLog> {
  const { holdsPath, historyLimit } = context.settings;
  const logs = await context.ports.git.log(located.repo, located.head, [holdsPath], historyLimit);
  return logs.get(holdsPath) ?? { complete: true, changes: [] };
}

function tellStorm({ located }: Reading, holdsLog: FileLog, told: Course['told']): void {
  const storm = stormIn(holdsLog);
  if (storm === undefined) return;
  const condition = { type: 'VerdictStorm', message: describeStorm(storm) };
  for (const subscription of located.subscriptions) tell(told, { subscription }, condition);
}

/** Answers every unsettled verdict of the branch's Applications, oldest first; stops after the first that was pushed. */
export async function settleVerdicts(context: UpdateContext, located: Located, signal: AbortSignal): Promise<Settled> {
  const cases = findCases(context, located.subscriptions);
  const course: Course = { open: openAmong(cases), told: tellUnjudged(cases) };
  tellAnnotations(context, located.subscriptions, course.told);
  const held = 'because' in located.holds || located.holds.length > 0;
  if (course.open.length === 0 && !held) return { pushed: false, raced: false, soon: false, conditions: course.told };
  return settleAll({ context, located, histories: createHistories(context, located, signal), signal }, course);
}
