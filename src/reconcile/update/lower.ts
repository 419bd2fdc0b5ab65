import type { Commit } from '../../git/commit.ts';
import { placeKey } from '../../kernel/place.ts';
import { readResource } from '../../resources/meta.ts';
import { Rollout } from '../../resources/rollout.ts';
import type { Answer, Move } from '../../verdict/answer.ts';
import { combine } from '../../writeback/combine.ts';
import { addHolds } from '../../writeback/holds-edit.ts';
import { edit } from '../../writeback/targets.ts';
import { branchKey } from './context.ts';
import type { Reading } from './decide.ts';
import type { VerdictWriting, WrittenImage } from './message.ts';
import { verdictText } from './message.ts';
import { announce } from './report.ts';
import { noteRace, refuseWhileStopping } from './race.ts';
import { markSettled } from './settle.ts';
import type { Case } from './verdict-facts.ts';

/** An answer that changes Git. */
export type Acting = Extract<Answer, { kind: 'lower' | 'propose' | 'hold-only' }>;

/** What became of a verdict in one turn. `soon`: the cause may be over in a moment. */
export type Step =
  { readonly kind: 'settled' | 'pushed' | 'raced' } | { readonly kind: 'pending'; readonly because: string; readonly soon: boolean };

const rememberMs = 10 * 60_000;

function writtenImages(reading: Reading, moves: readonly Move[], because: string): readonly WrittenImage[] {
  return moves.flatMap((move) => {
    const state = reading.located.spots.find((one) => placeKey(one.place) === placeKey(move.place));
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
  written: VerdictWriting & { readonly moves: readonly Move[] },
): Commit | { readonly because: string } {
  const { located, context } = reading;
  const edits = written.moves.flatMap((move) => {
    const state = located.spots.find((place) => placeKey(place.place) === placeKey(move.place));
    const reader = state?.readers[0];
    return reader === undefined ? [] : [edit(reader.subscription.target, located.snapshot, { watch: reader.watch, to: move.to })];
  });
  const all = [...edits, addHolds(located.snapshot, context.settings.holdsPath, written.holds)];
  const combined = combine(all.map((each) => ({ application: one.verdict.id, edit: each })));
  const [refusal, accepted] = [combined.refused[0], combined.accepted[0]];
  if (refusal !== undefined || accepted === undefined) return { because: refusal?.because ?? 'nothing would change in Git' };
  const text = verdictText(one.verdict, writtenImages(reading, written.moves, written.because), written);
  return { ...text, author: context.settings.author, splices: accepted.splices };
}

/** The case with the Rollout as the server has it now. */
export async function seenAgain({ context, signal }: Reading, one: Case): Promise<Case> {
  const raw = await context.ports.cluster.read(one.view.ref, signal);
  const read = raw === undefined ? undefined : readResource(Rollout, raw);
  return read?.kind === 'read' ? { ...one, view: { ...one.view, rollout: read.resource } } : one;
}

/** Writes what a verdict means into Git: one commit, settled by its trailer. */
export async function writeAnswer(reading: Reading, one: Case, answer: Acting): Promise<Step> {
  const { context, located } = reading;
  const moves = answer.kind === 'lower' ? answer.moves : [];
  const commit = buildCommit(reading, one, { ...answer, moves });
  if ('because' in commit) return { kind: 'pending', because: commit.because, soon: false };
  refuseWhileStopping(reading);
  if (answer.kind === 'propose') await propose(reading, one, answer);
  const pushed = await context.ports.git.push(located.repo, { branch: located.branch, head: located.head }, [commit]);
  if (pushed.kind === 'refused') return { kind: 'pending', because: pushed.because, soon: false };
  if (pushed.kind !== 'pushed') {
    noteRace(context, located, pushed);
    return { kind: 'raced' };
  }
  const sha = pushed.commits.at(-1) ?? '';
  context.heads.learn(located.repoId, located.branch, sha);
  await tellOf(reading, one, answer, sha);
  await markSettled(context, one, `${answer.kind} by ${sha}`);
  return { kind: 'pushed' };
}

async function tellOf({ context, located }: Reading, one: Case, answer: Acting, sha: string): Promise<void> {
  const lowered = answer.kind === 'lower';
  context.tally?.countCommits(lowered ? 'lower' : 'hold', 1);
  if (lowered) {
    const key = branchKey(located.repoId, located.branch);
    const now = context.ports.clock.now();
    context.lowered.set(key, [...(context.lowered.get(key) ?? []).filter((at) => now - at < rememberMs), now]);
  }
  const reason = lowered ? 'ImageLowered' : 'ImageHeld';
  const message = `${sha.slice(0, 8)}: ${answer.because}`;
  await Promise.all([one.subscription.app.ref, one.view.ref].map((on) => announce(context, on, { type: 'Warning', reason, message })));
}

/** A proposal is a branch that a person can merge, and an Event that says why it was not done alone (LOOP 9, 10). */
async function propose(reading: Reading, one: Case, answer: Extract<Answer, { kind: 'propose' }>): Promise<void> {
  const { context, located } = reading;
  const commit = buildCommit(reading, one, { moves: answer.moves, holds: [], because: answer.because });
  if ('because' in commit) return;
  const to = `windlass/lower-${one.verdict.id.replace(/[^\w.-]/g, '-').slice(0, 60)}`;
  const pushed = await context.ports.git.push(located.repo, { branch: located.branch, head: located.head }, [commit], to);
  // The branch is there already: it was proposed in an earlier turn, whose hold could not be pushed.
  if (pushed.kind === 'raced' || pushed.kind === 'rewritten') return;
  const message =
    pushed.kind === 'pushed'
      ? `branch ${to} proposes it: ${answer.because}`
      : `the proposal could not be pushed to ${to}: ${answer.because}`;
  await announce(context, one.subscription.app.ref, { type: 'Warning', reason: 'LoweringProposed', message });
}
