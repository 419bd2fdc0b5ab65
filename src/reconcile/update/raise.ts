import type { Commit, Pushed } from '../../git/commit.ts';
import type { Reference } from '../../kernel/image.ts';
import { placeKey } from '../../kernel/place.ts';
import type { ObjectRef, Sha } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import type { Edit } from '../../writeback/edit.ts';
import { combine } from '../../writeback/combine.ts';
import { edit } from '../../writeback/targets.ts';
import type { Decided, Gathered, UpdateContext } from './context.ts';
import { branchKey } from './context.ts';
import type { WrittenImage } from './message.ts';
import { raiseText } from './message.ts';
import { noteRace, refuseWhileStopping } from './race.ts';

type Raise = Decided & { readonly choice: Extract<Decided['choice'], { kind: 'raise' }> };

/** What one commit holds: the raises of one Application, or the one raise of a place that several share. */
type Bundle = { readonly key: string; readonly applications: readonly ObjectRef[]; readonly raises: readonly Raise[] };

/** A bundle that the remote, or another edit of the same place, did not let through. Maps of it are keyed by bundle. */
export type Refused = { readonly applications: readonly ObjectRef[]; readonly because: string };

export type Raised = {
  readonly pushed: readonly { readonly application: ObjectRef; readonly change: WrittenImage; readonly commit: Sha }[];
  readonly refused: ReadonlyMap<string, Refused>;
  /** Decide again at once: somebody else pushed first. */
  readonly raced: boolean;
  /** Decide again at once: something was pushed, and something waits for a decision on the new head. */
  readonly left: boolean;
};

export function isRaise(decided: Decided): decided is Raise {
  return decided.choice.kind === 'raise';
}

function readersOf(raise: Raise): readonly ObjectRef[] {
  const byKey = new Map(raise.state.readers.map((reader) => [refKey(reader.subscription.app.ref), reader.subscription.app.ref]));
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? []);
}

function bundle(raises: readonly Raise[]): readonly Bundle[] {
  const groups = Map.groupBy(raises, (raise) => readersOf(raise).map(refKey).join(' '));
  return [...groups.keys()].sort().flatMap((key) => {
    const members = groups.get(key) ?? [];
    const first = members[0];
    if (first === undefined) return [];
    const applications = readersOf(first);
    if (applications.length === 1) return [{ key, applications, raises: members }];
    return members.map((raise) => ({ key: `${key} ${placeKey(raise.state.place)}`, applications, raises: [raise] }));
  });
}

function editOf(raise: Raise, gathered: Gathered): Edit {
  const reader = raise.state.readers[0];
  if (reader === undefined) return { kind: 'unchanged' };
  return edit(reader.subscription.target, gathered.snapshot, { watch: reader.watch, to: writtenValue(raise) });
}

/** The value as it stands in Git afterwards: with its digest where Git has one already, or where the tag alone would not say enough. */
function writtenValue({ choice, state }: Raise): Reference {
  const { tag, digest } = choice.to;
  const pinned = choice.withDigest === true || state.current?.digest !== undefined || tag === undefined;
  return { ...(tag === undefined ? {} : { tag }), ...(pinned ? { digest } : {}) };
}

function writtenImage(raise: Raise): WrittenImage {
  const { from, to, because } = raise.choice;
  const image = raise.state.readers[0]?.watch.image ?? '';
  return {
    place: raise.state.place,
    image,
    from,
    to: writtenValue(raise),
    digests: [to.digest, ...to.children],
    because,
  };
}

export type Preview = { readonly message: string; readonly file: string; readonly was: string; readonly text: string };

/** What would be committed for a raise, or why it could not be written. */
export function previewOf(gathered: Gathered, decided: Decided): Preview | { readonly because: string } | undefined {
  if (!isRaise(decided)) return undefined;
  const edited = editOf(decided, gathered);
  const splice = edited.kind === 'edited' ? edited.splices[0] : undefined;
  if (splice === undefined) return { because: edited.kind === 'refused' ? edited.because : 'nothing would change in Git' };
  return { message: raiseText(readersOf(decided), [writtenImage(decided)]).message, file: splice.path, was: splice.was, text: splice.text };
}

type Attempt = { readonly bundles: readonly Bundle[]; readonly commits: readonly Commit[] };

/** The commits of all bundles whose edits do not collide, and who was refused why. */
function buildCommits(context: UpdateContext, gathered: Gathered, bundles: readonly Bundle[]): Attempt & Pick<Raised, 'refused'> {
  const edits = bundles.flatMap((one) => one.raises.map((raise) => ({ application: one.key, edit: editOf(raise, gathered) })));
  const combined = combine(edits);
  const refusedKeys = new Map(combined.refused.map((refusal) => [refusal.application, refusal.because]));
  const accepted = bundles.filter((one) => !refusedKeys.has(one.key) && combined.accepted.some((other) => other.application === one.key));
  const commits = accepted.map((one): Commit => {
    const text = raiseText(one.applications, one.raises.map(writtenImage));
    const splices = combined.accepted.filter((other) => other.application === one.key).flatMap((other) => other.splices);
    return { ...text, author: context.settings.author, splices };
  });
  const refused = bundles.flatMap(({ key, applications }) => {
    const because = refusedKeys.get(key);
    return because === undefined ? [] : [[key, { applications, because }] as const];
  });
  return { bundles: accepted, commits, refused: new Map(refused) };
}

type Pushing = { readonly context: UpdateContext; readonly gathered: Gathered; readonly signal: AbortSignal };

const nothing: Raised = { pushed: [], refused: new Map(), raced: false, left: false };

/** Pushes all bundles as one chain; a refused push is tried again in halves, so that one refusal blocks one (LOOP 15). */
async function pushBundles(pushing: Pushing, { bundles, commits }: Attempt): Promise<Raised> {
  const { context, gathered } = pushing;
  refuseWhileStopping(pushing);
  const pushed: Pushed = await context.ports.git.push(gathered.repo, { branch: gathered.branch, head: gathered.head }, commits);
  if (pushed.kind === 'pushed') {
    context.tally?.countCommits('raise', pushed.commits.length);
    const head = pushed.commits.at(-1);
    if (head !== undefined) context.heads.learn(gathered.repoId, gathered.branch, head);
    for (const one of bundles) context.pushRefusals.accepted(pushKey(gathered, one));
    return { ...nothing, pushed: changesOf(bundles, pushed.commits) };
  }
  if (pushed.kind !== 'refused') {
    noteRace(context, gathered, pushed);
    return { ...nothing, raced: true };
  }
  if (bundles.length > 1) return pushHalves(pushing, { bundles, commits });
  for (const one of bundles) context.pushRefusals.note(pushKey(gathered, one), pushed.because);
  return { ...nothing, refused: new Map(bundles.map(({ key, applications }) => [key, { applications, because: pushed.because }])) };
}

/** What a bundle would write, as a key: the same push again is the same text. */
function pushKey(gathered: Gathered, { key, raises }: Bundle): string {
  const written = raises.map(({ state, choice }) => `${placeKey(state.place)}=${choice.to.tag ?? ''}@${choice.to.digest}`);
  return [branchKey(gathered.repoId, gathered.branch), key, ...written].join(' ');
}

/** The bundles whose push was refused not long enough ago to be tried again. */
function standingRefusals({ context, gathered }: Pushing, bundles: readonly Bundle[]): Raised['refused'] {
  const standing = bundles.flatMap((one) => {
    const because = context.pushRefusals.standing(pushKey(gathered, one));
    return because === undefined ? [] : [[one.key, { applications: one.applications, because }] as const];
  });
  return new Map(standing);
}

function changesOf(bundles: readonly Bundle[], commits: readonly Sha[]): Raised['pushed'] {
  return bundles.flatMap((one, index) =>
    one.applications.flatMap((application) =>
      one.raises.map((raise) => ({ application, change: writtenImage(raise), commit: commits[index] ?? '' })),
    ),
  );
}

async function pushHalves(pushing: Pushing, { bundles, commits }: Attempt): Promise<Raised> {
  const middle = Math.ceil(bundles.length / 2);
  const first = await pushBundles(pushing, { bundles: bundles.slice(0, middle), commits: commits.slice(0, middle) });
  // After a success the head has moved: the others are decided again on it.
  if (first.pushed.length > 0 || first.raced) return { ...first, left: true };
  const second = await pushBundles(pushing, { bundles: bundles.slice(middle), commits: commits.slice(middle) });
  return { ...second, refused: new Map([...first.refused, ...second.refused]) };
}

/** Writes the raises of one branch: one push, in it one commit per Application (LOOP 15). `refused` were refused a moment ago. */
export async function raise(pushing: Pushing, raises: readonly Raise[], refused: Raised['refused']): Promise<Raised> {
  const wanted = bundle(raises).filter(({ key }) => !refused.has(key));
  const standing = standingRefusals(pushing, wanted);
  const built = buildCommits(
    pushing.context,
    pushing.gathered,
    wanted.filter(({ key }) => !standing.has(key)),
  );
  if (built.commits.length === 0) return { ...nothing, refused: new Map([...standing, ...built.refused]) };
  const result = await pushBundles(pushing, built);
  const pushedSome = result.pushed.length > 0;
  // What did not fit beside another edit may fit after it.
  return pushedSome
    ? { ...result, left: result.left || built.refused.size > 0, refused: new Map([...standing, ...result.refused]) }
    : { ...result, refused: new Map([...standing, ...built.refused, ...result.refused]) };
}
