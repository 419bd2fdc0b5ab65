import { refuse } from './refusal.ts';

/** Go's strconv.ParseInt(text, 10, 64); refuses what it does. */
export function parseIntText(text: string): bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) refuse(`${JSON.stringify(text)} is no integer`);
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : refuse(`${text} is out of range`);
}

/** Go's strconv.ParseFloat(text, 64) for decimal text, infinities and NaN; refuses what it does. */
export function parseFloatText(text: string): number {
  const named = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (named !== null) return named[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) refuse(`${JSON.stringify(text)} is no number`);
  const value = Number(text);
  return Number.isFinite(value) ? value : refuse(`${text} is out of range`);
}
