import type { Commit, Pushed } from '../../git/commit.ts';
import { placeKey } from '../../kernel/place.ts';
import type { ObjectRef, Sha } from '../../kernel/refs.ts';
import { refKey } from '../../kernel/refs.ts';
import type { Edit } from '../../writeback/edit.ts';
import { combine } from '../../writeback/combine.ts';
import { edit } from '../../writeback/targets.ts';
import type { Decided, Gathered, UpdateContext } from './context.ts';
import type { WrittenImage } from './message.ts';
import { raiseText } from './message.ts';

type Raise = Decided & { readonly choice: Extract<Decided['choice'], { kind: 'raise' }> };

/** What one commit holds: the raises of one Application, or the one raise of a place that several share. */
type Bundle = { readonly key: string; readonly applications: readonly ObjectRef[]; readonly raises: readonly Raise[] };

export type Raised = {
  readonly pushed: readonly { readonly application: ObjectRef; readonly change: WrittenImage; readonly commit: Sha }[];
  readonly refused: readonly { readonly application: ObjectRef; readonly because: string }[];
  readonly head?: Sha;
  /** Somebody else pushed first: decide again on the new head. */
  readonly raced?: Sha;
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
  const { tag, digest } = raise.choice.to;
  const written =
    raise.state.current?.digest === undefined
      ? { ...(tag === undefined ? {} : { tag }) }
      : { ...(tag === undefined ? {} : { tag }), digest };
  return edit(reader.subscription.target, gathered.snapshot, { watch: reader.watch, to: written });
}

function writtenImage(raise: Raise): WrittenImage {
  const { from, to, because } = raise.choice;
  const image = raise.state.readers[0]?.watch.image ?? '';
  return {
    place: raise.state.place,
    image,
    from,
    to: to.tag === undefined ? { digest: to.digest } : { tag: to.tag },
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

/** The commits of all bundles whose edits do not collide, and who was refused why. */
function buildCommits(context: UpdateContext, gathered: Gathered, bundles: readonly Bundle[]) {
  const edits = bundles.flatMap((one) => one.raises.map((raise) => ({ application: one.key, edit: editOf(raise, gathered) })));
  const combined = combine(edits);
  const refusedKeys = new Map(combined.refused.map((refusal) => [refusal.application, refusal.because]));
  const accepted = bundles.filter((one) => !refusedKeys.has(one.key) && combined.accepted.some((other) => other.application === one.key));
  const commits = accepted.map((one): Commit => {
    const text = raiseText(one.applications, one.raises.map(writtenImage));
    const splices = combined.accepted.filter((other) => other.application === one.key).flatMap((other) => other.splices);
    return { ...text, author: context.settings.author, splices };
  });
  const refused = bundles.flatMap((one) => {
    const because = refusedKeys.get(one.key);
    return because === undefined ? [] : one.applications.map((application) => ({ application, because }));
  });
  return { accepted, commits, refused };
}

type Attempt = { readonly bundles: readonly Bundle[]; readonly commits: readonly Commit[] };

/** Pushes all bundles as one chain; a refused push is tried again bundle by bundle, so that one refusal blocks one (LOOP 15). */
async function pushBundles(context: UpdateContext, gathered: Gathered, attempt: Attempt): Promise<Raised> {
  const { bundles, commits } = attempt;
  const pushed: Pushed = await context.ports.git.push(gathered.repo, { branch: gathered.branch, head: gathered.head }, commits);
  if (pushed.kind === 'pushed') {
    context.tally?.countCommits('raise', pushed.commits.length);
    const changes = bundles.flatMap((one, index) =>
      one.applications.flatMap((application) =>
        one.raises.map((raise) => ({ application, change: writtenImage(raise), commit: pushed.commits[index] ?? '' })),
      ),
    );
    const head = pushed.commits.at(-1);
    return { pushed: changes, refused: [], ...(head === undefined ? {} : { head }) };
  }
  if (pushed.kind !== 'refused') return { pushed: [], refused: [], raced: pushed.head };
  if (bundles.length === 1) {
    return {
      pushed: [],
      refused: bundles.flatMap((one) => one.applications.map((application) => ({ application, because: pushed.because }))),
    };
  }
  return pushOneByOne(context, gathered, attempt);
}

async function pushOneByOne(context: UpdateContext, gathered: Gathered, attempt: Attempt): Promise<Raised> {
  const refused: Raised['refused'][number][] = [];
  for (const [index, one] of attempt.bundles.entries()) {
    const commit = attempt.commits[index];
    if (commit === undefined) continue;
    const single = await pushBundles(context, gathered, { bundles: [one], commits: [commit] });
    refused.push(...single.refused);
    // After one success the head has moved: the others are decided again on it.
    if (single.head !== undefined || single.raced !== undefined)
      return { ...single, refused, ...(single.raced === undefined ? {} : { raced: single.raced }) };
  }
  return { pushed: [], refused };
}

/** Writes the raises of one branch: one push, in it one commit per Application (LOOP 15). */
export async function raise(context: UpdateContext, gathered: Gathered, raises: readonly Raise[]): Promise<Raised> {
  const { accepted, commits, refused } = buildCommits(context, gathered, bundle(raises));
  if (commits.length === 0) return { pushed: [], refused };
  const result = await pushBundles(context, gathered, { bundles: accepted, commits });
  return { ...result, refused: [...refused, ...result.refused] };
}
