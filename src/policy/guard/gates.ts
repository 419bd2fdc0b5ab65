import { describeDuration } from '../../kernel/duration.ts';
import { type Millis, millisOf, timeOf } from '../../kernel/time.ts';
import type { PlaceQuestion, TagRule, TagTime } from '../choice.ts';
import { parseSchedule } from '../schedule.ts';
import type { Said } from './case.ts';

/** What stops every raise of a place for now, whatever the tag. `why` ends the words "<tag> waits, because". */
type Closed = { readonly rule: TagRule; readonly why: string; readonly until?: Millis };

/** The first gate of the place that is closed (LOOP 6); undefined where raises may pass. */
export function closedGate(question: PlaceQuestion, now: Millis): Closed | undefined {
  const { watches, paused } = question;
  if (paused === true) return { rule: 'paused', why: 'windlass.dev/paused is set' };
  const stopped = watches.find((watch) => watch.paused === true || watch.held === true);
  if (stopped !== undefined) {
    const rule = stopped.paused === true ? 'paused' : 'hold';
    return { rule: 'paused', why: `windlass.dev/${keyed(stopped.alias)}${rule} is set` };
  }
  return closedSchedule(watches, now);
}

function keyed(alias: string | undefined): string {
  return alias === undefined ? '' : `${alias.replaceAll('/', '_')}.`;
}

function closedSchedule(watches: PlaceQuestion['watches'], now: Millis): Closed | undefined {
  const texts = [...new Set(watches.flatMap(({ schedule }) => schedule ?? []))].sort();
  for (const text of texts) {
    const schedule = parseSchedule(text);
    if ('because' in schedule) return { rule: 'schedule', why: `the schedule ${text} cannot be read (${schedule.because})` };
    if (schedule.isOpen(now)) continue;
    const until = schedule.nextOpen(now);
    if (until === undefined) return { rule: 'schedule', why: `the schedule ${text} (UTC) names no moment that comes` };
    return { rule: 'schedule', why: `the schedule ${text} (UTC) opens at ${timeOf(until)}`, until };
  }
  return undefined;
}

export function waits(tag: string, { rule, why, until }: Closed): Said {
  return { verdict: 'eligible', rule, because: `${tag} waits, because ${why}`, ...(until === undefined ? {} : { until: timeOf(until) }) };
}

/** How old a tag must be for all watches of the place, in ms; 0 where none asks. */
export function minAgeOf({ watches }: PlaceQuestion): number {
  return Math.max(0, ...watches.map(({ minAgeMs = 0 }) => minAgeMs));
}

/** Why a tag is not old enough; undefined where it is, and where nobody asks. An age that is not known is none. */
export function whyTooYoung(tag: string, time: TagTime | undefined, minAgeMs: number, now: Millis): Said | undefined {
  if (minAgeMs === 0) return undefined;
  if (time === undefined || time === 'unknown') {
    return { verdict: 'eligible', rule: 'min-age', because: `${tag} waits, because it is not known how long it has been there` };
  }
  const until = millisOf(time.at) + minAgeMs;
  if (until <= now) return undefined;
  const since = time.by === 'registry' ? `the registry received it at ${time.at}` : `it was first seen at ${time.at}`;
  const because = `${tag} waits until it is ${describeDuration(minAgeMs)} old: ${since}, eligible at ${timeOf(until)}`;
  return { verdict: 'eligible', rule: 'min-age', because, until: timeOf(until) };
}

/** A tag may be pushed again between two looks: then its time is about another image. */
export function whyAgeless(tag: string, digest: string, time: TagTime | undefined, minAgeMs: number): Said | undefined {
  if (minAgeMs === 0 || time === undefined || time === 'unknown' || time.digest === undefined || time.digest === digest) return undefined;
  return { verdict: 'eligible', rule: 'min-age', because: `${tag} waits, because it was pushed again: how old it is counts from then` };
}
