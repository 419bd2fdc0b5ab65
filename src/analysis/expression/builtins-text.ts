import type { Builtin, Signature } from './builtin.ts';
import { itemsOf, signatures, textOf } from './builtin.ts';
import type { GoValue } from './go-value.ts';
import { fromJson, GoInt, GoSlice } from './go-value.ts';
import { toInt } from './operate.ts';
import { goText, goTypeName, jsonText } from './print.ts';
import { refuse } from './refusal.ts';

const longest = 1_000_000;

function text(
  name: string,
  count: readonly [least: number, most: number],
  run: (...args: readonly string[]) => GoValue,
  result = 'string',
): Builtin {
  const overloads: Signature[] = [];
  for (let size = count[0]; size <= count[1]; size += 1) overloads.push([Array.from({ length: size }, () => 'string'), result]);
  return { check: signatures(name, ...overloads), run: (args) => run(...args.map(textOf)) };
}

function bytesBefore(whole: string, index: number): GoValue {
  return new GoInt(index < 0 ? -1n : BigInt(new TextEncoder().encode(whole.slice(0, index)).length));
}

function trim(whole: string, cutset?: string): string {
  if (cutset === undefined) return whole.trim();
  const characters = Array.from(whole);
  const start = characters.findIndex((character) => !cutset.includes(character));
  const end = characters.findLastIndex((character) => !cutset.includes(character));
  return start < 0 ? '' : characters.slice(start, end + 1).join('');
}

/** Go's strings.SplitN and SplitAfterN: `limit` counts parts, a negative one means all. */
function split(whole: string, separator: string, limit: number, keep: boolean): readonly string[] {
  if (limit === 0) return [];
  const parts = separator === '' ? Array.from(whole) : whole.split(separator);
  const glue = keep ? separator : '';
  const glued = parts.map((part, index) => (index < parts.length - 1 ? part + glue : part));
  if (limit < 0 || parts.length <= limit) return glued;
  return [...glued.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function splitting(name: string, keep: boolean): Builtin {
  return {
    check: signatures(name, [['string', 'string'], '[]string'], [['string', 'string', 'int'], '[]string']),
    run: ([whole, separator, limit]) =>
      new GoSlice(split(textOf(whole), textOf(separator), limit === undefined ? -1 : Number(toInt(limit)), keep), '[]string'),
  };
}

function replace(whole: string, from: string, to: string, limit: number): string {
  let left = limit < 0 ? Infinity : limit;
  return whole.replaceAll(from, (found) => {
    left -= 1;
    return left < 0 ? found : to;
  });
}

function repeat(whole: string, times: bigint): string {
  if (times < 0n || times > BigInt(longest) || whole.length * Number(times) > longest) refuse('repeat asks for too long a text');
  return whole.repeat(Number(times));
}

function decodeBase64(encoded: string): string {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded.replace(/[\r\n]/g, '')))
    refuse('illegal base64 data');
  return new TextDecoder().decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)));
}

function encodeBase64(plain: string): string {
  return btoa(Array.from(new TextEncoder().encode(plain), (byte) => String.fromCharCode(byte)).join(''));
}

function parseJson(source: string): GoValue {
  try {
    return fromJson(JSON.parse(source));
  } catch (thrown) {
    return refuse(`fromJSON: ${thrown instanceof Error ? thrown.message : 'no JSON'}`);
  }
}

export const texts: Readonly<Record<string, Builtin>> = {
  type: { check: signatures('type', [['any'], 'string']), run: ([value = null]) => goTypeName(value) },
  string: { check: signatures('string', [['any'], 'string']), run: ([value = null]) => goText(value) },
  trim: text('trim', [1, 2], (whole = '', cutset) => trim(whole, cutset)),
  trimPrefix: text('trimPrefix', [1, 2], (whole = '', prefix = ' ') => (whole.startsWith(prefix) ? whole.slice(prefix.length) : whole)),
  trimSuffix: text('trimSuffix', [1, 2], (whole = '', suffix = ' ') =>
    whole.endsWith(suffix) ? whole.slice(0, whole.length - suffix.length) : whole,
  ),
  upper: text('upper', [1, 1], (whole = '') => whole.toUpperCase()),
  lower: text('lower', [1, 1], (whole = '') => whole.toLowerCase()),
  split: splitting('split', false),
  splitAfter: splitting('splitAfter', true),
  replace: {
    check: signatures('replace', [['string', 'string', 'string', 'int'], 'string'], [['string', 'string', 'string'], 'string']),
    run: ([whole, from, to, limit]) => replace(textOf(whole), textOf(from), textOf(to), limit === undefined ? -1 : Number(toInt(limit))),
  },
  repeat: {
    check: signatures('repeat', [['string', 'int'], 'string']),
    run: ([whole, times = null]) => repeat(textOf(whole), toInt(times)),
  },
  join: {
    check: signatures(
      'join',
      [['[]string', 'string'], 'string'],
      [['[]any', 'string'], 'string'],
      [['[]any'], 'string'],
      [['[]string'], 'string'],
    ),
    run: ([parts, glue = '']) => itemsOf(parts).map(textOf).join(textOf(glue)),
  },
  indexOf: text('indexOf', [2, 2], (whole = '', part = '') => bytesBefore(whole, whole.indexOf(part)), 'int'),
  lastIndexOf: text('lastIndexOf', [2, 2], (whole = '', part = '') => bytesBefore(whole, whole.lastIndexOf(part)), 'int'),
  hasPrefix: text('hasPrefix', [2, 2], (whole = '', prefix = '') => whole.startsWith(prefix), 'bool'),
  hasSuffix: text('hasSuffix', [2, 2], (whole = '', suffix = '') => whole.endsWith(suffix), 'bool'),
  toJSON: { check: signatures('toJSON', [['any'], 'string']), run: ([value = null]) => jsonText(value) },
  fromJSON: text('fromJSON', [1, 1], (source = '') => parseJson(source), 'any'),
  toBase64: text('toBase64', [1, 1], (plain = '') => encodeBase64(plain)),
  fromBase64: text('fromBase64', [1, 1], (encoded = '') => decodeBase64(encoded)),
};
