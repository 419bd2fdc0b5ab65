import { kindOf } from './go-type.ts';
import type { GoValue } from './go-value.ts';
import { GoInt, GoMap, GoSlice, GoTime, isNil, typeOf } from './go-value.ts';
import { refuse } from './refusal.ts';

/** A float64 as Go's %v prints it: the shortest digits, with an exponent below 1e-4 and from 1e21 on. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value === 0 || (power >= -4 && power < 21)) return Object.is(value, -0) ? '-0' : String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** A value as Go's fmt.Sprint prints it. */
export function goText(value: GoValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (value instanceof GoInt) return value.type === 'time.Duration' ? durationText(value.value) : String(value.value);
  if (value instanceof GoTime) return timeText(value);
  if (value instanceof GoSlice) return `[${value.items.map(goText).join(' ')}]`;
  return value instanceof GoMap
    ? `map[${sorted(value)
        .map(([key, held]) => `${key}:${goText(held)}`)
        .join(' ')}]`
    : 'func';
}

function sorted(map: GoMap): readonly (readonly [string, GoValue])[] {
  // Keys are unique, so two entries never tie.
  return map
    .entries()
    .map(([key, held]) => [goText(key), held] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function timeText(time: GoTime): string {
  const iso = new Date(Number(time.ns / 1_000_000n) + time.offsetSeconds * 1000).toISOString();
  const minutes = Math.abs(time.offsetSeconds) / 60;
  const zone = `${time.offsetSeconds < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`;
  const fraction = String(((time.ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} ${zone} ${time.offsetSeconds === 0 ? 'UTC' : zone}`;
}

/** A time.Duration as Go prints it: `1h0m0s`, `1.5s`, `100ms`, `0s`. Input in nanoseconds. */
function durationText(ns: bigint): string {
  if (ns === 0n) return '0s';
  const sign = ns < 0n ? '-' : '';
  const size = ns < 0n ? -ns : ns;
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${fraction(size, 1000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${fraction(size, 1_000_000n)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${fraction(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function fraction(value: bigint, unit: bigint): string {
  const rest = String(value % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return `${value / unit}${rest === '' ? '' : `.${rest}`}`;
}

const names: Readonly<Record<string, string>> = {
  nil: 'nil',
  int64: 'int',
  uint8: 'uint',
  float64: 'float',
  slice: 'array',
};

/** What the language's own `type()` answers. */
export function goTypeName(value: GoValue): string {
  const type = typeOf(value);
  if (type.startsWith('time.')) return type;
  const kind = kindOf(type);
  return names[kind] ?? kind;
}

/** A value as Go's json.MarshalIndent writes it with two blanks; NaN and infinities are refused. */
export function jsonText(value: GoValue): string {
  const escaped: Readonly<Record<string, string>> = {
    '<': '\\u003c',
    '>': '\\u003e',
    '&': '\\u0026',
    '\u2028': '\\u2028',
    '\u2029': '\\u2029',
  };
  return JSON.stringify(plain(value), null, 2).replace(/[<>&\u2028\u2029]/g, (character) => escaped[character] ?? character);
}

function plain(value: GoValue): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return refuse(`json: unsupported value: ${floatText(value)}`);
  return value instanceof Object ? plainObject(value) : value;
}

function plainObject(value: Extract<GoValue, object>): unknown {
  if (value instanceof GoInt) return Number(value.value);
  if (value instanceof GoSlice) return isNil(value) ? null : value.items.map(plain);
  if (value instanceof GoTime) return new Date(Number(value.ns / 1_000_000n)).toISOString();
  if (!(value instanceof GoMap) || !value.type.startsWith('map[string]')) return refuse(`json: unsupported type: ${value.type}`);
  return Object.fromEntries(sorted(value).map(([key, held]) => [key, plain(held)]));
}
