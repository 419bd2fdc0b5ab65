import semver from 'semver';
import { parse } from 'yaml';
import { isBody, sameJson } from '../../src/kernel/json.ts';
import { trailer, trailerValues } from '../../src/kernel/trailers.ts';
import type { Records } from './record.ts';
import type { ModelCommit } from './repository.ts';
import { verdictsOf } from './repository.ts';
import type { Staged } from './stage.ts';
import { holdsPath, kustomizationOf } from './stage.ts';
import type { Change } from './changes.ts';
import { changesOf, digestsOf, holdsIn, isLowering, ourCommits, placesOf, say, tagOf } from './changes.ts';

/** Answers what is wrong; nothing where all is well. The numbers are those of the invariants in docs. */
export type Invariant = {
  readonly number: number;
  readonly sentence: string;
  readonly broken: (records: Records) => readonly string[];
};

function brokenLowering(records: Records, change: Change): readonly string[] {
  const { commit, parent, image, apps, file } = change;
  const after = change.after ?? '';
  const earlier = changesOf(records).some(
    (other) => other.file === file && other.before === after && before(records, other.commit, commit),
  );
  const digest = digestsOf(commit)[0] ?? '';
  const name = after.includes('@') ? `${image}:${after}` : `${image}:${after}@${digest}`;
  return [
    ...(earlier ? [] : ['the place never held it']),
    ...(apps.some((app) => records.stable.has(`${app}|${image}:${after}@${digest}`)) ? [] : [`${digest} never ran as stable under it`]),
    ...(records.served.has(name) ? [] : ['it was never served with that digest']),
    ...(holdsIn(parent).some((hold) => hold.file === file && hold.digests.includes(digest)) ? [`${digest} was held`] : []),
  ].map((what) => say(change, what));
}

function before({ commits }: Records, first: ModelCommit, second: ModelCommit): boolean {
  return commits.findIndex(({ sha }) => sha === first.sha) < commits.findIndex(({ sha }) => sha === second.sha);
}

/** The highest value that a person took a place down from, and the commit since which that answer stands. */
type Refused = { readonly top: string; readonly since: number };

/** What people's changes of one place, oldest first, come to. */
function answerAfter(answer: Refused | undefined, change: Change, at: number): Refused | undefined {
  const [from, to] = [tagOf(change.before), tagOf(change.after)];
  if (from !== undefined && (to === undefined || isLowering(change))) {
    return { top: answer !== undefined && semver.gt(answer.top, from) ? answer.top : from, since: at };
  }
  const stillDown = from === undefined && answer !== undefined && to !== undefined && semver.lt(to, answer.top);
  return stillDown ? answer : undefined;
}

function liftedBetween(commits: readonly ModelCommit[]): boolean {
  return commits.some(
    (one, index, all) => index > 0 && one.witness === undefined && holdsIn(one).length < holdsIn(all[index - 1] ?? one).length,
  );
}

function brokenAnswers(changes: readonly Change[], commits: readonly ModelCommit[]): readonly string[] {
  let answer: Refused | undefined;
  return changes.flatMap((change) => {
    const at = commits.findIndex(({ sha }) => sha === change.commit.sha);
    if (!change.ours) {
      answer = answerAfter(answer, change, at);
      return [];
    }
    const [to, refused] = [tagOf(change.after), answer];
    answer = undefined;
    if (refused === undefined || to === undefined || semver.gt(to, refused.top)) return [];
    return liftedBetween(commits.slice(refused.since, at)) ? [] : [say(change, `a person took it down from ${refused.top}`)];
  });
}

function brokenBytes(commits: readonly ModelCommit[], staged: readonly Staged[]): readonly string[] {
  const places = new Set(staged.map(kustomizationOf));
  return commits.flatMap((commit, index) => {
    const parent = commits[index - 1];
    if (parent === undefined || commit.witness === undefined) return [];
    const paths = [...new Set([...parent.files.keys(), ...commit.files.keys()])];
    return paths.flatMap((path) => {
      const [was, is] = [parent.files.get(path), commit.files.get(path)];
      if (was === is || survives(path, was ?? '', is ?? '', places)) return [];
      return [`${commit.sha.slice(0, 8)} "${commit.subject}" changes more of ${path} than it may`];
    });
  });
}

function survives(path: string, was: string, is: string, places: ReadonlySet<string>): boolean {
  if (places.has(path)) return maskOf(was) === maskOf(is);
  if (path !== holdsPath) return false;
  const left = is.split('\n').values();
  // A list in braces is written anew as blocks; nothing else moves.
  const kept = was.split('\n').filter((line) => (/^[[{]/m.test(was) ? line.startsWith('#') : line !== '' && !line.startsWith('holds:')));
  return (
    entriesOf(was).every((entry) => entriesOf(is).some((other) => sameJson(entry, other))) &&
    kept.every((line) => left.some((other) => other === line))
  );
}

function entriesOf(text: string): readonly unknown[] {
  const read: unknown = parse(text);
  return isBody(read) && Array.isArray(read['holds']) ? read['holds'] : [];
}

function maskOf(text: string): string {
  return text.replace(/newTag: *\S+/, 'newTag:').replace(/\n *newTag:(?=\n|$)/, '');
}

export const invariants: readonly Invariant[] = [
  {
    number: 1,
    sentence: "a value below Git's is written only with an unsettled failed verdict or a person's command",
    broken: (records) =>
      changesOf(records)
        .filter((change) => change.ours && isLowering(change) && verdictsOf(change.commit).length === 0)
        .map((change) => say(change, 'no verdict')),
  },
  {
    number: 2,
    sentence: 'a lowering writes only a value that the place held before, proven, served and not held',
    broken: (records) =>
      changesOf(records)
        .filter((change) => change.ours && verdictsOf(change.commit).length > 0)
        .flatMap((change) => brokenLowering(records, change)),
  },
  {
    number: 3,
    sentence: 'for each verdict id there is at most one commit on the branch',
    broken: ({ commits }) => {
      const seen = commits.flatMap(verdictsOf);
      return seen.filter((id, index) => seen.indexOf(id) !== index).map((id) => `verdict ${id} stands in more than one commit`);
    },
  },
  {
    number: 5,
    sentence: 'no commit of ours raises a place to a reference with a held digest, under any tag',
    broken: (records) =>
      changesOf(records)
        .filter((change) => change.ours && !isLowering(change))
        .flatMap((change) => {
          const digests = digestsOf(change.commit);
          const holds = holdsIn(change.parent).filter(({ file, image }) => file === change.file && image === change.image);
          const held = holds.find((hold) => hold.digests.some((digest) => digests.includes(digest)) || hold.tag === change.after);
          return held === undefined ? [] : [say(change, `held by ${held.verdict}`)];
        }),
  },
  {
    number: 9,
    sentence: 'a push is a chain on exactly the head that its decisions read',
    broken: (records) =>
      ourCommits(records)
        .filter(({ parent, witness }) => {
          const above = records.commits.find((commit) => commit.sha === parent)?.witness;
          const follows = parent === witness?.base || (above !== undefined && above.base === witness?.base);
          return !follows || witness?.headThen !== witness?.base;
        })
        .map(({ sha }) => `${sha.slice(0, 8)} does not stand on the head that was read`),
  },
  {
    number: 10,
    sentence: 'every foreign commit, and every byte outside the chosen scalars, survives',
    broken: ({ commits, foreign, staged }) => {
      const there = new Set(commits.map(({ sha }) => sha));
      const lost = foreign.filter((sha) => !there.has(sha)).map((sha) => `the commit ${sha.slice(0, 8)} of a person is gone`);
      return [...lost, ...brokenBytes(commits, staged)];
    },
  },
  {
    number: 11,
    sentence: "after a person's lowering or removal nothing at or below the old value is written",
    broken: (records) =>
      placesOf(records.staged).flatMap(({ file }) =>
        brokenAnswers(
          changesOf(records).filter((change) => change.file === file),
          records.commits,
        ),
      ),
  },
  {
    number: 12,
    sentence: 'a lift by commit is never undone without a new failed run',
    broken: ({ commits }) => {
      const lifted = new Set<string>();
      return commits.flatMap((commit, index) => {
        const [had, has] = [commits[index - 1], commit].map(
          (one) => new Set(one === undefined ? [] : holdsIn(one).map(({ verdict }) => verdict)),
        );
        const back = [...(has ?? [])].filter((id) => had?.has(id) === false && lifted.has(id));
        for (const id of had ?? []) if (has?.has(id) === false && commit.witness === undefined) lifted.add(id);
        return commit.witness === undefined
          ? []
          : back.map((id) => `${commit.sha.slice(0, 8)} holds again by ${id}, which a person lifted`);
      });
    },
  },
  {
    number: 13,
    sentence: 'Error, Inconclusive, no data and deadline alone never change Git',
    broken: (records) =>
      ourCommits(records)
        .flatMap(verdictsOf)
        .filter((id) => {
          const finding = records.findings.find((one) => one.id === id);
          return finding === undefined ? !records.aborted.includes(id.split('/')[0] ?? '') : finding.kind !== 'failed';
        })
        .map((id) => `a commit carries ${id}, which is no failed run and no abort by a person`),
  },
  {
    number: 14,
    sentence: 'a verdict whose template changed in more than container images never lowers by itself',
    broken: (records) =>
      changesOf(records)
        .filter((change) => change.ours)
        .filter(({ commit }) =>
          verdictsOf(commit).some((id) => records.findings.some((one) => one.id === id && one.changed === 'images and more')),
        )
        .map((change) => say(change, 'more than images had changed')),
  },
  {
    number: 16,
    sentence: 'incomplete listings and unknown digests: never a write',
    broken: (records) =>
      changesOf(records)
        .filter((change) => change.ours && verdictsOf(change.commit).length === 0)
        .flatMap((change) => {
          const known = records.listed.has(`${change.image}:${tagOf(change.after) ?? ''}`);
          return known && digestsOf(change.commit).length > 0
            ? []
            : [say(change, 'its tag was in no complete listing, or it has no digest')];
        }),
  },
  {
    number: 25,
    sentence: 'aborted: no step raises the canary; availability never falls below the bound',
    broken: ({ replicas }) => replicas,
  },
  {
    number: 30,
    sentence: 'every commit of ours has a reason',
    broken: (records) =>
      ourCommits(records)
        .filter(
          ({ trailers }) =>
            trailerValues(trailers, trailer.reason).length === 0 || trailerValues(trailers, trailer.application).length === 0,
        )
        .map(({ sha, subject }) => `${sha.slice(0, 8)} "${subject}" has no reason or no Application`),
  },
];

/** Whether what stands on a run is an end that a verdict may come to without a commit of its own. */
function isEnd(settled: string): boolean {
  return (
    /^(?:lower|propose|hold-only|withdrawn)/.test(settled) ||
    /A commit on the branch settled it|before this bot took|The stable version runs the same images/.test(settled)
  );
}

/** What must hold when nothing has happened for a long time: every failed verdict is settled (invariant 4). */
export function unsettled({ findings, commits }: Records): readonly string[] {
  const inGit = new Set(commits.flatMap(verdictsOf));
  return findings.flatMap(({ id, app, kind, changed, settled, deleted, finalizers }) => {
    // A canary without a new image says nothing about an image.
    if (kind !== 'failed' || changed === 'no image') return [];
    const answered = inGit.has(id) || (settled !== undefined && isEnd(settled));
    const state = deleted ? 'was deleted' : 'is there';
    if (!answered) return [`the failed run ${id} of ${app} ${state}, and ${settled ?? 'nothing says how it was settled'}`];
    return !deleted && finalizers.length > 0
      ? [`the failed run ${id} of ${app} is settled and still kept by ${finalizers.join(', ')}`]
      : [];
  });
}
