import { elementOf, keyOf, kindOf } from './go-type.ts';
import type { GoValue } from './go-value.ts';
import { GoInt, GoMap, GoSlice, nilSlice, typeOf } from './go-value.ts';
import { toInt } from './operate.ts';
import { goText } from './print.ts';
import { refuse } from './refusal.ts';

/** What an index or a field reads. A key that a map does not have is nil; everything else that is absent is refused. */
export function fetchMember(of: GoValue, key: GoValue): GoValue {
  if (of instanceof GoMap) return lookUpKey(of, key);
  if (of instanceof GoSlice) return of.items[position(key, of.items.length)] ?? null;
  if (typeof of === 'string') {
    const bytes = new TextEncoder().encode(of);
    return new GoInt(BigInt(bytes[position(key, bytes.length)] ?? 0), 'uint8');
  }
  return refuse(`cannot fetch ${goText(key)} from ${typeOf(of)}`);
}

function lookUpKey(map: GoMap, key: GoValue): GoValue {
  const wanted = keyOf(map.type) === 'string' ? textKey(key) : key;
  // What is absent is the zero value of the map's own values: nil, or no elements.
  return map.has(wanted) || kindOf(elementOf(map.type)) !== 'slice' ? map.get(wanted) : nilSlice;
}

/** The key of a map with text keys: nil reads the empty text, as Go's zero value. */
export function textKey(key: GoValue): string {
  if (key === null) return '';
  return typeof key === 'string' ? key : refuse(`a ${typeOf(key)} cannot be a key of map[string]any`);
}

function position(key: GoValue, length: number): number {
  const index = Number(toInt(key));
  const counted = index < 0 ? length + index : index;
  return counted >= 0 && counted < length ? counted : refuse(`index ${index} is out of range: there are ${length} elements`);
}

/** `of[from:to]` of a slice or of a text's bytes; negative bounds count from the end, bounds outside are moved inside. */
export function cut(of: GoValue, from: GoValue, to: GoValue | undefined): GoValue {
  const held =
    typeof of === 'string' ? new TextEncoder().encode(of) : of instanceof GoSlice ? of.items : refuse(`cannot slice a ${typeOf(of)}`);
  const end = to === undefined ? held.length : within(Number(toInt(to)), held.length);
  const start = Math.min(within(Number(toInt(from)), held.length), end);
  if (held instanceof Uint8Array) return new TextDecoder().decode(held.subarray(start, end));
  return new GoSlice(held.slice(start, end), typeOf(of));
}

function within(bound: number, length: number): number {
  return Math.min(Math.max(bound < 0 ? length + bound : bound, 0), length);
}
