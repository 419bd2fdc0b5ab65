import type { Millis } from '../kernel/time.ts';

/** When raises are let through. Everything is UTC. */
export type Schedule = {
  /** Whether the moment is open. */
  readonly isOpen: (at: Millis) => boolean;
  /** The first moment from `from` on that is open; undefined where none comes within eight years. */
  readonly nextOpen: (from: Millis) => Millis | undefined;
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A named minute stays open for so long: a bot that has much to do at that minute must not miss it. */
const openForMs = 10 * minuteMs;
/** 29 February may be eight years away (1896, 1904). */
const horizonDays = 8 * 366 + 1;

type Field = { readonly name: string; readonly least: number; readonly most: number; readonly words?: readonly string[] };

const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  // 7 is Sunday too.
  { name: 'day of the week', least: 0, most: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const longestDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

type Named = readonly number[] | undefined;

type Cron = {
  readonly minutes: Named;
  readonly hours: Named;
  readonly days: Named;
  readonly months: Named;
  readonly weekdays: Named;
  /** Day of the month and day of the week are both named: either will do (POSIX crontab). */
  readonly eitherDay: boolean;
};

/** Reads five cron fields (POSIX crontab, with steps and English names); or says why they are none, or name a day that never comes. */
export function parseSchedule(text: string): Schedule | { readonly because: string } {
  const texts = text.trim().split(/\s+/);
  if (texts.length !== fields.length) return { because: `${texts.length} fields, expected five: minute hour day month weekday` };
  const values: (readonly number[])[] = [];
  for (const [index, field] of fields.entries()) {
    const read = parseField(texts[index] ?? '', field);
    if (read === undefined)
      return { because: `${field.name} ${JSON.stringify(texts[index])} is none from ${field.least} to ${field.most}` };
    values.push(read);
  }
  const [minutes, hours, days, months, weekdays] = [0, 1, 2, 3, 4].map((index) => values[index] ?? []);
  if (!days?.some((day) => months?.some((month) => day <= (longestDays[month - 1] ?? 0)))) {
    return { because: `no month that ${JSON.stringify(texts[3])} names has the day ${JSON.stringify(texts[2])}` };
  }
  const eitherDay = [2, 4].every((index) => texts[index]?.startsWith('*') === false);
  return scheduleOf({ minutes, hours, days, months, weekdays: weekdays?.map((day) => day % 7), eitherDay });
}

/** The values of `*`, `5`, `1-5`, `mon`, each with `/step`, and lists of them, in ascending order. */
function parseField(text: string, field: Field): readonly number[] | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const range = parseRange(part, field);
    if (range === undefined) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return [...values].sort((left, right) => left - right);
}

function parseRange(part: string, field: Field): { readonly from: number; readonly to: number; readonly step: number } | undefined {
  const [, low, high, stepText] = /^(\*|\w+)(?:-(\w+))?(?:\/([1-9]\d{0,2}))?$/.exec(part) ?? [];
  if (low === undefined) return undefined;
  const ends = endsOf({ low, high, isOpen: stepText !== undefined }, field);
  return ends === undefined ? undefined : { ...ends, step: Number(stepText ?? 1) };
}

/** `*` is everything, and `5/10` counts up from 5. */
function endsOf(
  { low, high, isOpen }: { readonly low: string; readonly high: string | undefined; readonly isOpen: boolean },
  field: Field,
): { readonly from: number; readonly to: number } | undefined {
  if (low === '*') return high === undefined ? { from: field.least, to: field.most } : undefined;
  const from = valueOf(low, field);
  const to = high === undefined && isOpen ? field.most : valueOf(high ?? low, field);
  return from === undefined || to === undefined || from > to ? undefined : { from, to };
}

function valueOf(text: string, { least, most, words = [] }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word >= 0) return word + least;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}

function scheduleOf(cron: Cron): Schedule {
  const nextNamed = (from: Millis): Millis | undefined => {
    const midnight = Math.floor(from / dayMs) * dayMs;
    for (let day = 0; day < horizonDays; day += 1) {
      const found = firstOn(cron, midnight + day * dayMs, from);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    // Somewhere in the last ten minutes a named minute began.
    isOpen: (at) => (nextNamed(at - openForMs + 1) ?? Infinity) <= at,
    nextOpen: nextNamed,
  };
}

/** The first named minute of a day that does not begin before `from`. */
function firstOn(cron: Cron, midnight: Millis, from: Millis): Millis | undefined {
  if (!isNamedDay(cron, new Date(midnight))) return undefined;
  for (const hour of cron.hours ?? []) {
    for (const minute of cron.minutes ?? []) {
      const at = midnight + (hour * 60 + minute) * minuteMs;
      if (at >= from) return at;
    }
  }
  return undefined;
}

function isNamedDay({ days, months, weekdays, eitherDay }: Cron, date: Date): boolean {
  if (months?.includes(date.getUTCMonth() + 1) !== true) return false;
  const [byDate, byWeekday] = [days?.includes(date.getUTCDate()) === true, weekdays?.includes(date.getUTCDay()) === true];
  return eitherDay ? byDate || byWeekday : byDate && byWeekday;
}
