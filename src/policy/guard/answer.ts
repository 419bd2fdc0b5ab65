import { oneLine } from '../../kernel/escape.ts';
import { placeKey } from '../../kernel/place.ts';
import { trailer } from '../../kernel/trailers.ts';
import type { PlaceChange, PlaceHistory, PlaceQuestion } from '../choice.ts';
import type { Ranking } from '../policies/policy.ts';

/**
 * Whether somebody took this place down (LOOP 4). `stands`: only what is newer than the value that it was taken down from may be written.
 * `undecided`: the history that was read does not tell.
 */
export type PersonsAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'stands'; readonly allows: (tag: string) => boolean; readonly because: string }
  | { readonly kind: 'undecided'; readonly because: string };

type Judge = { readonly question: PlaceQuestion; readonly history: PlaceHistory; readonly ranking: Ranking };

export const none = { kind: 'none' } as const;

export const undecided = {
  kind: 'undecided',
  because:
    'whether somebody took this place down is unknown, because too few changes of it are among the newest commits of its file: it is raised after somebody wrote a value',
} as const;

/** Reads a person's answer from the latest change of the place; older changes only tell from where a descent in steps began. */
export function answerAt(question: PlaceQuestion, history: PlaceHistory, ranking: Ranking): PersonsAnswer {
  const judge = { question, history, ranking };
  const [latest] = history.changes;
  if (latest === undefined) return history.complete ? none : undecided;
  const current = question.current?.tag;
  if (tagOf(latest.after) !== current) {
    const because = `the history of this place ends with ${shown(latest.after)}, but Git has ${shown(current ?? null)}: nothing is raised until they agree`;
    return { kind: 'undecided', because };
  }
  return isOurs(latest, question) ? none : judgeForeign(judge, latest);
}

/** The tag of a value in Git: `1.2.3` of `1.2.3@sha256:...`; undefined where there is none. */
export function tagOf(value: string | null): string | undefined {
  return (value ?? '').split('@', 1)[0] || undefined;
}

/** Whether a commit carries our trailers for this place with the value that it left there. */
export function isOurs({ after, trailers }: PlaceChange, { place, listing }: PlaceQuestion): boolean {
  const [key, prefix, tag] = [placeKey(place), `${listing.image}:`, tagOf(after)];
  let atPlace = false;
  for (const [name, value] of trailers) {
    // The image of a place stands behind it; a commit may change several.
    if (name === trailer.place) atPlace = value === key;
    const image = atPlace && name === trailer.image && value.startsWith(prefix);
    if (image && tag !== undefined && tagOf(value.slice(prefix.length)) === tag) return true;
  }
  return false;
}

function judgeForeign(judge: Judge, latest: PlaceChange): PersonsAnswer {
  const { ranking, history, question } = judge;
  const before = latest.before === null ? valueBeforeRemoval(judge) : tagOf(latest.before);
  const after = tagOf(latest.after);
  if (before === undefined) return history.complete || history.changes.length > 1 ? none : undecided;
  if (after === undefined) return stands(judge, latest, before);
  // Taken out and put back: what was said of it before stands as it did.
  if (before === after && latest.before === null) return answerAt(question, { ...history, changes: history.changes.slice(2) }, ranking);
  return judgeStep(judge, latest, { before, after });
}

type Step = { readonly before: string; readonly after: string };

function judgeStep(judge: Judge, latest: PlaceChange, step: Step): PersonsAnswer {
  const { ranking } = judge;
  if (!ranking.ranks(step.before) || !ranking.ranks(step.after)) return judgeUnordered(judge, latest, step);
  return ranking.compare(step.after, step.before) < 0 ? stands(judge, latest, step.before) : none;
}

/** No order says whether this was a step down; a value that stood here earlier is a step back. */
function judgeUnordered(judge: Judge, latest: PlaceChange, { before, after }: Step): PersonsAnswer {
  const wasHere = judge.history.changes.slice(1).some((change) => tagOf(change.before) === after);
  if (wasHere) return stands(judge, latest, before);
  return judge.history.complete ? none : undecided;
}

/** Somebody may take a value out and put a lower one in later: what stood here before the gap. */
function valueBeforeRemoval({ history, question }: Judge): string | undefined {
  const earlier = history.changes[1];
  return earlier?.after === null && !isOurs(earlier, question) ? tagOf(earlier.before) : undefined;
}

/** A person who goes down in steps has refused everything from the first one on: the highest value of the unbroken descent. */
function topOfDescent({ history, question, ranking }: Judge, from: string): string {
  let top = from;
  if (!ranking.ranks(from)) return from;
  for (const change of history.changes.slice(1)) {
    const value = tagOf(change.before);
    const continues = change.after === null || tagOf(change.after) === top;
    if (!continues || isOurs(change, question)) break;
    // Written where nothing was: what was taken out before that counts.
    if (value === undefined) continue;
    if (!ranking.ranks(value) || ranking.compare(value, top) < 0) break;
    top = value;
  }
  return top;
}

function stands(judge: Judge, { commit, author, after, at }: PlaceChange, before: string): PersonsAnswer {
  const { ranking } = judge;
  const top = topOfDescent(judge, before);
  const did = after === null ? `removed ${before} here` : `took this place from ${before} back to ${after}`;
  const until = ranking.ranks(top) ? `until something newer than ${top} appears` : 'until somebody writes a value';
  const because = `${oneLine(author)} ${did} (commit ${commit.slice(0, 12)}, ${at}): that stands ${until}`;
  return { kind: 'stands', allows: (tag) => ranking.ranks(top) && ranking.isNewer(tag, top), because };
}

export function shown(value: string | null): string {
  return value === null ? 'no value' : oneLine(value);
}
