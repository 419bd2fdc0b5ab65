import { oneLine } from '../../kernel/escape.ts';
import { placeKey } from '../../kernel/place.ts';
import { trailer } from '../../kernel/trailers.ts';
import type { PlaceChange, PlaceHistory, PlaceQuestion } from '../choice.ts';
import type { Ranking } from '../policies/policy.ts';

/**
 * Whether somebody took this place down (LOOP 4). `stands`: nothing may be written that is not newer than `from`. `undecided`: the
 * history that was read does not tell.
 */
export type PersonsAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'stands'; readonly from: string; readonly because: string }
  | { readonly kind: 'undecided'; readonly because: string };

type Judge = { readonly question: PlaceQuestion; readonly history: PlaceHistory; readonly ranking: Ranking };

/** Reads a person's answer from the latest change of the place; older changes only tell from where a descent in steps began. */
export function answerAt(question: PlaceQuestion, history: PlaceHistory, ranking: Ranking): PersonsAnswer {
  const judge = { question, history, ranking };
  const [latest] = history.changes;
  if (latest === undefined) return history.complete ? { kind: 'none' } : undecided(judge);
  if (tagOfValue(latest.after ?? '') !== (question.current?.tag ?? '')) {
    const because = `the history of this place ends with ${shown(latest.after)}, but Git has ${shown(question.current?.tag ?? null)}: nothing is raised until they agree`;
    return { kind: 'undecided', because };
  }
  if (isOurs(latest, question)) return { kind: 'none' };
  const before = latest.before ?? valueBeforeRemoval(judge);
  if (before === undefined) return undecided(judge);
  if (before === null) return { kind: 'none' };
  return judgeStep(judge, latest, before);
}

/** The tag of a value in Git: `1.2.3` of `1.2.3@sha256:...`. */
export function tagOfValue(value: string): string {
  const at = value.indexOf('@');
  return at < 0 ? value : value.slice(0, at);
}

/** Whether a commit carries our trailers for this place with the value that it left there. */
export function isOurs({ after, trailers }: PlaceChange, { place, listing }: PlaceQuestion): boolean {
  if (after === null) return false;
  const key = placeKey(place);
  let atPlace = false;
  for (const [name, value] of trailers) {
    // The image of a place stands behind it; a commit may change several.
    if (name === trailer.place) atPlace = value === key;
    const prefix = `${listing.image}:`;
    if (atPlace && name === trailer.image && value.startsWith(prefix) && tagOfValue(value.slice(prefix.length)) === tagOfValue(after))
      return true;
  }
  return false;
}

function judgeStep(judge: Judge, latest: PlaceChange, before: string): PersonsAnswer {
  const { ranking, history } = judge;
  const [from, to] = [tagOfValue(before), latest.after === null ? undefined : tagOfValue(latest.after)];
  if (to === undefined) return stands(latest, from, descentFrom(judge, from));
  if (ranking.ranks(from) && ranking.ranks(to)) {
    return ranking.compare(to, from) < 0 ? stands(latest, from, descentFrom(judge, from)) : { kind: 'none' };
  }
  const held = history.changes.slice(1).some((change) => change.before !== null && tagOfValue(change.before) === to);
  if (held) return stands(latest, from, from);
  return history.complete ? { kind: 'none' } : undecided(judge);
}

/** Where a value appears that was removed before: what it was then. Null: it never was there; undefined: the history does not tell. */
function valueBeforeRemoval({ history, question }: Judge): string | null | undefined {
  const earlier = history.changes[1];
  if (earlier === undefined) return history.complete ? null : undefined;
  return earlier.after === null && !isOurs(earlier, question) ? earlier.before : null;
}

/** A person who goes down in steps has refused everything from the first one on: the highest value of the unbroken descent. */
function descentFrom({ history, question, ranking }: Judge, from: string): string {
  let top = from;
  for (const change of history.changes.slice(1)) {
    const value = change.before === null ? undefined : tagOfValue(change.before);
    const descends = change.after === null || tagOfValue(change.after) === top;
    if (value === undefined || !descends || isOurs(change, question) || !(ranking.compare(value, top) > 0)) break;
    top = value;
  }
  return top;
}

function stands({ commit, author, after, at }: PlaceChange, before: string, from: string): PersonsAnswer {
  const did = after === null ? `removed ${before} here` : `took this place from ${before} back to ${tagOfValue(after)}`;
  const because = `${oneLine(author)} ${did} (commit ${commit.slice(0, 12)}, ${at}): it stays until something newer than ${from} appears`;
  return { kind: 'stands', from, because };
}

function undecided({ history }: Judge): PersonsAnswer {
  const read = history.changes.length === 0 ? 'no change of this place is' : 'too few changes of this place are';
  return {
    kind: 'undecided',
    because: `${read} among the newest commits of its file, so whether somebody took it down is unknown: nothing is raised until somebody writes a value`,
  };
}

function shown(value: string | null): string {
  return value === null ? 'no value' : oneLine(value);
}
