import type { Watch } from '../choice.ts';
import type { Constraint } from '../semver/constraint.ts';
import { parseVersion } from '../semver/version.ts';
import { readConstraint } from './constraint.ts';
import { compareBytes, type Objection, type Policy, type Ranked } from './policy.ts';

/**
 * The latest calendar version (calver.org): a year of four or two digits, and what follows it in numbers, behind one `v` at most:
 * `2026.01.05`, `26.4.1`, `2026-01-05`, `20260105`, `2026.01.05-2`. A constraint is read as for semver, on the first three numbers
 * (`2026.x`, `>=26.4`). Words are no part of it: `extract` takes them off.
 */
export const calver: Policy = { orders: 'text', rank };

function rank(watch: Watch): Ranked {
  const constraint = readConstraint(watch);
  if ('because' in constraint) return { kind: 'refused', because: constraint.because };
  const read = reader();
  const compareDates = (left: string, right: string): number => compareParts(read(left) ?? [], read(right) ?? []);
  const ranking = {
    dropped: (tag: string) => whyDropped(tag, read(tag), constraint.parsed),
    ranks: (tag: string) => read(tag) !== undefined,
    compare: (left: string, right: string) => compareDates(left, right) || compareBytes(left, right),
    isNewer: (left: string, right: string) => compareDates(left, right) > 0,
    pinned: constraint.parsed?.pin !== undefined,
  };
  return { kind: 'ranked', ranking };
}

type Parts = readonly bigint[];

function whyDropped(tag: string, parts: Parts | undefined, constraint: Constraint | undefined): Objection | undefined {
  if (parts === undefined) return { rule: 'strategy', because: `${tag} is no calendar version` };
  if (constraint === undefined) return undefined;
  // A two-digit year is compared as it is written.
  const written = parts.slice(0, 3).map((part, index) => (index === 0 && isShortYear(tag) ? part - 2000n : part));
  const version = parseVersion(written.join('.'));
  return version !== undefined && constraint.check(version)
    ? undefined
    : { rule: 'constraint', because: `${tag} does not satisfy ${constraint.text}` };
}

function isShortYear(tag: string): boolean {
  return /^v?\d{2}(?!\d)/.test(tag);
}

const grammar = /^v?(\d+)((?:[._-]\d+)*)$/;
const compact = /^(\d{4})(\d{2})(\d{2})?(\d{2})?(\d{2})?(\d{2})?$/;

/** The numbers of a calendar version, the year in full first; undefined where the text is none. */
function parseParts(tag: string): Parts | undefined {
  const [, first = '', rest = ''] = grammar.exec(tag) ?? [];
  const year = yearOf(first);
  return year === undefined ? undefined : [...year, ...(rest.match(/\d+/g) ?? []).map(BigInt)];
}

/** A year, or a whole date that is written without separators. */
function yearOf(digits: string): Parts | undefined {
  if (digits.length === 2) return [2000n + BigInt(digits)];
  if (digits.length === 4) return isYear(digits) ? [BigInt(digits)] : undefined;
  const [, year = '', month, day, ...time] = compact.exec(digits) ?? [];
  if (!isYear(year) || !isWithin(month, 1, 12) || (day !== undefined && !isWithin(day, 1, 31))) return undefined;
  return [year, month, day, ...time].filter((part) => part !== undefined).map(BigInt);
}

function isYear(digits: string): boolean {
  return isWithin(digits, 1970, 2199);
}

function isWithin(digits: string | undefined, least: number, most: number): boolean {
  const number = Number(digits);
  return number >= least && number <= most;
}

/** A number that is not there counts as 0. */
function compareParts(left: Parts, right: Parts): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one = 0n, other = 0n] = [left[index], right[index]];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

function reader(): (tag: string) => Parts | undefined {
  const dates = new Map<string, Parts | undefined>();
  return (tag) => {
    if (!dates.has(tag)) dates.set(tag, parseParts(tag));
    return dates.get(tag);
  };
}
