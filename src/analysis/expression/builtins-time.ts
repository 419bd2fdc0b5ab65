import { parseGoDuration } from '../../kernel/duration.ts';
import type { Builtin } from './builtin.ts';
import { signatures, textOf } from './builtin.ts';
import type { GoValue } from './go-value.ts';
import { GoInt, GoTime } from './go-value.ts';
import { refuse } from './refusal.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const day = String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})`;
const clock = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2}):(?<second>\d{2}(?:[.,]\d{1,9})?)`;

/** The layouts that `date(text)` tries: date, time, both, RFC 3339, RFC 822, RFC 850, RFC 1123. */
const layouts: readonly RegExp[] = [
  new RegExp(`^${day}$`),
  new RegExp(`^${clock}$`),
  new RegExp(`^${day} ${clock}$`),
  new RegExp(String.raw`^${day}T${clock}(?<zone>Z|[+-]\d{2}:\d{2})$`),
  /^(?<day>\d{1,2}) (?<name>[A-Z][a-z]{2}) (?<year>\d{2}) (?<hour>\d{2}):(?<minute>\d{2}) (?:UTC|GMT)$/,
  new RegExp(String.raw`^[A-Z][a-z]+day, (?<day>\d{2})-(?<name>[A-Z][a-z]{2})-(?<year>\d{2}) ${clock} (?:UTC|GMT)$`),
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d{2}) (?<name>[A-Z][a-z]{2}) (?<year>\d{4}) ${clock} (?:UTC|GMT)$`),
];

function parseDate(text: string): GoTime {
  for (const layout of layouts) {
    const groups = layout.exec(text)?.groups;
    const found = groups === undefined ? undefined : timeOfGroups(groups);
    if (found !== undefined) return found;
  }
  return refuse(`invalid date ${JSON.stringify(text)}`);
}

/** Go's two-digit years: 69 to 99 are of the last century. A time without a date is of the year 0. */
function yearOf(text: string | undefined): number {
  const year = Number(text ?? '0');
  return text?.length === 2 ? year + (year >= 69 ? 1900 : 2000) : year;
}

type Groups = Readonly<Record<string, string | undefined>>;

function timeOfGroups(groups: Groups): GoTime | undefined {
  const day = dayOf(groups);
  const clock = clockOf(groups);
  if (day === undefined || clock === undefined) return undefined;
  const offset = offsetOf(groups['zone']);
  return new GoTime(BigInt(day + clock.seconds - offset) * 1_000_000_000n + clock.ns, offset);
}

/** Seconds since 1970 at the start of the day; undefined where the month does not have it. */
function dayOf({ year, month, name, day }: Groups): number | undefined {
  const counted = name === undefined ? Number(month ?? '1') : months.indexOf(name) + 1;
  const moment = new Date(0);
  moment.setUTCFullYear(yearOf(year), counted - 1, Number(day ?? '1'));
  // A day that the month does not have would slide into the next one.
  const slid = moment.getUTCMonth() !== counted - 1 || moment.getUTCDate() !== Number(day ?? '1');
  return slid ? undefined : moment.getTime() / 1000;
}

function clockOf({ hour = '0', minute = '0', second = '0' }: Groups): { readonly seconds: number; readonly ns: bigint } | undefined {
  const [whole = '0', fraction = ''] = second.split(/[.,]/);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(whole) > 59) return undefined;
  return { seconds: Number(hour) * 3600 + Number(minute) * 60 + Number(whole), ns: BigInt(fraction.padEnd(9, '0')) };
}

function offsetOf(zone: string | undefined): number {
  const read = /^([+-])(\d{2}):(\d{2})$/.exec(zone ?? '');
  return read === null ? 0 : (read[1] === '-' ? -1 : 1) * (Number(read[2]) * 3600 + Number(read[3]) * 60);
}

function parseDuration(text: string): GoValue {
  const ms = parseGoDuration(text);
  return ms === undefined ? refuse(`invalid duration ${JSON.stringify(text)}`) : new GoInt(BigInt(Math.round(ms * 1e6)), 'time.Duration');
}

export const times: Readonly<Record<string, Builtin>> = {
  now: { check: signatures('now', [[], 'time.Time']), run: (_, now) => new GoTime(BigInt(now) * 1_000_000n) },
  duration: { check: signatures('duration', [['string'], 'time.Duration']), run: ([text]) => parseDuration(textOf(text)) },
  date: {
    check: signatures(
      'date',
      [['string'], 'time.Time'],
      [['string', 'string'], 'time.Time'],
      [['string', 'string', 'string'], 'time.Time'],
    ),
    run: ([text, layout]) => (layout === undefined ? parseDate(textOf(text)) : refuse('date() with a layout of its own is not supported')),
  },
};
