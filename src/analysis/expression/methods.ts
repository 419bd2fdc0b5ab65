import type { GoType } from './go-type.ts';
import { isAssignable } from './go-type.ts';
import type { GoValue } from './go-value.ts';
import { GoInt, GoTime, typeOf } from './go-value.ts';
import { goText } from './print.ts';
import { refuse } from './refusal.ts';

type Method = {
  readonly parameters: readonly GoType[];
  readonly result: GoType;
  readonly run: (of: GoValue, args: readonly GoValue[]) => GoValue;
};

function shown(of: GoValue): Date {
  return of instanceof GoTime ? new Date(Number(of.ns / 1_000_000n) + of.offsetSeconds * 1000) : refuse('no time');
}

function nsOf(of: GoValue | undefined): bigint {
  if (of instanceof GoTime) return of.ns;
  return of instanceof GoInt ? of.value : refuse(`a ${typeOf(of ?? null)} is no time`);
}

function part(read: (date: Date) => number, type: GoType = 'int'): Method {
  return { parameters: [], result: type, run: (of) => new GoInt(BigInt(read(shown(of))), type) };
}

function since1970(unit: bigint): Method {
  return { parameters: [], result: 'int64', run: (of) => new GoInt(nsOf(of) / unit, 'int64') };
}

function compared(holds: (left: bigint, right: bigint) => boolean): Method {
  return { parameters: ['time.Time'], result: 'bool', run: (of, [other]) => holds(nsOf(of), nsOf(other)) };
}

const text: Method = { parameters: [], result: 'string', run: (of) => goText(of) };

function inUnits(unit: number): Method {
  return { parameters: [], result: 'float64', run: (of) => Number(nsOf(of)) / unit };
}

function dayOfYear(date: Date): number {
  return (
    Math.round(
      (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000,
    ) + 1
  );
}

const ofTime: Readonly<Record<string, Method>> = {
  Year: part((date) => date.getUTCFullYear()),
  Month: part((date) => date.getUTCMonth() + 1, 'time.Month'),
  Day: part((date) => date.getUTCDate()),
  Hour: part((date) => date.getUTCHours()),
  Minute: part((date) => date.getUTCMinutes()),
  Second: part((date) => date.getUTCSeconds()),
  Weekday: part((date) => date.getUTCDay(), 'time.Weekday'),
  YearDay: part(dayOfYear),
  Unix: since1970(1_000_000_000n),
  UnixMilli: since1970(1_000_000n),
  UnixMicro: since1970(1000n),
  UnixNano: since1970(1n),
  Before: compared((left, right) => left < right),
  After: compared((left, right) => left > right),
  Equal: compared((left, right) => left === right),
  Sub: { parameters: ['time.Time'], result: 'time.Duration', run: (of, [other]) => new GoInt(nsOf(of) - nsOf(other), 'time.Duration') },
  Add: { parameters: ['time.Duration'], result: 'time.Time', run: (of, [by]) => new GoTime(nsOf(of) + nsOf(by)) },
  String: text,
};

const ofDuration: Readonly<Record<string, Method>> = {
  Hours: inUnits(3.6e12),
  Minutes: inUnits(6e10),
  Seconds: inUnits(1e9),
  Milliseconds: since1970(1_000_000n),
  Microseconds: since1970(1000n),
  Nanoseconds: since1970(1n),
  String: text,
};

/** The method of a Go type that conditions can call, if it has one of that name. */
export function methodOf(type: GoType, name: string): Method | undefined {
  const table = type === 'time.Time' ? ofTime : type === 'time.Duration' ? ofDuration : {};
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Refuses arguments that do not fit a method. */
export function checkMethod(name: string, method: Method, args: readonly GoType[]): GoType {
  const fit =
    args.length === method.parameters.length &&
    args.every((type, at) => type === 'any' || isAssignable(type, method.parameters[at] ?? 'nil'));
  return fit ? method.result : refuse(`cannot call ${name} with (${args.join(', ')})`);
}
