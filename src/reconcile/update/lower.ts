import type { Commit } from '../../git/commit.ts';
import type { Hold } from '../../kernel/hold.ts';
import { placeKey } from '../../kernel/place.ts';
import { refKey } from '../../kernel/refs.ts';
import { readResource } from '../../resources/meta.ts';
import { Rollout } from '../../resources/rollout.ts';
import type { Answer, Move } from '../../verdict/answer.ts';
import { describeVerdict } from '../../verdict/describe.ts';
import { verdictsOf } from '../../verdict/verdict-of.ts';
import { combine } from '../../writeback/combine.ts';
import { addHolds } from '../../writeback/holds-edit.ts';
import { edit } from '../../writeback/targets.ts';
import type { Condition } from '../board.ts';
import { rolloutsOf } from '../world.ts';
import type { Subscription, UpdateContext } from './context.ts';
import type { Reading } from './decide.ts';
import { createHistories } from './histories.ts';
import type { WrittenImage } from './message.ts';
import { verdictText } from './message.ts';
import { announce } from './report.ts';
import { isMarkedSettled, markSettled, protect } from './settle.ts';
import type { Case } from './verdict-facts.ts';
import { answerCase } from './verdict-facts.ts';

export type Settled = { readonly pushed: boolean; readonly raced: boolean; readonly conditions: ReadonlyMap<string, readonly Condition[]> };

type Unread = Omit<Case, 'holdsLog'>;

/** Kinds that can change Git; the others are told in a condition and change nothing (LOOP 7). */
function mayAct(one: Unread): boolean {
  const { kind } = one.verdict;
  const onError = one.view.rollout.view.metadata.annotations?.['windlass.dev/on-error'];
  return kind === 'failed' || kind === 'aborted-by-person' || (kind === 'error' && onError === 'hold');
}

function findCases(context: UpdateContext, subscriptions: readonly Subscription[]): readonly Unread[] {
  const { ports, settings } = context;
  return subscriptions.flatMap((subscription) =>
    rolloutsOf(subscription.app, ports.cluster, settings.claims, settings.home).flatMap((view) =>
      verdictsOf(view, { cluster: ports.cluster.name, application: subscription.app.ref })
        .filter((verdict) => verdict.images.some(({ image }) => subscription.watches.some((watch) => watch.image === image)))
        .map((verdict) => ({ verdict, subscription, view })),
    ),
  );
}

/** What a person should know of a canary that came to no verdict against its image: nothing changes in Git. */
function tellUnjudged(cases: readonly Unread[]): ReadonlyMap<string, readonly Condition[]> {
  const told = new Map<string, readonly Condition[]>();
  for (const one of cases) {
    const { status } = one.view.rollout.view;
    if (mayAct(one) || one.verdict.template !== status?.currentPodHash || status.abort !== true) continue;
    const key = refKey(one.subscription.app.ref);
    told.set(key, [
      ...(told.get(key) ?? []),
      { type: 'CanaryNotJudged', message: `${describeVerdict(one.verdict)}. Git stays as it is; all traffic is on stable` },
    ]);
  }
  return told;
}

type Acting = Extract<Answer, { kind: 'lower' | 'propose' | 'hold-only' }>;

function writtenImages(reading: Reading, moves: readonly Move[], because: string): readonly WrittenImage[] {
  return moves.flatMap((move) => {
    const state = reading.gathered.places.find((one) => placeKey(one.place) === placeKey(move.place));
    if (state === undefined) return [];
    const image = state.readers[0]?.watch.image ?? '';
    return [
      {
        place: state.place,
        image,
        from: state.current ?? {},
        to: move.to,
        digests: move.digest === undefined ? [] : [move.digest],
        because,
      },
    ];
  });
}

/** The commit that lowers and holds, or why it cannot be written. */
function buildCommit(
  reading: Reading,
  one: Case,
  written: { moves: readonly Move[]; holds: readonly Hold[]; because: string },
): Commit | { readonly because: string } {
  const { gathered, context } = reading;
  const edits = written.moves.flatMap((move) => {
    const state = gathered.places.find((place) => placeKey(place.place) === placeKey(move.place));
    const reader = state?.readers[0];
    return reader === undefined ? [] : [edit(reader.subscription.target, gathered.snapshot, { watch: reader.watch, to: move.to })];
  });
  const all = [...edits, addHolds(gathered.snapshot, context.settings.holdsPath, written.holds)];
  const combined = combine(all.map((each) => ({ application: one.verdict.id, edit: each })));
  const [refusal, accepted] = [combined.refused[0], combined.accepted[0]];
  if (refusal !== undefined || accepted === undefined) return { because: refusal?.because ?? 'nothing would change in Git' };
  const text = verdictText(one.verdict, writtenImages(reading, written.moves, written.because), written.holds, written.because);
  return { ...text, author: context.settings.author, splices: accepted.splices };
}

/** The Rollout is read again just before the push: retried or promoted meanwhile means withdrawn (LOOP 11). */
async function seenAgain(reading: Reading, one: Case): Promise<Case> {
  const raw = await reading.context.ports.cluster.read(one.view.ref, reading.signal);
  const read = raw === undefined ? undefined : readResource(Rollout, raw);
  return read?.kind === 'read' ? { ...one, view: { ...one.view, rollout: read.resource } } : one;
}

type Step =
  | { readonly kind: 'settled' }
  | { readonly kind: 'pushed' }
  | { readonly kind: 'raced' }
  | { readonly kind: 'pending'; readonly because: string };

async function write(reading: Reading, one: Case, answer: Acting): Promise<Step> {
  const { context, gathered } = reading;
  const base = { branch: gathered.branch, head: gathered.head };
  const direct = answer.kind === 'lower' ? answer.moves : [];
  const commit = buildCommit(reading, one, { moves: direct, holds: answer.holds, because: answer.because });
  if ('because' in commit) return { kind: 'pending', because: commit.because };
  if (answer.kind === 'propose') await propose(reading, one, answer);
  const pushed = await context.ports.git.push(gathered.repo, base, [commit]);
  if (pushed.kind === 'refused') return { kind: 'pending', because: pushed.because };
  if (pushed.kind !== 'pushed') {
    context.heads.learn(gathered.repoId, gathered.branch, pushed.head);
    return { kind: 'raced' };
  }
  const sha = pushed.commits.at(-1) ?? '';
  context.tally?.countCommits(answer.kind === 'lower' ? 'lower' : 'hold', pushed.commits.length);
  context.heads.learn(gathered.repoId, gathered.branch, sha);
  const reason = answer.kind === 'lower' ? 'ImageLowered' : 'ImageHeld';
  await Promise.all(
    [one.subscription.app.ref, one.view.ref].map((on) =>
      announce(context, on, { type: 'Warning', reason, message: `${sha.slice(0, 8)}: ${answer.because}` }),
    ),
  );
  await markSettled(reading, one, `${answer.kind} by ${sha}`);
  return { kind: 'pushed' };
}

/** A proposal is a branch that a person can merge, and an Event that says why it was not done alone (LOOP 9, 10). */
async function propose(reading: Reading, one: Case, answer: Extract<Answer, { kind: 'propose' }>): Promise<void> {
  const { context, gathered } = reading;
  const commit = buildCommit(reading, one, { moves: answer.moves, holds: [], because: answer.because });
  if ('because' in commit) return;
  const to = `windlass/lower-${one.verdict.id.replace(/[^\w.-]/g, '-').slice(0, 60)}`;
  const pushed = await context.ports.git.push(gathered.repo, { branch: gathered.branch, head: gathered.head }, [commit], to);
  const message =
    pushed.kind === 'pushed'
      ? `branch ${to} proposes it: ${answer.because}`
      : `the proposal could not be pushed to ${to}: ${answer.because}`;
  await announce(context, one.subscription.app.ref, { type: 'Warning', reason: 'LoweringProposed', message });
}

async function settleOne(reading: Reading, found: Case): Promise<Step> {
  const one = await seenAgain(reading, found);
  const { answer, facts } = await answerCase(reading, one);
  reading.context.tally?.countVerdict(one.verdict.kind);
  reading.context.ports.log.info({ verdict: one.verdict, answer: answer.kind, because: answer.because }, 'verdict answered');
  reading.context.ports.log.debug(
    { replay: { function: 'answerFor', question: { verdict: one.verdict, facts }, now: reading.context.ports.clock.now() } },
    'verdict question',
  );
  if ('holds' in answer) return write(reading, one, answer);
  await markSettled(reading, one, `${answer.kind}: ${answer.because}`);
  return { kind: 'settled' };
}

/** Answers every unsettled verdict of the branch's Applications, oldest first; stops after the first that was pushed. */
export async function settleVerdicts(context: UpdateContext, gathered: Reading['gathered'], signal: AbortSignal): Promise<Settled> {
  const reading: Reading = { context, gathered, histories: createHistories(context, gathered, signal), signal };
  const cases = findCases(context, gathered.subscriptions);
  const conditions = new Map(tellUnjudged(cases));
  const open = cases.filter((one) => mayAct(one) && !isMarkedSettled(one)).reverse();
  if (open.length === 0) return { pushed: false, raced: false, conditions };
  await Promise.all(open.map((one) => protect(reading, one)));
  const { holdsPath, historyLimit } = context.settings;
  const logs = await context.ports.git.log(gathered.repo, gathered.head, [holdsPath], historyLimit);
  const holdsLog = logs.get(holdsPath) ?? { complete: true, changes: [] };
  for (const one of open) {
    if (signal.aborted) break;
    const step = await settleOne(reading, { ...one, holdsLog });
    if (step.kind === 'pushed' || step.kind === 'raced')
      return { pushed: step.kind === 'pushed', raced: step.kind === 'raced', conditions };
    if (step.kind === 'pending') {
      const key = refKey(one.subscription.app.ref);
      conditions.set(key, [
        ...(conditions.get(key) ?? []),
        { type: 'VerdictPending', message: `${describeVerdict(one.verdict)}: ${step.because}` },
      ]);
    }
  }
  return { pushed: false, raced: false, conditions };
}
