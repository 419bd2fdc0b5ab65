import { oneLine } from '../../kernel/escape.ts';
import type { Digest } from '../../kernel/image.ts';
import { describeReference, isDigest } from '../../kernel/image.ts';
import { trailer, trailerValues } from '../../kernel/trailers.ts';
import type { TagFacts } from '../../registry/listing.ts';
import type { PlaceChange, PlaceHistory, PlaceQuestion } from '../choice.ts';
import { isOurs, none, type PersonsAnswer, shown, undecided } from './answer.ts';

/**
 * Whether somebody took a place of digests down (LOOP 4). No order says what down is: a value that stood here earlier is a step back, and
 * so is a removal. Until the registry serves a digest that was never here, it stands.
 */
export function digestAnswerAt(question: PlaceQuestion, history: PlaceHistory, facts: TagFacts): PersonsAnswer {
  const [latest] = history.changes;
  if (latest === undefined) return history.complete ? none : undecided;
  const now = question.current === undefined ? null : describeReference(question.current);
  if (latest.after !== now && !isSplit(latest, question)) {
    const because = `the history of this place ends with ${shown(latest.after)}, but Git has ${shown(now)}: nothing is written until they agree`;
    return { kind: 'undecided', because };
  }
  return isWrittenByUs(latest, question) ? none : judgeForeign(latest, history, facts);
}

function judgeForeign(latest: PlaceChange, history: PlaceHistory, facts: TagFacts): PersonsAnswer {
  const wasHere = latest.after === null || history.changes.slice(1).some(({ before }) => before === latest.after);
  if (!wasHere) return history.complete || history.changes.length > 1 ? none : undecided;
  return digestsSeen(history).has(facts.digest) ? stands(latest) : none;
}

/** Every digest that a value of this place held, or that a commit of ours fixed for one. */
export function digestsSeen({ changes }: PlaceHistory): ReadonlySet<Digest> {
  return new Set(
    changes.flatMap(({ before, after, trailers }) => [
      ...[before, after].flatMap((value) => digestIn(value) ?? []),
      ...trailerValues(trailers, trailer.digest),
    ]),
  );
}

function digestIn(value: string | null): Digest | undefined {
  const text = value?.slice(value.indexOf('@') + 1);
  return text !== undefined && isDigest(text) ? text : undefined;
}

/** The digest stands in a field of its own (kustomize), which the history of this one does not tell. */
function isSplit({ after }: PlaceChange, { current }: PlaceQuestion): boolean {
  return after === (current?.tag ?? null) && current?.digest !== undefined;
}

/** Whether a commit of ours left exactly this value, digest included. */
function isWrittenByUs(change: PlaceChange, question: PlaceQuestion): boolean {
  const digest = digestIn(change.after);
  return isOurs(change, question) && (digest === undefined || trailerValues(change.trailers, trailer.digest).includes(digest));
}

function stands({ author, commit, at, before, after }: PlaceChange): PersonsAnswer {
  const did = after === null ? `removed ${shown(before)} here` : `took this place from ${shown(before)} back to ${after}`;
  const because = `${oneLine(`${author} ${did}`)} (commit ${commit.slice(0, 12)}, ${at}): that stands until a digest appears that was never here`;
  return { kind: 'stands', allows: () => false, because };
}
